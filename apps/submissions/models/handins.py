"""A hand-in, its runs, every move that they made, and what each check found."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.runner.contract import Limits
from apps.runner.store import open_store
from studyhub import broker

from ..constants import FINAL_STATES, RUN_MARGIN_S, Files, Lane, State, Verdict, verdict_for
from ..querysets import RunQuerySet, SubmissionQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from apps.exercises.models import ExerciseVersion
    from apps.runner.store import Attempt

    from .reviewing import Override


class Submission(models.Model):
    """One notebook that a learner handed in for one version of an exercise."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions")
    exercise = models.ForeignKey("exercises.Exercise", on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey("exercises.ExerciseVersion", on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … for each learner and exercise.")
    filename = models.CharField(max_length=150)
    size = models.PositiveIntegerField(help_text="Bytes of the file as it was uploaded.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # Defaults in the database too: while a new version is rolled out, the one before it still writes rows.
    key = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="A program's own name for it: taken in once.",
    )
    body_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False, help_text="SHA-256 of what came with it."
    )
    request_id = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of the request it came by: in the log.",
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "exercise", "number"], name="submission_number_once"),
            models.UniqueConstraint(fields=["user", "key"], condition=~models.Q(key=""), name="submission_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise} #{self.number}"

    def get_absolute_url(self) -> str:
        """The page that shows how it runs, then what it got."""
        return reverse("submissions:detail", args=[self.pk])

    @property
    def run(self) -> Run:
        """The latest run: the one that counts. Costs no query where `with_runs()` fetched them."""
        counting = (run for run in self.runs.all() if not run.trial)
        return max(counting, key=lambda run: (run.queued_at, str(run.pk)))

    @property
    def given(self) -> Override | None:
        """The score that a lead gave and that counts. Costs no query where `with_runs()` fetched it."""
        return next((override for override in self.overrides.all() if override.withdrawn_at is None), None)

    @property
    def points(self) -> float | None:
        """What it has: given by a lead, else by the grader; None without a score."""
        if self.given:
            return self.given.points
        run = self.run
        return run.score if run.state == State.DONE and run.verdict != Verdict.PLATFORM_ERROR else None

    @property
    def most(self) -> float:
        """Of how many points that is."""
        return self.given.max_points if self.given else self.run.max_score

    @property
    def shown_state(self) -> str:
        """The verdict where there is one, else the state: what the `state` tag draws."""
        if self.given:
            return verdict_for(self.given.points, self.given.max_points)
        return self.run.verdict or self.run.state


class SubmittedNotebook(models.Model):
    """The notebook itself, outputs stripped; apart from its Submission so that lists stay light.

    It lies in the database and not in a file store: a hand-in is accepted whole in one transaction, or not at all.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, primary_key=True, related_name="notebook")
    text = models.TextField()

    def __str__(self) -> str:
        return f"notebook of {self.submission_id}"


class Run(models.Model):
    """One execution of a submission, through all its attempts. Its moves go through states.py only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(
        "exercises.ExerciseVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What it is graded by, where that is not the version that was handed in for.",
    )
    trial = models.BooleanField(
        default=False, help_text="It counts for nothing: tried by a regrade, or replaced by one."
    )
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.LIVE)
    queue = models.CharField(
        max_length=20, choices=[(name, name) for name in (broker.CPU_QUEUE, broker.GPU_QUEUE)], default=broker.CPU_QUEUE
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    reason = models.TextField(blank=True, help_text="A sentence for the learner.")
    detail = models.TextField(blank=True, help_text="For operators; never shown to a learner.")
    attempt = models.PositiveIntegerField(default=1)
    faults = models.PositiveSmallIntegerField(default=0, help_text="Faults of the platform so far.")
    lost_starts = models.PositiveSmallIntegerField(default=0, help_text="Messages lost while others were taken up.")
    seed = models.BigIntegerField(help_text="The hidden inputs are drawn from it.")
    wall_s = models.FloatField(default=Limits.wall_s, help_text="The exercise's time limit, in seconds.")

    queued_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    grading_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    elapsed_s = models.FloatField(default=0.0, help_text="The runner's clock at the latest progress.")
    progress = models.JSONField(default=dict, blank=True)
    cells = models.JSONField(default=list, blank=True)
    score = models.FloatField(null=True, blank=True)
    max_score = models.FloatField()
    resources = models.JSONField(default=dict, blank=True)
    environment = models.JSONField(default=dict, blank=True)
    phases = models.JSONField(default=dict, blank=True)
    error = models.JSONField(default=dict, blank=True)
    files = models.CharField(
        max_length=10, choices=Files.choices, default=Files.ALL, help_text="Left in the run store."
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["queued_at"]
        indexes = [
            models.Index(fields=["queue", "state", "lane", "queued_at"], name="run_in_order"),
            models.Index(fields=["state", "heartbeat_at"], name="run_by_lease"),
            models.Index(fields=["files", "finished_at"], name="run_by_age"),
            models.Index(fields=["queue", "state", "finished_at"], name="run_by_end"),
            # Few, and asked for by whoever watches over the site.
            models.Index(
                fields=["finished_at"], condition=models.Q(verdict=Verdict.PLATFORM_ERROR), name="run_our_fault"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"

    @property
    def log_ids(self) -> dict[str, str]:
        """By what its lines in the log are known. Its submission has to be at hand, or costs a query."""
        submission = self.submission
        ids = {"submission_id": submission.pk, "request_id": submission.request_id, "run_id": self.pk}
        return {name: str(value) for name, value in ids.items()} | {"attempt": str(self.attempt)}

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in FINAL_STATES

    @property
    def graded_by(self) -> ExerciseVersion:
        """The version of the exercise that says what it is asked and what that is worth."""
        return self.version or self.submission.version

    @property
    def stored(self) -> Attempt:
        """This attempt's files in the run store."""
        return self.stored_at(self.attempt)

    def stored_at(self, attempt: int) -> Attempt:
        """The files of one attempt in the run store."""
        return open_store(settings.RUN_STORE).attempt(str(self.pk), attempt)

    @property
    def is_cancellable(self) -> bool:
        """Whether its learner may still stop it: grading takes a moment and is not interrupted."""
        return self.state in {State.QUEUED, State.RUNNING}

    def elapsed(self, now: datetime) -> float:
        """Seconds since it began to run, 0 before."""
        if self.started_at is None:
            return 0.0
        return max(0.0, ((self.finished_at or now) - self.started_at).total_seconds())

    def is_overdue(self, now: datetime) -> bool:
        """Whether it has run for longer than its runner should ever have let it."""
        return self.elapsed(now) > self.wall_s + RUN_MARGIN_S

    def counts(self) -> bool:
        """Whether it uses up one of the learner's attempts: not after our fault, nor when cancelled before it began."""
        if self.state == State.CANCELLED:
            return self.started_at is not None
        return self.verdict != Verdict.PLATFORM_ERROR


class Transition(models.Model):
    """One move of a run, and why: the record that answers "what happened to my hand-in?"."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="transitions")
    at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField()
    from_state = models.CharField(max_length=10, choices=State.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=300)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} → {self.to_state}: {self.reason}"


class CheckResult(models.Model):
    """What one check of the exercise found in one run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checks")
    check_id = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    points = models.FloatField()
    max_points = models.FloatField()
    passed = models.BooleanField()
    message = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    compared = models.JSONField(default=dict, blank=True)
    plot_svg = models.TextField(blank=True)
    plot_alt = models.TextField(blank=True)
    lesson = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="What it teaches beside its message (lessons.py reads it)."
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "check_id"], name="check_result_once")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.points} of {self.max_points}"
