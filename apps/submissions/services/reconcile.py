"""The reaper: every 10 s it looks for what fell silent, and brings it to an end through the same guarded moves."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from apps.runner.store import RESULT, StoreUnreachable
from studyhub import broker, logs

from .. import bell, folders
from ..constants import LOST_STARTS, RUN_MARGIN_S, State
from ..models import QueueGate, Run
from ..states import move
from . import regrading
from .faults import fault, give_up
from .release import release_runs
from .results import accept_result
from .retention import clear_old_files
from .runners import let_go_of_gpus

logger = logging.getLogger(__name__)
# Without a pass for this long, what looks silent may only have gone unheard.
GAP_S = 30.0


def reconcile() -> Counter[str]:
    """One pass over everything that has not ended. Returns how often it did what.

    1. Results that lie in the store although their message was lost are taken in. 2. Gradings that died are started
    again. 3. Runs past their bound are ended, those without a heartbeat and those that nobody took up are queued again.
    4. Runs that would only like a GPU stop waiting for one. 5. Waiting runs are released. 6. Regrades go on whose task
    died. 7. A few old runs lose their files.

    After a gap (this side was down itself) step 3 waits for the next pass: the heartbeats may lie in the broker.
    """
    now = timezone.now()
    did: Counter[str] = Counter()
    runs = Run.objects.select_related("submission")
    for run in runs.filter(state__in=[State.QUEUED, State.RUNNING], released_at__isnull=False):
        did["result found"] += _guarded(_take_in_result, run, now)
    for run in runs.grading_died(now, settings.RUN_GRADING_LEASE_S):
        did["grading restarted"] += _guarded(_restart_grading, run, now)
    if _passed_lately(now):
        for run in runs.filter(state=State.RUNNING):
            if run.is_overdue(now):
                did["ended past its bound"] += _guarded(_end_overdue, run, now)
        for run in runs.lost_heartbeat(now, settings.RUN_LEASE_S):
            did["heartbeat lost"] += _guarded(_requeue_silent, run, now)
        for run in runs.lost_message(now, settings.RUN_START_LEASE_S):
            did["message lost"] += _guarded(_resend, run, now)
    did["went without a GPU"] += let_go_of_gpus(now)
    did["released"] += release_runs()
    did["regrade resumed"] += regrading.resume(now)
    did["cleared"] += clear_old_files(now=now)
    return +did


def _guarded(act: Callable[[Run, datetime], bool], run: Run, now: datetime) -> bool:
    """One run that can't be helped must not keep the pass from the others. What is done is told by the run's ids."""
    with logs.bound(**run.log_ids):
        try:
            return act(run, now)
        except StoreUnreachable as error:
            logger.warning("Run %s waits for the run store: %s", run.pk, error)
        except Exception:  # logged, and tried again in the next pass
            logger.exception("The reconciler could not help run %s", run.pk)
    return False


def _passed_lately(now: datetime) -> bool:
    gate, _ = QueueGate.objects.get_or_create(queue=broker.CONTROL_QUEUE)
    before = gate.passed_at
    QueueGate.objects.filter(pk=gate.pk).update(passed_at=now)
    return before is not None and now - before < timedelta(seconds=max(GAP_S, 2 * settings.RUN_LEASE_S))


def _take_in_result(run: Run, now: datetime) -> bool:
    """A result that was just written has its message on the way: this only takes it in a moment earlier."""
    return accept_result(run_id=str(run.pk), attempt=run.attempt)


def _restart_grading(run: Run, now: datetime) -> bool:
    """While the run store can't be reached nobody could grade it: asking raises then, and the run waits."""
    run.stored.has(RESULT)
    if run.faults >= settings.RUN_PLATFORM_RETRIES:
        return give_up(run, kind="grading", detail=run.detail or "Grading never ended.")
    changes = {"faults": run.faults + 1, "grading_at": now}
    # The old time stamp is in the condition: of two reconcilers one restarts it.
    seen = {"grading_at": run.grading_at}
    restarted = move(run, to=State.GRADING, why="Grading started again", only_if=seen, **changes)
    if restarted:
        bell.send_on_commit(bell.GRADE_TASK, str(run.pk), run.attempt)
    return restarted


def _end_overdue(run: Run, now: datetime) -> bool:
    detail = f"Still running {run.elapsed(now):.0f} s after its start; its bound is {run.wall_s + RUN_MARGIN_S:.0f} s."
    return give_up(run, kind="silent", detail=detail)


def _requeue_silent(run: Run, now: datetime) -> bool:
    if run.state != State.RUNNING:
        return False
    return fault(run, kind="lost", detail=f"No heartbeat since {run.heartbeat_at:%H:%M:%S}.")


def _resend(run: Run, now: datetime) -> bool:
    """Hand over once more what nobody has taken up; the runner's claim lets only one of two messages run.

    What a runner has taken up runs, although its first word is not here yet: the claim may be a moment old. From now
    on it has to be heard of.

    It costs the run nothing, and is counted only while others of its queue are taken up: then something is wrong with
    this one. While none is, the runners are down, and it waits for them however long that takes.
    """
    if folders.is_claimed(run.stored):
        return move(run, to=State.RUNNING, why="A runner took it up", started_at=now, heartbeat_at=now)
    others_live = Run.objects.filter(queue=run.queue, heartbeat_at__gt=run.released_at).exclude(pk=run.pk).exists()
    lost = run.lost_starts + others_live
    if lost >= LOST_STARTS:
        return give_up(
            run, kind="never-started", detail=f"{lost} messages were lost, each for {settings.RUN_START_LEASE_S:.0f} s."
        )
    why, seen = "Nobody took it up in time: to be sent again", {"released_at": run.released_at}
    return move(run, to=State.QUEUED, why=why, only_if=seen, released_at=None, lost_starts=lost)
