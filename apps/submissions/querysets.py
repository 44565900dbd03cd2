"""What is asked of submissions and runs, each question under its own name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from studyhub import broker

from .constants import FINAL_STATES, RUNNER_SILENT_S, STUCK_S, Files, Lane, State, Verdict, verdict_for

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise, ExerciseVersion

    from .models import Standing


def _active() -> Q:
    """Holds a slot of its queue: handed to the broker, or running."""
    return Q(state=State.RUNNING) | Q(state=State.QUEUED, released_at__isnull=False)


class SubmissionQuerySet(models.QuerySet[Any]):
    """Questions about hand-ins."""

    def of(self, user: User) -> SubmissionQuerySet:
        """Those that `user` handed in."""
        return self.filter(user=user)

    def with_runs(self) -> SubmissionQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("exercise", "exercise__section__track", "user").prefetch_related(
            "runs", "overrides__by"
        )

    def with_latest(self) -> SubmissionQuerySet:
        """Annotated with `state`, `verdict`, `score` and `started` of the latest run.

        A score that a lead gave counts instead of the run's: `by_hand` says so.
        """
        from .models import Override, Run

        given = Override.objects.filter(submission=OuterRef("pk"), withdrawn_at__isnull=True)
        latest = Run.objects.filter(submission=OuterRef("pk"), trial=False).order_by("-queued_at", "-pk")
        return self.annotate(
            state=Subquery(latest.values("state")[:1]),
            verdict=Subquery(latest.values("verdict")[:1]),
            by_hand=Exists(given),
            score=Coalesce(Subquery(given.values("points")[:1]), Subquery(latest.values("score")[:1])),
            max_score=Coalesce(Subquery(given.values("max_points")[:1]), Subquery(latest.values("max_score")[:1])),
            started=Subquery(latest.values("started_at")[:1]),
        )

    def counting(self) -> SubmissionQuerySet:
        """Those that use up an attempt: not after our fault, nor when cancelled before they began."""
        return self.with_latest().exclude(
            Q(verdict=Verdict.PLATFORM_ERROR) | Q(state=State.CANCELLED, started__isnull=True)
        )

    def unfinished(self) -> SubmissionQuerySet:
        """Those of which the latest run has not ended."""
        return self.with_latest().exclude(state__in=FINAL_STATES)

    def best_list(self, user: User) -> list[Any]:
        """The best hand-in of `user` for each exercise (of two equal ones the earlier), in the order of the exercises.

        What ended by our fault has no score; a score of another version counts by its share of the points.
        """
        graded = Q(state=State.DONE) & ~Q(verdict=Verdict.PLATFORM_ERROR)
        scored = self.of(user).with_latest().filter(graded | Q(by_hand=True))
        best: dict[int, Any] = {}
        for submission in scored.select_related("exercise").order_by("created_at"):
            other = best.get(submission.exercise_id)
            if other is None or submission.score * other.max_score > other.score * submission.max_score:
                best[submission.exercise_id] = submission
        for submission in best.values():
            if submission.by_hand:
                submission.verdict = verdict_for(submission.score, submission.max_score)
        return sorted(best.values(), key=lambda one: (one.exercise.title, one.number))

    def attempts_used(self, user: User, exercise: Exercise) -> int:
        """How many of the attempts at `exercise` `user` has used up."""
        return self.of(user).filter(exercise=exercise).counting().count()

    def attempts_granted(self, user: User, exercise: Exercise) -> int:
        """How many attempts at `exercise` leads gave `user` beyond its limit."""
        from .models import AttemptGrant

        granted = AttemptGrant.objects.filter(user=user, exercise=exercise)
        return int(granted.aggregate(n=Sum("attempts"))["n"] or 0)

    def allowance(self, user: User, exercise: Exercise, version: ExerciseVersion) -> tuple[int, int | None]:
        """How many attempts at `exercise` are used up, and how many its `version` gives (None: no limit)."""
        limit = version.manifest.get("attempts")
        more = self.attempts_granted(user, exercise) if limit is not None else 0
        return self.attempts_used(user, exercise), limit + more if limit is not None else None


class RunQuerySet(models.QuerySet[Any]):
    """Questions about runs: the order of the queue, and what has gone silent."""

    def active(self, queue: str) -> RunQuerySet:
        """Those that hold a slot of `queue`."""
        return self.filter(_active(), queue=queue)

    def waiting(self, queue: str) -> RunQuerySet:
        """Those that wait for a slot of `queue`, the next one first.

        Live before regrades; then in turns: a learner's first run goes before another's second one, counting those
        of the lane that hold a slot already; then who came first.
        """
        from .models import Run

        holding = (
            Run.objects.active(queue)
            .filter(submission__user=OuterRef("submission__user"), lane=OuterRef("lane"))
            .order_by()
            .values("submission__user")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return (
            self.filter(queue=queue, state=State.QUEUED, released_at__isnull=True)
            .annotate(
                turn=Coalesce(Subquery(holding), 0)
                + Window(
                    RowNumber(), partition_by=[F("submission__user"), F("lane")], order_by=[F("queued_at"), F("pk")]
                )
            )
            .order_by("lane", "turn", "queued_at", "pk")
        )

    def tired_of_waiting(self, now: datetime, patience_s: float) -> RunQuerySet:
        """Waiting for a GPU that they would like, and need not have, for longer than `patience_s`."""
        return self.filter(
            queue=broker.GPU_QUEUE,
            state=State.QUEUED,
            released_at__isnull=True,
            queued_at__lt=now - timedelta(seconds=patience_s),
        ).filter(
            Q(version__isnull=True, submission__version__manifest__accelerator="prefer-gpu")
            | Q(version__manifest__accelerator="prefer-gpu")
        )

    def lost_message(self, now: datetime, lease_s: float) -> RunQuerySet:
        """Released long ago, and nobody has taken them up."""
        return self.filter(state=State.QUEUED, released_at__lt=now - timedelta(seconds=lease_s))

    def lost_heartbeat(self, now: datetime, lease_s: float) -> RunQuerySet:
        """Running by the record, and silent for longer than a lease."""
        return self.filter(state=State.RUNNING, heartbeat_at__lt=now - timedelta(seconds=lease_s))

    def grading_died(self, now: datetime, lease_s: float) -> RunQuerySet:
        """In grading for longer than grading ever takes."""
        return self.filter(state=State.GRADING, grading_at__lt=now - timedelta(seconds=lease_s))

    def stuck(self, now: datetime) -> RunQuerySet:
        """Those that no pass of the reconciler has moved on though several must have come by since they should.

        Runs that wait for a free slot are not: they wait as long as it takes.
        """
        leases = {
            "heartbeat_at": settings.RUN_LEASE_S,
            "grading_at": settings.RUN_GRADING_LEASE_S,
            "released_at": settings.RUN_START_LEASE_S,
        }
        late = {name: now - timedelta(seconds=seconds + STUCK_S) for name, seconds in leases.items()}
        return self.filter(
            Q(state=State.RUNNING, heartbeat_at__lt=late["heartbeat_at"])
            | Q(state=State.GRADING, grading_at__lt=late["grading_at"])
            | Q(state=State.QUEUED, released_at__lt=late["released_at"])
        )

    def to_clear(self, before: datetime) -> RunQuerySet:
        """Ended before `before`, with all of their files, the oldest first."""
        return self.filter(state__in=FINAL_STATES, files=Files.ALL, finished_at__lt=before).order_by("finished_at")

    def of_standings(self, standings: Collection[Standing]) -> RunQuerySet:
        """The runs of these learners for these exercises, with their hand-ins."""
        from .models import Standing

        known = Standing.objects.filter(pk__in=[standing.pk for standing in standings])
        same = known.filter(user=OuterRef("submission__user"), exercise=OuterRef("submission__exercise"))
        return self.filter(Exists(same)).select_related("submission")

    def outdone(self) -> RunQuerySet:
        """Those that count for nothing, or are neither their learner's latest for the exercise nor the best one.

        What people wrote on, or gave a score by hand, is never outdone: they speak of what it put out.
        """
        from .models import Comment, Override, Run, Submission

        graded = (
            Q(state=State.DONE, trial=False)
            & ~Q(verdict=Verdict.PLATFORM_ERROR)
            & Q(score__isnull=False, max_score__gt=0)
        )
        share = ExpressionWrapper(F("score") / F("max_score"), models.FloatField())
        same = {"user": OuterRef("submission__user"), "exercise": OuterRef("submission__exercise")}
        later = Submission.objects.filter(**same, number__gt=OuterRef("submission__number"))
        spoken_of = Comment.objects.filter(submission=OuterRef("submission"))
        given = Override.objects.filter(submission=OuterRef("submission"), withdrawn_at__isnull=True)
        others = Run.objects.filter(graded, **{f"submission__{name}": value for name, value in same.items()})
        better = others.annotate(share=share).filter(
            Q(share__gt=OuterRef("share"))
            | Q(share=OuterRef("share"), submission__number__lt=OuterRef("submission__number"))
        )
        return self.annotate(
            share=Case(When(graded, then=share), default=Value(-1.0), output_field=models.FloatField())
        ).filter(Q(trial=True) | Exists(later) & ~Exists(spoken_of) & ~Exists(given), Q(share__lt=0) | Exists(better))

    def living(self) -> RunQuerySet:
        """Live ones that have not ended."""
        return self.filter(lane=Lane.LIVE).exclude(state__in=FINAL_STATES)

    def scored(self) -> RunQuerySet:
        """Those that count for a hand-in and have a score; annotated with `by`, the version that gave it."""
        ended = self.filter(state=State.DONE, trial=False, score__isnull=False).exclude(verdict=Verdict.PLATFORM_ERROR)
        return ended.annotate(by=Coalesce("version_id", "submission__version_id"))

    def to_regrade(self, exercise: Exercise, version: ExerciseVersion) -> RunQuerySet:
        """Those of `exercise` with a score that `version` did not give."""
        return self.scored().filter(submission__exercise=exercise).exclude(by=version.pk)

    def outdated(self) -> RunQuerySet:
        """Those with a score that is not by the current version of their exercise.

        Which versions those are is asked first (one query): mostly there are none, and then no run is looked at.
        """
        from apps.exercises.models import ExerciseVersion

        known = ExerciseVersion.objects.filter(exercise__current_version__isnull=False)
        old = known.exclude(pk=F("exercise__current_version")).values_list("pk", flat=True)
        return self.scored().filter(by__in=list(old))

    def ended_since(self, moment: datetime) -> RunQuerySet:
        """Those that are done since `moment`; the queues are named because the index begins with them."""
        return self.filter(queue__in=[broker.CPU_QUEUE, broker.GPU_QUEUE], state=State.DONE, finished_at__gt=moment)

    def typical_seconds(self, queue: str) -> float | None:
        """The mean time that the latest 20 finished runs of `queue` held a slot; None before the first."""
        ended = self.filter(queue=queue, state=State.DONE, started_at__isnull=False).order_by("-finished_at")
        times = [(end - start).total_seconds() for start, end in ended.values_list("started_at", "finished_at")[:20]]
        return sum(times) / len(times) if times else None


class RunnerQuerySet(models.QuerySet[Any]):
    """Questions about the workers that run notebooks."""

    def alive(self, now: datetime) -> RunnerQuerySet:
        """Those that take work, as far as one knows."""
        return self.filter(slots__gt=0, seen_at__gt=now - timedelta(seconds=RUNNER_SILENT_S))

    def places(self, queue: str, now: datetime) -> int:
        """How many runs of `queue` the living ones take at once."""
        return int(self.alive(now).filter(queue=queue).aggregate(n=Sum("slots"))["n"] or 0)
