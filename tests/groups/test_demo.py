"""The demonstration's group: simulated learners do what their skill says, and every score is the grader's own."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.groups.demo import course
from apps.groups.demo.learners import LEARNERS, Learner, attempts
from apps.groups.management.commands import demo_group
from apps.groups.models import Group, Role
from apps.quizzes.models import Answer, QuizAttempt
from apps.submissions.models import Comment, Run, Standing, Submission
from apps.submissions.services import replay

PROJECT = Path(__file__).resolve().parents[2]
SLUG = "linear-regression-from-scratch"
ABLE = Learner("Able Ames", 4.0, 1.0, 2.0)
LOST = Learner("Lost Lowe", -9.0, 1.0, 2.0, gives_up_after=2)
GONE = Learner("Gone Grey", 4.0, 1.0, 2.0, gone_for_days=400)


def tries(learner: Learner, seed: int) -> list[str]:
    return [one.variant for one in attempts(Random(seed), learner, ["mutant:a", "mutant:b"], 0.5)]


def test_the_same_seed_gives_the_same_history():
    assert [tries(learner, 3) for learner in LEARNERS] == [tries(learner, 3) for learner in LEARNERS]


def test_the_able_need_fewer_attempts():
    first_right = {
        learner.name: sum(tries(learner, seed)[:1] == ["reference"] for seed in range(200))
        for learner in (Learner("A", 2.0, 1.0, 1.0), Learner("B", -1.0, 1.0, 1.0))
    }
    assert first_right["A"] > 1.5 * first_right["B"]


def test_nobody_goes_on_once_it_is_right_or_after_giving_up():
    for seed in range(100):
        made = tries(LOST, seed)
        assert "reference" not in made[:-1]
        assert len(made) <= LOST.gives_up_after


@pytest.fixture
def small(whole_curriculum, monkeypatch, settings):
    settings.DEBUG = True
    monkeypatch.setattr(course, "WEEKS", course.WEEKS[:1])
    monkeypatch.setattr(course, "HELD", 1)
    monkeypatch.setattr(demo_group, "LEARNERS", (ABLE, LOST, GONE))


@pytest.mark.sandbox
@pytest.mark.django_db(transaction=True)
def test_the_group_has_a_past_that_was_graded(small, django_user_model, monkeypatch, settings):
    lead = django_user_model.objects.create_user("lead@studyhub.example", "x")
    accept, lost = replay.accept_result, []

    def accepted(**keywords):
        lost.extend(Run.objects.lost_message(timezone.now(), settings.RUN_START_LEASE_S))
        return accept(**keywords)

    monkeypatch.setattr(replay, "accept_result", accepted)
    call_command("demo_group", verbosity=0)
    # A site that runs meanwhile finds nothing to send again.
    assert lost == []
    group = Group.objects.get(slug=demo_group.SLUG)
    assert group.memberships.get(user=lead).role == Role.LEAD
    assert group.assignments.filter(exercise__slug=SLUG).count() == 1
    able = Submission.objects.filter(user__email=ABLE.email)
    assert [(one.run.verdict, one.run.score, one.run.checks.count() > 0) for one in able] == [("passed", 10.0, True)]
    lost = [one.run for one in Submission.objects.filter(user__email=LOST.email)]
    assert len(lost) == LOST.gives_up_after
    assert all(run.score < run.max_score and run.checks.filter(passed=False).exists() for run in lost)
    assert not Submission.objects.filter(user__email=GONE.email).exists()
    # All of it lies in the past, in the right order, and its files are there to look at.
    for run in Run.objects.all():
        assert run.submission.created_at == run.queued_at < run.started_at < run.finished_at
        assert run.finished_at < timezone.now() - timedelta(hours=1)
        assert run.stored.has("result/executed.ipynb")
    assert QuizAttempt.objects.filter(user__email=ABLE.email, ended_at__lt=timezone.now() - timedelta(hours=1)).exists()
    assert not Answer.objects.filter(answered_at__gt=timezone.now() - timedelta(hours=1)).exists()
    standing = Standing.objects.get(user__email=ABLE.email)
    assert (standing.best_share, standing.latest_at, standing.passed_at) == (
        1.0,
        able[0].created_at,
        able[0].run.finished_at,
    )
    # Whoever is stuck has been helped a little.
    assert Comment.objects.get().submission.user.email == LOST.email
    assert group.pins.get().user.email == ABLE.email
    # Called again it changes nothing.
    call_command("demo_group", verbosity=0)
    assert Submission.objects.count() == 1 + LOST.gives_up_after


@pytest.mark.django_db
def test_simulated_learners_come_to_no_real_site(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="STUDYHUB_DEBUG"):
        call_command("demo_group")


@pytest.mark.django_db
def test_before_a_site_has_begun_it_says_what_to_do(settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="make run"):
        call_command("demo_group")
    assert not Group.objects.exists()


def test_in_an_empty_folder_too(tmp_path):
    environment = {**os.environ, "STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(tmp_path)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("STUDYHUB_DATABASE_URL", None)
    command = [sys.executable, "manage.py", "demo_group"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr
