"""The one door through which a run changes its state."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from studyhub import logs

from .constants import MOVES, State
from .counting import note_move
from .models import Run, Transition
from .standings import refresh_of

if TYPE_CHECKING:
    from apps.accounts.models import User


logger = logging.getLogger(__name__)


class IllegalMove(ValueError):
    """A move that is not in constants.MOVES: a mistake in our code, never a race."""


def move(
    run: Run,
    *,
    to: State,
    why: str,
    actor: User | None = None,
    only_if: dict[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Move `run` on from where this copy of it stands, and record `why`; False where the row has moved on already.

    One UPDATE with the state and the attempt of this copy (and `only_if`) in its condition: of two who try, one wins.
    Its learner's Standing follows in the same transaction.
    `changes` are set in the same UPDATE, here and on the row. Raises IllegalMove.
    """
    if (State(run.state), to) not in MOVES:
        raise IllegalMove(f"{run.state} → {to}: {why}")
    standing = {"pk": run.pk, "state": run.state, "attempt": run.attempt}
    with transaction.atomic():
        if Run.objects.filter(**standing, **(only_if or {})).update(state=to, **changes) != 1:
            return False
        Transition.objects.create(
            run=run, attempt=run.attempt, from_state=run.state, to_state=to, reason=why[:300], actor=actor
        )
        if to != run.state and not run.trial:
            refresh_of(run)
    ids = {"submission_id": run.submission_id, "run_id": run.pk, "attempt": run.attempt}
    transaction.on_commit(partial(_say, f"{run.state} → {to}: {why}", ids))
    state_before, run.state = run.state, to
    for name, value in changes.items():
        setattr(run, name, value)
    if state_before != to:
        note_move(run)
    return True


def _say(made: str, ids: dict[str, Any]) -> None:
    with logs.bound(**ids):
        logger.info("%s", made)
