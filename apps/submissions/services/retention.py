"""Files of runs don't stay for ever. Grades, feedback and the notebooks that were handed in do: they are rows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.runner.store import EXECUTED

from .. import rendering
from ..constants import CLEARED_PER_PASS, TIDIED_PER_PASS, Files
from ..models import Run, Standing

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
    done = 0
    for run in old.select_related("submission"):
        if _clear(run, Files.NOTEBOOK):
            done += 1
            whose = {"user": run.submission.user_id, "exercise": run.submission.exercise_id}
            Standing.objects.filter(**whose).update(to_tidy=True)
    return done + sum(_clear(run, Files.NONE) for run in _outdone(CLEARED_PER_PASS - done))


def _outdone(most: int) -> list[Run]:
    """Some whose notebook nobody needs: only where something changed since is looked, so a million cost nothing.

    A standing with none is looked at again once it changes; it is locked meanwhile, as by whoever changes it.
    """
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        changed = Standing.objects.select_for_update(skip_locked=skip).filter(to_tidy=True).order_by("pk")
        standings = list(changed[:TIDIED_PER_PASS])
        if not standings:
            return []
        outdone = list(Run.objects.filter(files=Files.NOTEBOOK).of_standings(standings).outdone())
        left = {(run.submission.user_id, run.submission.exercise_id) for run in outdone}
        tidy = [one.pk for one in standings if (one.user_id, one.exercise_id) not in left]
        Standing.objects.filter(pk__in=tidy).update(to_tidy=False)
    return outdone[:most]


def _clear(run: Run, left: Files) -> bool:
    try:
        for attempt in range(1, run.attempt + 1):
            keep = EXECUTED if left == Files.NOTEBOOK and attempt == run.attempt else ""
            run.stored_at(attempt).remove(but=keep)
        rendering.drop_pages(run)
    except OSError as error:
        logger.warning("Run %s: its old files can't be cleared away: %s", run.pk, error)
        return False
    same = Run.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt, files=run.files)
    return bool(same.update(files=left))
