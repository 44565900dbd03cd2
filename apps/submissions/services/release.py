"""Which runs go to the broker, and when: decided here in the database, because brokers differ."""

from __future__ import annotations

import json
import logging

from django.db import transaction
from django.utils import timezone

from studyhub import broker, logs

from .. import bell, folders
from ..constants import Lane, State
from ..models import QueueGate, Run
from ..states import move
from .faults import fault
from .runners import slots

logger = logging.getLogger(__name__)


def release_runs() -> int:
    """Hand over as many waiting runs as there are free slots, and return how many went out.

    1. Under the queue's lock, mark the next ones as released. 2. Outside the transaction, bring its files to the store.
    3. Send its message; only then the release is on record. Where store or broker can't be reached they wait on, and
    where this process dies in between the reconciler finds a released run that nobody took up.
    """
    sent = 0
    for queue, places in slots().items():
        runs = _claim(queue, places)
        for run in runs:
            # Whoever rang, from here on it is about this hand-in.
            with logs.bound(**run.log_ids):
                sent += _hand_over(run)
    return sent


def _claim(queue: str, places: int) -> list[Run]:
    now = timezone.now()
    if not Run.objects.waiting(queue).exists():
        return []
    QueueGate.objects.get_or_create(queue=queue)
    with transaction.atomic():
        QueueGate.objects.select_for_update().get(queue=queue)
        free = places - Run.objects.active(queue).count()
        waiting = list(Run.objects.waiting(queue).values_list("pk", "lane")[: max(0, free)])
        next_ones = [pk for pk, lane in waiting if lane != Lane.REGRADE]
        if len(next_ones) < len(waiting):
            # One place is left to the living: who hands in now must not wait for a regrade's run to end.
            others = max(0, max(1, places - 1) - Run.objects.active(queue).filter(lane=Lane.REGRADE).count())
            next_ones += [pk for pk, lane in waiting if lane == Lane.REGRADE][:others]
        standing = Run.objects.filter(pk__in=next_ones, state=State.QUEUED, released_at__isnull=True)
        standing.update(released_at=now)
    runs = Run.objects.filter(pk__in=next_ones, state=State.QUEUED, released_at=now)
    related = ("submission__version__exercise", "version__exercise", "submission__notebook")
    found = {run.pk: run for run in runs.select_related(*related)}
    return [found[pk] for pk in next_ones if pk in found]


def _hand_over(run: Run) -> bool:
    submission = run.submission
    try:
        folders.hand_over(
            run.stored,
            package=run.graded_by.package(),
            notebook=json.loads(submission.notebook.text),
            run_id=str(run.pk),
            attempt=run.attempt,
            seed=run.seed,
        )
    except OSError:
        logger.exception("The run store can't be written: run %s waits", run.pk)
        _take_back(run)
        return False
    except Exception as error:  # an exercise's own code draws its inputs: whatever it raises is our fault, and retried
        logger.exception("Run %s could not be prepared", run.pk)
        fault(run, kind="prepare", detail=f"{type(error).__name__}: {error}")
        return False
    if not bell.send(broker.EXECUTE_TASK, str(run.pk), run.attempt, queue=run.queue):
        _take_back(run)
        return False
    # A runner may have been quicker than this line: then its first progress is on record, which says more.
    move(run, to=State.QUEUED, why="Handed to the runners", only_if={"released_at": run.released_at})
    return True


def _take_back(run: Run) -> None:
    """What could not be handed over waits on, at no cost."""
    standing = {"pk": run.pk, "state": State.QUEUED, "attempt": run.attempt, "released_at": run.released_at}
    Run.objects.filter(**standing).update(released_at=None)
