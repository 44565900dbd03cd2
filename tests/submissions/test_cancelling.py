"""A learner may stop a hand-in until it is graded; staff may run again what has no score."""

import pytest

from apps.submissions.constants import State, Verdict
from apps.submissions.models import Run
from apps.submissions.services import accept_result, cancel, requeue
from tests.submissions.conftest import finish, fresh, say


def test_a_waiting_one_is_cancelled_and_costs_no_attempt(desk, bob):
    run = desk.hand_in(bob)
    assert cancel(run=run, actor=bob)
    run = fresh(run)
    assert (run.state, run.verdict, run.score) == (State.CANCELLED, "", None)
    assert run.finished_at is not None
    assert not run.counts()
    assert run.transitions.last().actor == bob


@pytest.mark.parametrize("state", ["released", "running"])
def test_one_that_is_out_is_cancelled_and_its_runner_told(desk, bob, committed, state):
    run = getattr(desk, state)(bob)
    with committed():
        assert cancel(run=run, actor=bob)
    assert run.stored.has("cancel")
    finish(run)
    assert not accept_result(run_id=str(run.pk), attempt=1)
    assert not say(run)
    assert fresh(run).state == State.CANCELLED
    assert fresh(run).counts() is (state == "running")


@pytest.mark.parametrize("state", ["grading", "done"])
def test_what_has_run_is_not_cancelled(desk, bob, state):
    run = getattr(desk, state)(bob)
    assert not cancel(run=run, actor=bob)
    assert fresh(run).state == state


def test_it_is_cancelled_once(desk, bob):
    run = desk.hand_in(bob)
    copy = fresh(run)
    assert cancel(run=run, actor=bob)
    assert not cancel(run=copy, actor=bob)
    assert not cancel(run=run, actor=bob)


def test_a_run_that_moved_on_meanwhile_is_not_cancelled(desk, bob):
    run = desk.running(bob)
    copy = fresh(run)
    finish(run)
    accept_result(run_id=str(run.pk), attempt=1)
    assert not cancel(run=copy, actor=bob)
    assert fresh(run).state == State.GRADING


def test_a_free_place_goes_to_the_next_one(desk, bob, committed, settings):
    settings.RUN_SLOTS_CPU = 1
    run = desk.running(bob)
    desk.messages.clear()
    with committed():
        cancel(run=run, actor=bob)
    assert [name for name, _, _ in desk.messages] == ["submissions.release_runs"]


# Staff


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"state": State.DONE, "verdict": Verdict.PLATFORM_ERROR}, True),
        ({"state": State.CANCELLED}, True),
        ({"state": State.RUNNING}, True),
        ({"state": State.GRADING}, False),
        ({"state": State.QUEUED}, False),
        ({"state": State.DONE, "verdict": Verdict.PASSED}, False),
        ({"state": State.DONE, "verdict": Verdict.TIMED_OUT}, False),
    ],
)
def test_what_has_no_score_can_be_run_again(desk, alice, bob, changes, again):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(faults=2, **changes)
    run = fresh(run)
    assert requeue(run=run, actor=alice) is again
    run = fresh(run)
    if again:
        assert (run.state, run.verdict, run.attempt, run.faults, run.released_at) == (State.QUEUED, "", 2, 0, None)
        assert run.transitions.last().actor == alice
    else:
        assert (run.state, run.attempt) == (changes["state"], 1)


def test_run_again_it_gets_its_score(desk, alice, bob):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(state=State.DONE, verdict=Verdict.PLATFORM_ERROR, score=0.0)
    requeue(run=fresh(run), actor=alice)
    from apps.submissions.services import grade_run, release_runs

    release_runs()
    run = fresh(run)
    say(run)
    finish(run)
    accept_result(run_id=str(run.pk), attempt=2)
    grade_run(run_id=str(run.pk), attempt=2)
    assert (fresh(run).verdict, fresh(run).score) == (Verdict.PASSED, 4)


def test_the_given_up_attempt_is_stopped_and_its_result_refused(desk, alice, bob, committed):
    run = desk.running(bob)
    with committed():
        assert requeue(run=run, actor=alice)
    assert run.stored_at(1).has("cancel")
    finish(run, attempt=1)
    assert not accept_result(run_id=str(run.pk), attempt=1)


def test_what_staff_do_is_on_record_for_the_learner(desk, alice, bob):
    run = desk.hand_in(bob)
    assert cancel(run=run, actor=alice)
    assert requeue(run=fresh(run), actor=alice)
    assert [(entry.act, entry.actor, entry.what) for entry in bob.concerning.all()] == [
        ("requeue", alice, "Ran again: hand-in 1 of Doubling numbers"),
        ("cancel", alice, "Stopped: hand-in 1 of Doubling numbers"),
    ]


def test_what_one_does_oneself_is_not(desk, bob):
    assert cancel(run=desk.hand_in(bob), actor=bob)
    assert not bob.concerning.exists()
