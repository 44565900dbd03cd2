"""What people do: hand in, cancel, and (staff) run again."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.audit import record
from apps.runner.contract import Limits
from studyhub import broker, logs

from .. import bell
from ..constants import UNFINISHED_PER_LEARNER, State, Verdict
from ..models import Run, Submission, SubmittedNotebook, Transition
from ..standings import refresh
from ..states import move
from ..validation import Notebook, UploadRefused, read_notebook
from .faults import next_attempt, stop_runner
from .runners import slots
from .trials import trial_ended

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise, ExerciseVersion

logger = logging.getLogger(__name__)
NUMBER_TRIES = 5


def submit(*, user: User, exercise: Exercise, filename: str, data: bytes, key: str = "") -> Submission:
    """Take a notebook in: once this returns it is safe, and it will end.

    With a `key` it is taken in once: the same file for the same exercise under the same key is the hand-in that there
    is already, also where both arrive at once; another file is refused.

    1. Check and clean the file. 2. In one transaction: is there an attempt left, then the Submission with its
    notebook and its Run. 3. On commit ring the bell; a process that dies before has lost nothing, for the run's row
    is what the reconciler looks for.

    Raises UploadRefused.
    """
    if exercise.retired or exercise.current_version is None:
        raise UploadRefused("retired")
    named = _Named(key, hashlib.sha256(exercise.slug.encode() + b"\0" + data).hexdigest())
    if earlier := _earlier(user, named):
        return earlier
    notebook = read_notebook(data, exercise=exercise.slug, limit_mb=settings.UPLOAD_LIMIT_MB)
    name = PurePath(filename.replace("\\", "/")).name.replace("\0", "")[-150:] or "notebook.ipynb"
    for left in reversed(range(NUMBER_TRIES)):
        try:
            with transaction.atomic():
                return _create(user, exercise, name, len(data), notebook, named)
        except (IntegrityError, UploadRefused) as error:
            # Under the same key another one may have come first, and have used up the last attempt.
            if earlier := _earlier(user, named):
                return earlier
            # Else two hand-ins of one learner took the same number at once: the second one counts again.
            if isinstance(error, UploadRefused) or not left:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class _Named:
    """By which name a program knows what it hands in, and the SHA-256 of that."""

    key: str
    digest: str


def _earlier(user: User, named: _Named) -> Submission | None:
    """What was handed in under this key. Raises UploadRefused where that was something else."""
    if not named.key:
        return None
    found: Submission | None = Submission.objects.of(user).filter(key=named.key).first()
    if found and found.body_digest != named.digest:
        raise UploadRefused("key-reused")
    return found


def _create(user: User, exercise: Exercise, filename: str, size: int, notebook: Notebook, named: _Named) -> Submission:
    version = exercise.current_version
    _check_allowance(user, exercise, version.manifest)
    mine = Submission.objects.of(user).filter(exercise=exercise)
    submission = Submission.objects.create(
        user=user,
        exercise=exercise,
        version=version,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        filename=filename,
        size=size,
        key=named.key,
        body_digest=named.digest if named.key else "",
        request_id=logs.current().get("request_id", ""),
    )
    SubmittedNotebook.objects.create(submission=submission, text=json.dumps(notebook.content))
    run = Run.objects.create(
        submission=submission,
        seed=secrets.randbits(62),
        **terms_of(version),
    )
    Transition.objects.create(run=run, attempt=1, to_state=State.QUEUED, reason="Handed in", actor=user)
    logs.bind(**run.log_ids)
    transaction.on_commit(partial(logger.info, "Handed in"))
    refresh(user.pk, exercise.pk)
    bell.send_on_commit(bell.RELEASE_TASK)
    return submission


def _check_allowance(user: User, exercise: Exercise, manifest: dict[str, Any]) -> None:
    limit = manifest.get("attempts")
    if limit is not None:
        limit += Submission.objects.attempts_granted(user, exercise)
        if Submission.objects.attempts_used(user, exercise) >= limit:
            raise UploadRefused("no-attempts", limit=limit)
    if rules := manifest.get("competition"):
        today = Submission.objects.of(user).filter(exercise=exercise, created_at__date=timezone.now().date())
        if today.counting().count() >= rules["entries_per_day"]:
            raise UploadRefused("no-entries-today", limit=rules["entries_per_day"])
    unfinished = Submission.objects.of(user).unfinished().count()
    if unfinished >= UNFINISHED_PER_LEARNER:
        raise UploadRefused("too-many-waiting", count=unfinished)


def terms_of(version: ExerciseVersion) -> dict[str, Any]:
    """What a run takes over from the version that asks: its queue, its time limit, the most points."""
    accelerator = version.manifest.get("accelerator", "cpu")
    wants_gpu = accelerator == "gpu" or (accelerator == "prefer-gpu" and slots()[broker.GPU_QUEUE] > 0)
    return {
        "queue": broker.GPU_QUEUE if wants_gpu else broker.CPU_QUEUE,
        "wall_s": (version.manifest.get("limits") or {}).get("wall_s", Limits.wall_s),
        "max_score": version.max_score,
    }


def cancel(*, run: Run, actor: User) -> bool:
    """Stop a run that has not reached grading; False where it is too late. A late result is refused from now on."""
    if not run.is_cancellable:
        return False
    by = "its learner" if actor.pk == run.submission.user_id else "staff"
    with transaction.atomic():
        if not move(run, to=State.CANCELLED, why=f"Cancelled by {by}", actor=actor, finished_at=timezone.now()):
            return False
        _note_act(run, actor, "cancel", "Stopped")
        trial_ended(run)
    if run.released_at is not None:
        stop_runner(run, run.attempt)
    bell.send_on_commit(bell.RELEASE_TASK)
    return True


def requeue(*, run: Run, actor: User) -> bool:
    """Run again what has no score: cancelled, ended by our fault, or running and given up by staff. False otherwise.

    Its faults are forgotten, its earlier attempt's results are refused.
    """
    stuck = run.state == State.RUNNING
    without_score = run.state == State.CANCELLED or (run.state == State.DONE and run.verdict == Verdict.PLATFORM_ERROR)
    if not (stuck or without_score):
        return False
    superseded = run.attempt
    changes = next_attempt(run) | {"faults": 0, "lost_starts": 0}
    with transaction.atomic():
        if not move(run, to=State.QUEUED, why="Queued again by staff", actor=actor, **changes):
            return False
        _note_act(run, actor, "requeue", "Ran again")
    if stuck:
        stop_runner(run, superseded)
    bell.send_on_commit(bell.RELEASE_TASK)
    return True


def _note_act(run: Run, actor: User, act: str, did: str) -> None:
    """What staff did with somebody else's hand-in is on record for them."""
    submission = run.submission
    if actor.pk != submission.user_id and not run.trial:
        what = f"{did}: hand-in {submission.number} of {submission.exercise}"
        record(actor=actor, subject=submission.user, act=act, what=what, url=submission.get_absolute_url())
