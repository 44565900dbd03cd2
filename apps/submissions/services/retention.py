"""Files of runs don't stay for ever. Grades, feedback and the notebooks that were handed in do: they are rows."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime, timedelta

from django.conf import settings

from apps.runner import contract

from .. import folders, rendering
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
            if left == Files.NOTEBOOK and attempt == run.attempt:
                _keep_notebook(run)
            else:
                _remove(run, attempt)
        for page in (settings.VAR_DIR / rendering.RENDERED).glob(f"{run.pk}-*.html"):
            page.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("Run %s: its old files can't be cleared away: %s", run.pk, error)
        return False
    same = Run.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt, files=run.files)
    return bool(same.update(files=left))


def _keep_notebook(run: Run) -> None:
    """Empty the folder of the run's latest attempt but for the executed notebook."""
    if not rendering.has_executed(run) or (run.folder / contract.RESULT_FOLDER).is_symlink():
        _remove(run, run.attempt)
        return
    keep = folders.executed_path(run.folder)
    for path in [*run.folder.iterdir(), *(run.folder / contract.RESULT_FOLDER).iterdir()]:
        if path in {keep, keep.parent}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _remove(run: Run, attempt: int) -> None:
    folder = run.folder_of(attempt)
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    # The folder of the run itself goes with its last attempt.
    if folder.parent.is_dir() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
