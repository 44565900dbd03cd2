"""Files of runs don't stay for ever. Grades, feedback and the notebooks that were handed in do: they are rows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from apps.runner.store import EXECUTED

from .. import rendering
from ..constants import CLEARED_PER_PASS, Files
from ..models import Run

logger = logging.getLogger(__name__)


def clear_old_files(*, now: datetime) -> int:
    """Clear away files of runs that ended RUN_KEEP_DAYS ago; of at most CLEARED_PER_PASS runs. Returns how many.

    1. What ended that long ago keeps its executed notebook only. 2. Of these, it goes too where the hand-in is neither
    its learner's latest for the exercise nor the best one, and nobody wrote on it: also later, once it is outdone.

    Files go before the row says so: whoever dies in between is repeated. A run that is queued again meanwhile has a
    new attempt with a folder of its own, which is not touched.
    """
    before = now - timedelta(days=settings.RUN_KEEP_DAYS)
    old = Run.objects.to_clear(before)[:CLEARED_PER_PASS]
    done = sum(_clear(run, Files.NOTEBOOK) for run in old)
    outdone = Run.objects.filter(files=Files.NOTEBOOK).outdone().order_by("finished_at")[: CLEARED_PER_PASS - done]
    return done + sum(_clear(run, Files.NONE) for run in outdone)


def _clear(run: Run, left: Files) -> bool:
    try:
        for attempt in range(1, run.attempt + 1):
            keep = EXECUTED if left == Files.NOTEBOOK and attempt == run.attempt else ""
            run.stored_at(attempt).remove(but=keep)
        for page in (settings.VAR_DIR / rendering.RENDERED).glob(f"{run.pk}-*.html"):
            page.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("Run %s: its old files can't be cleared away: %s", run.pk, error)
        return False
    same = Run.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt, files=run.files)
    return bool(same.update(files=left))
