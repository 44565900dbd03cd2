"""What operators look at: the gates of the queues, and the runners."""

from __future__ import annotations

from django.db import models

from ..querysets import RunnerQuerySet


class QueueGate(models.Model):
    """One row per queue, locked while runs are released: two who count free slots at once would release too many.

    The row of the control queue carries the time of the reconciler's latest pass.
    """

    queue = models.CharField(max_length=20, primary_key=True)
    passed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.queue


class Runner(models.Model):
    """What a runner's worker said of itself last (apps/runner/report.py), for operators and for the count of GPUs."""

    name = models.CharField(max_length=200, primary_key=True)
    queue = models.CharField(max_length=20)
    slots = models.PositiveSmallIntegerField(help_text="0: it takes no work any more.")
    problem = models.TextField(blank=True, help_text="Why it stopped by itself.")
    seen_at = models.DateTimeField()
    report = models.JSONField(default=dict)

    objects = RunnerQuerySet.as_manager()

    class Meta:
        ordering = ["queue", "name"]

    def __str__(self) -> str:
        return self.name
