"""The one door: what is not a move is refused, and of two who make the same one, one wins."""

import pytest

from apps.submissions.constants import FINAL_STATES, MOVES, State
from apps.submissions.models import Run, Transition
from apps.submissions.states import IllegalMove, move
from tests.submissions.conftest import fresh

PAIRS = [(a, b) for a in State for b in State]


def put(run: Run, state: State) -> Run:
    Run.objects.filter(pk=run.pk).update(state=state)
    return fresh(run)


@pytest.mark.parametrize(("a", "b"), [pair for pair in PAIRS if pair not in MOVES])
def test_a_move_that_is_none_is_refused(desk, bob, a, b):
    run = put(desk.hand_in(bob), a)
    before = Transition.objects.count()
    with pytest.raises(IllegalMove):
        move(run, to=b, why="No such move")
    assert fresh(run).state == a
    assert Transition.objects.count() == before


@pytest.mark.parametrize(("a", "b"), sorted(MOVES))
def test_a_move_is_made_once_and_recorded(desk, bob, a, b):
    run = put(desk.hand_in(bob), a)
    copy = fresh(run)
    assert move(run, to=b, why="First", attempt=run.attempt + 1)
    assert not move(copy, to=b, why="Second", attempt=copy.attempt + 1)
    assert fresh(run).state == b
    last = Transition.objects.filter(run=run).last()
    assert (last.from_state, last.to_state, last.reason) == (a, b, "First")


def test_what_is_done_moves_on_by_staff_or_by_a_regrade_only():
    assert {(a, b) for a, b in MOVES if a in FINAL_STATES and b != State.QUEUED} == {(State.DONE, State.DONE)}


def test_a_copy_of_an_earlier_attempt_moves_nothing(desk, bob):
    run = desk.hand_in(bob)
    Run.objects.filter(pk=run.pk).update(attempt=2)
    assert not move(run, to=State.CANCELLED, why="Too late")
    assert fresh(run).state == State.QUEUED


def test_the_move_and_its_record_stand_or_fall_together(desk, bob, monkeypatch):
    run = desk.hand_in(bob)

    def fail(**fields):
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(Transition.objects, "create", fail)
    with pytest.raises(RuntimeError):
        move(run, to=State.CANCELLED, why="Cancelled")
    assert fresh(run).state == State.QUEUED
