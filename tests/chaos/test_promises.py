"""The suite sees each promise that is broken: what it looks up is told from what must not be."""

from __future__ import annotations

import json
import uuid

import pytest
from django.utils import timezone

from apps.submissions.constants import State, Verdict
from apps.submissions.models import CheckResult, Run, Standing, Submission, Transition
from apps.submissions.standings import refresh
from tests.chaos.promises import Broken, look_up, result_of
from tests.submissions.conftest import exercise as exercise
from tests.submissions.conftest import package as package

pytestmark = pytest.mark.django_db
PATH = (("", State.QUEUED), (State.QUEUED, State.RUNNING), (State.RUNNING, State.GRADING), (State.GRADING, State.DONE))


@pytest.fixture
def run(bob, exercise) -> Run:
    """One hand-in of Bob's that ended as it should."""
    submission = Submission.objects.create(
        user=bob, exercise=exercise, version=exercise.current_version, number=1, filename="n.ipynb", size=1
    )
    ended = Run.objects.create(
        submission=submission, seed=1, state=State.DONE, verdict=Verdict.PARTIAL, score=1.0, max_score=2.0,
        started_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    for before, after in PATH:
        Transition.objects.create(run=ended, attempt=1, from_state=before, to_state=after, reason="")
    CheckResult.objects.create(run=ended, check_id="a", title="A", position=1, points=1, max_points=2, passed=False)
    refresh(bob.pk, exercise.pk)
    return ended


def found(run: Run, **expected) -> set[str]:
    """The promises that are broken."""
    wanted = {run.submission_id: expected.get("result", result_of(run))}
    return {name for name, who in vars(look_up(expected.get("accepted", set()), wanted)).items() if who}


def test_all_is_well(run):
    assert found(run) == set()
    assert Broken().counts() == dict.fromkeys(vars(Broken()), 0)


def test_one_that_never_ends(run):
    Run.objects.update(state=State.RUNNING)
    assert "not_final" in found(run)


def test_one_that_was_accepted_and_is_gone(run):
    assert found(run, accepted={uuid.uuid4()}) == {"lost"}


def test_one_that_ended_twice(run):
    Transition.objects.create(run=run, attempt=1, from_state=State.GRADING, to_state=State.DONE, reason="")
    assert "double_scored" in found(run)


def test_a_score_that_its_checks_do_not_add_up_to(run):
    CheckResult.objects.update(points=2)
    assert "double_scored" in found(run)


def test_another_score_than_without_faults(run):
    assert found(run, result=(Verdict.PARTIAL, 2.0, (("a", 2.0),))) == {"score_differs"}


def test_a_move_that_there_is_not(run):
    Transition.objects.filter(to_state=State.GRADING).delete()
    assert found(run) == {"illegal_transitions"}


def test_an_attempt_that_nobody_began(run):
    Run.objects.update(attempt=2)
    assert found(run) == {"illegal_transitions"}


def test_a_fault_of_ours_that_used_up_an_attempt(run):
    Run.objects.update(verdict=Verdict.PLATFORM_ERROR)
    CheckResult.objects.all().delete()
    assert found(run) == {"standing_differs"}
    refresh(run.submission.user_id, run.submission.exercise_id)
    assert found(run) == set()
    Standing.objects.update(attempts=1)
    assert found(run) == {"standing_differs"}


def test_a_standing_that_says_something_else(run):
    Standing.objects.update(best_share=1.0)
    assert found(run) == {"standing_differs"}
    assert json.dumps(Broken().counts())
