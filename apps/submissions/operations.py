"""What the operators' page says of queues and runners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from studyhub import broker

from .constants import RUNNER_SILENT_S, State
from .models import QueueGate, Run, Runner
from .services.runners import slots

QUEUE_NAMES = {broker.CPU_QUEUE: "Processors", broker.GPU_QUEUE: "GPUs"}
# The reconciler passes every 10 s.
RECONCILER_SILENT_S = 60


@dataclass(frozen=True)
class Lane:
    """One queue: how many runs wait, are out, and fit; `wanting` says that runs wait and nobody takes them."""

    name: str
    waiting: int
    out: int
    places: int
    alive: int
    queue: str

    @property
    def remedy(self) -> str:
        """How a runner for it is started."""
        return f"Runs wait here, and no runner takes any. Start one: python -m apps.runner.worker --queue {self.queue}"

    @property
    def wanting(self) -> bool:
        """Whether runs wait for a runner that is not there."""
        return bool(self.waiting or self.out) and not self.alive


@dataclass(frozen=True)
class ShownRunner:
    """A worker as the page shows it."""

    runner: Runner
    now: datetime

    @property
    def condition(self) -> tuple[str, str, str]:
        """A word for it, its tone, its icon."""
        if self.runner.slots == 0:
            return "Stopped", "bad", "circle-x"
        if self.now - self.runner.seen_at > timedelta(seconds=RUNNER_SILENT_S):
            return "Silent", "warn", "triangle-alert"
        return "Takes work", "good", "circle-check"

    @property
    def started(self) -> datetime:
        """When its worker began."""
        return datetime.fromtimestamp(self.report.get("started", 0), tz=self.now.tzinfo)

    @property
    def report(self) -> dict[str, Any]:
        """Its latest own account."""
        return dict(self.runner.report)

    @property
    def queue(self) -> str:
        """What it takes runs for, in words."""
        return QUEUE_NAMES[self.runner.queue]


class RunnersPage:
    """Queues, runners, and whether the reconciler passes."""

    def __init__(self) -> None:
        self.now = timezone.now()

    @cached_property
    def lanes(self) -> list[Lane]:
        """One for each queue."""
        places = slots()
        return [
            Lane(
                name=QUEUE_NAMES[queue],
                waiting=Run.objects.filter(queue=queue, state=State.QUEUED, released_at__isnull=True).count(),
                out=Run.objects.active(queue).count(),
                places=places[queue],
                alive=Runner.objects.places(queue, self.now),
                queue=queue,
            )
            for queue in QUEUE_NAMES
        ]

    @cached_property
    def runners(self) -> list[ShownRunner]:
        """Every worker that has said something of late."""
        return [ShownRunner(runner, self.now) for runner in Runner.objects.all()]

    @cached_property
    def passed_at(self) -> datetime | None:
        """When the reconciler passed last."""
        gate = QueueGate.objects.filter(queue=broker.CONTROL_QUEUE).first()
        return gate.passed_at if gate else None

    @property
    def reconciler_is_silent(self) -> bool:
        """Whether runs that fall silent would be found by nobody."""
        return self.passed_at is None or self.now - self.passed_at > timedelta(seconds=RECONCILER_SILENT_S)
