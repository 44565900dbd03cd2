"""Which runners there are, by their own account, and what follows from it for runs that want a GPU."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from studyhub import broker

from ..constants import RUNNER_FORGOTTEN_S, State
from ..models import Run, Runner, Transition

logger = logging.getLogger(__name__)
REPORT_BYTES = 64 * 1024
MOST_SLOTS = 256


def slots() -> dict[str, int]:
    """How many runs may be out at once, for each queue: what is set, or what reports if that is more.

    So runners may come and go with the length of the queue.
    """
    reporting = Runner.objects.alive(timezone.now()).order_by().values_list("queue").annotate(places=Sum("slots"))
    places = {broker.CPU_QUEUE: settings.RUN_SLOTS_CPU, broker.GPU_QUEUE: settings.RUN_SLOTS_GPU}
    for queue, reported in reporting:
        places[queue] = max(places[queue], reported)
    return places


def record_runner(*, report: dict[str, Any]) -> bool:
    """Take down what a worker says of itself; False for what is no report. A worker that stopped keeps its reason."""
    name, queue, places = report.get("name"), report.get("queue"), report.get("slots")
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= 200
        or queue not in {broker.CPU_QUEUE, broker.GPU_QUEUE}
        or type(places) is not int
        or not 0 <= places <= MOST_SLOTS
        or len(json.dumps(report)) > REPORT_BYTES
    ):
        logger.warning("A report that is none of our workers' was refused")
        return False
    now = timezone.now()
    said = {"queue": queue, "slots": places, "seen_at": now, "report": _plain(report)}
    problem = _text(report.get("problem"), 1000)
    if places or problem:  # one that ended as it was told to keeps what it said before
        said["problem"] = problem
    Runner.objects.update_or_create(name=name, defaults=said)
    Runner.objects.filter(slots=0, problem="").delete()  # it ended as it was told to
    Runner.objects.filter(seen_at__lt=now - timedelta(seconds=RUNNER_FORGOTTEN_S)).delete()
    return True


def _plain(report: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a report: known keys with values of their kinds, whatever a runner wrote."""
    gpu, zygotes = report.get("gpu"), report.get("zygotes")
    shown: dict[str, Any] = {name: _count(report.get(name)) for name in ("started", "memory_mb", "available_mb")}
    shown["host"] = _text(report.get("host"), 200)
    shown["gpu"] = {}
    if isinstance(gpu, dict) and gpu:
        shown["gpu"] = {name: _text(gpu.get(name), 200) for name in ("uuid", "model", "driver")}
        shown["gpu"]["memory_mb"] = _count(gpu.get("memory_mb"))
    shown["zygotes"] = [
        {
            "profile": _text(one.get("profile"), 50),
            "forbid": [_text(name, 50) for name in one.get("forbid") or () if isinstance(name, str)],
            "spare": one.get("spare") is True,
            **{name: _count(one.get(name)) for name in ("load_s", "forks", "runs", "resident_mb")},
        }
        for one in (zygotes if isinstance(zygotes, list) else [])
        if isinstance(one, dict) and isinstance(one.get("forbid"), list | tuple | None)
    ]
    return shown


def _text(value: Any, at_most: int) -> str:
    return value[:at_most] if isinstance(value, str) else ""


def _count(value: Any) -> float:
    """A number that a page can show and a date can be made of; 0 for anything else."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**11
    return value if fits else 0


def let_go_of_gpus(now: datetime) -> int:
    """Runs that would like a GPU and have waited long enough go to the processors; returns how many."""
    moved = 0
    for run in Run.objects.tired_of_waiting(now, settings.GPU_PATIENCE_S):
        with transaction.atomic():
            standing = Run.objects.filter(pk=run.pk, state=State.QUEUED, released_at__isnull=True, queue=run.queue)
            if not standing.update(queue=broker.CPU_QUEUE):
                continue
            why = "No GPU was free in time: it runs on processors"
            Transition.objects.create(
                run=run, attempt=run.attempt, from_state=run.state, to_state=run.state, reason=why
            )
        moved += 1
    return moved
