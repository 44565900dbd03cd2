"""What operators see of queues, runners and faults: their page and the metrics say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studyhub import broker

from .constants import RUNNER_SILENT_S, Lane, State, Verdict
from .models import QueueGate, Run, Runner
from .services.runners import slots

QUEUE_NAMES = {broker.CPU_QUEUE: gettext_lazy("Processors"), broker.GPU_QUEUE: gettext_lazy("GPUs")}
# The reconciler passes every 10 s.
RECONCILER_SILENT_S = 60
# More faults than this in a week are not told apart further.
FAULTS_READ = 500


@dataclass(frozen=True)
class Waiting:
    """One lane of a queue: how many runs wait in it, and for how long the first of them has, in seconds."""

    lane: str
    runs: int
    oldest_s: float


@dataclass(frozen=True)
class Queue:
    """One queue: what waits by lane, how many runs are out, and fit; `wanting`: runs wait and nobody takes them."""

    key: str
    lanes: tuple[Waiting, ...]
    out: int
    places: int
    alive: int

    @property
    def name(self) -> str:
        """What its runs are run on."""
        return str(QUEUE_NAMES[self.key])

    @property
    def waiting(self) -> int:
        """Runs that wait, in all lanes."""
        return sum(lane.runs for lane in self.lanes)

    @property
    def remedy(self) -> str:
        """How a runner for it is started."""
        command = f"python -m apps.runner.worker --queue {self.key}"
        return _("Runs wait here, and no runner takes any. Start one: %(command)s") % {"command": command}

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
            return _("Stopped"), "bad", "circle-x"
        if self.now - self.runner.seen_at > timedelta(seconds=RUNNER_SILENT_S):
            return _("Silent"), "warn", "triangle-alert"
        return _("Takes work"), "good", "circle-check"

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
        return str(QUEUE_NAMES[self.runner.queue])


class Operations:
    """Queues, runners, faults, and whether the reconciler passes. Each figure is read once, when it is asked for."""

    def __init__(self) -> None:
        self.now = timezone.now()

    @cached_property
    def queues(self) -> list[Queue]:
        """Both of them."""
        places = slots()
        waiting = Run.objects.filter(state=State.QUEUED, released_at__isnull=True).order_by()
        found = {
            (row["queue"], row["lane"]): Waiting(
                lane=Lane(row["lane"]).label, runs=row["n"], oldest_s=(self.now - row["first"]).total_seconds()
            )
            for row in waiting.values("queue", "lane").annotate(n=Count("pk"), first=Min("queued_at"))
        }
        return [
            Queue(
                key=key,
                lanes=tuple(found.get((key, lane.value), Waiting(lane.label, 0, 0.0)) for lane in Lane),
                out=Run.objects.active(key).count(),
                places=places[key],
                alive=Runner.objects.places(key, self.now),
            )
            for key in QUEUE_NAMES
        ]

    @cached_property
    def stuck(self) -> int:
        """Runs that have stood still for so long that the reconciler should have moved them on: always 0."""
        return Run.objects.stuck(self.now).count()

    @cached_property
    def ended(self) -> list[tuple[str, str, int]]:
        """How runs of the last day ended: verdict, its name, how many."""
        since = self.now - timedelta(days=1)
        rows = Run.objects.ended_since(since).order_by()
        counts = dict(rows.values_list("verdict").annotate(n=Count("pk")))
        return [(verdict.value, str(verdict.label), counts.get(verdict.value, 0)) for verdict in Verdict]

    @cached_property
    def failures(self) -> list[dict[str, Any]]:
        """Our own faults of the last week by their reason, the latest first: how many, and what the latest one said."""
        since = self.now - timedelta(days=7)
        ours = Run.objects.ended_since(since).filter(verdict=Verdict.PLATFORM_ERROR).order_by("-finished_at")
        found: dict[str, dict[str, Any]] = {}
        for run in ours.select_related("submission__exercise")[:FAULTS_READ]:
            row = found.setdefault(run.reason, {"reason": run.reason, "runs": 0, "latest": run})
            row["runs"] += 1
        return list(found.values())

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
