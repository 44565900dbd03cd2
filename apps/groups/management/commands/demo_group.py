"""A study group with a past, for a first look: simulated learners hand in real solutions, graded for real."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.catalog.models import Completion, Resource
from apps.exercises.models import Exercise
from apps.submissions.models import Standing, Submission
from apps.submissions.services.comments import comment
from apps.submissions.services.replay import hand_in_past, stored_run
from apps.submissions.validation import UploadRefused

from ...demo.course import DIFFICULTY, plan_course
from ...demo.learners import LEARNERS, Learner, attempts
from ...demo.quizzes import take_quiz
from ...models import Assignment, Group, Membership, Role
from ...services.acting import pin

SLUG = "thursday-circle"
WEEK = timedelta(days=7)
MISTAKES = 4
SEED = 20
LEADS = ("lead@studyhub.example",)


class Command(BaseCommand):
    """`demo_group`: makes the group once; with --fresh it is made again."""

    help = "Make a study group of simulated learners with four weeks of history (takes about three minutes)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("--fresh", action="store_true", help="delete the group and its learners first")

    def handle(self, *args: Any, **options: Any) -> None:
        """1. The group and its plan. 2. Each solution is run once, in the sandbox. 3. What everybody did, in order.

        Raises CommandError without DEBUG (its learners belong on no real site) and before a site has its curriculum.
        """
        if not settings.DEBUG:
            raise CommandError("Simulated learners belong on no real site: this needs STUDYHUB_DEBUG=1.")
        if not site_has_begun():
            raise CommandError("There is no site here yet. Start one with `make run`; when it is up, say this again.")
        if options["fresh"]:
            User.objects.filter(email__in=[one.email for one in LEARNERS if not one.mailbox]).delete()
            Group.objects.filter(slug=SLUG).delete()
        if Group.objects.filter(slug=SLUG).exists():
            self.stdout.write("The group is there already; --fresh makes it again.")
            return
        now = timezone.now()
        with transaction.atomic():
            group = make_group(now)
            assignments = plan_course(group, next_thursday(now))
        store = Path(settings.VAR_DIR) / "demo"
        exercises = {one.exercise for one in assignments if one.exercise and one.due and one.due < now + WEEK}
        mistakes = {exercise.pk: wrong_solutions(exercise) for exercise in exercises}
        for number, exercise in enumerate(sorted(exercises, key=lambda one: one.slug), 1):
            self.stdout.write(f"Running the solutions of {exercise.slug} ({number} of {len(exercises)}) ...")
            self.stdout.flush()
            for variant in ("reference", *mistakes[exercise.pk]):
                stored_run(exercise.current_version.package(), variant, store)
        self.stdout.write(f"Playing back what {len(LEARNERS)} learners did ...")
        self.stdout.flush()
        deeds = [deed for learner in LEARNERS for deed in deeds_of(group, learner, assignments, mistakes, now, store)]
        for _, act in sorted(deeds, key=lambda deed: deed[0]):
            act()
        lead_a_little(group)
        self.stdout.write(f"Made: {group.name}, {len(LEARNERS)} learners. Its lead is {LEADS[0]}.")


def site_has_begun() -> bool:
    """Whether there are tables, and exercises in them."""
    return Exercise._meta.db_table in connection.introspection.table_names() and Exercise.objects.on_offer().exists()


def next_thursday(now: datetime) -> datetime:
    """The coming Thursday, 18:00 UTC, at least a day ahead."""
    day = (now + timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)
    return day + timedelta(days=(3 - day.weekday()) % 7)


def make_group(now: datetime) -> Group:
    """The group with its lead, the demo learner and the simulated ones."""
    group = Group.objects.create(
        slug=SLUG,
        name="Thursday circle",
        summary="From a line through points to convolutions, one evening a week. Bring what you don't understand.",
        created_at=now - 5 * WEEK,
    )
    for user in User.objects.filter(email__in=LEADS):
        Membership.objects.create(group=group, user=user, role=Role.LEAD, joined_at=now - 5 * WEEK)
    for learner in LEARNERS:
        user = User.objects.filter(email=learner.email).first() or User.objects.create_user(
            learner.email, name=learner.name
        )
        Membership.objects.create(group=group, user=user, joined_at=now - 5 * WEEK, shares_all=learner.shares_all)
    return group


def wrong_solutions(exercise: Exercise) -> list[str]:
    """Some of its mutants: the mistakes that people make."""
    return [f"mutant:{name}" for name in list(exercise.current_version.package().mutants)[:MISTAKES]]


def deeds_of(
    group: Group,
    learner: Learner,
    assignments: list[Assignment],
    mistakes: dict[int, list[str]],
    now: datetime,
    store: Path,
) -> list[tuple[datetime, Any]]:
    """What one learner did, each as its time and what to call."""
    rng = Random(f"{SEED} {learner.name}")  # noqa: S311 - a simulation
    user = User.objects.get(email=learner.email)
    deeds: list[tuple[datetime, Any]] = []
    until = now - timedelta(days=learner.gone_for_days)
    if Submission.objects.of(user).exists():
        return []  # the demo's own learner has done something already: that stays as it is

    def note(at: datetime, act: Any) -> None:
        if at < until:
            deeds.append((at, act))

    for assignment in assignments:
        due = assignment.due
        if due is None:
            continue
        at = due - timedelta(days=learner.days_before + rng.expovariate(0.8))
        begun = rng.random() < learner.diligence
        if assignment.resource and begun:
            note(at, lambda one=assignment, at=at: complete(user, one, at))
        elif assignment.quiz and begun:
            note(at, lambda one=assignment, at=at: take_quiz(rng, user=user, learner=learner, quiz=one.quiz, at=at))
        elif assignment.exercise and assignment.exercise_id in mistakes:
            exercise = assignment.exercise
            for attempt in attempts(rng, learner, mistakes[exercise.pk], DIFFICULTY[exercise.level]):
                at = due - timedelta(days=attempt.days_before)
                note(at, lambda one=exercise, what=attempt.variant, at=at: hand_in(user, one, what, at, store))
    return deeds


def lead_a_little(group: Group) -> None:
    """The lead has said a word to somebody who is stuck, and recommended something to the demo's own learner."""
    lead = group.memberships.filter(role=Role.LEAD).select_related("user").first()
    stuck = Standing.objects.filter(user__memberships__group=group, failing_streak__gt=1).order_by("-failing_streak")
    if lead is None:
        return
    if standing := stuck.exclude(user__email=LEARNERS[0].email).select_related("latest").first():
        text = "The check that fails looks at small cases first. What does your function return for the smallest one?"
        comment(author=lead.user, submission=standing.latest, text=text, where=group.name)
    member = group.memberships.filter(user__email=LEARNERS[0].email).select_related("user").first()
    resource = Resource.objects.current().filter(concepts__slug="backpropagation").first()
    if member and resource:
        pin(by=lead, member=member, resource=resource, note="Before Thursday: it draws what you will write.")


def complete(user: User, assignment: Assignment, at: datetime) -> None:
    """Done with a resource, at a time in the past."""
    done, _ = Completion.objects.get_or_create(user=user, resource=assignment.resource)
    Completion.objects.filter(pk=done.pk).update(done_at=at)


def hand_in(user: User, exercise: Exercise, variant: str, at: datetime, store: Path) -> None:
    """One hand-in of the past; one that the site would have refused (no attempt left) was not made."""
    try:
        hand_in_past(user=user, exercise=exercise, variant=variant, at=at, store=store)
    except UploadRefused:
        return
