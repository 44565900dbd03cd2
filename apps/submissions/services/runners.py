"""Which runners there are, by their own account, and what follows from it for runs that want a GPU."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studyhub import broker

from ..constants import RUNNER_FORGOTTEN_S, State
from ..models import Run, Runner, Transition

logger = logging.getLogger(__name__)
REPORT_BYTES = 64 * 1024
MOST_SLOTS = 256


def slots() -> dict[str, int]:
    """How many runs may be out at once, for each queue: what is set, and of GPUs what reports if that is more."""
    gpus = max(settings.RUN_SLOTS_GPU, Runner.objects.places(broker.GPU_QUEUE, timezone.now()))
    return {broker.CPU_QUEUE: settings.RUN_SLOTS_CPU, broker.GPU_QUEUE: gpus}


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
        logger.warning("A report that is none of our workers': %.300r", report)
        return False
    now = timezone.now()
    said = {"queue": queue, "slots": places, "seen_at": now, "report": report}
    if problem := str(report.get("problem") or ""):
        said["problem"] = problem[:1000]
    Runner.objects.update_or_create(name=name, defaults=said)
    Runner.objects.filter(slots=0, problem="").delete()  # it ended as it was told to
    Runner.objects.filter(seen_at__lt=now - timedelta(seconds=RUNNER_FORGOTTEN_S)).delete()
    return True


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
