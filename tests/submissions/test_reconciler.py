"""Whatever falls silent is found, and ends once: by its result, by another attempt, or by our owning up to it."""

import errno
import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.submissions import bell, folders, services
from apps.submissions.constants import LOST_STARTS, State, Verdict
from apps.submissions.models import CheckResult, QueueGate, Run, Submission
from apps.submissions.services import results
from studyhub import broker, logs
from tests.stores import write
from tests.submissions.conftest import age, finish, fresh, say


def sent(desk, run) -> list[int]:
    """The attempts of `run` of which runners were told."""
    return [args[1] for name, args, _ in desk.messages if name == broker.EXECUTE_TASK and args[0] == str(run.pk)]


# The message that starts it


def test_a_lost_message_is_sent_again_and_costs_nothing(desk, bob, reconcile):
    run = age(desk.released(bob), released_at=61)
    desk.messages.clear()
    reconcile()
    run = fresh(run)
    assert sent(desk, run) == [1]
    assert (run.state, run.attempt, run.faults) == (State.QUEUED, 1, 0)


def test_a_message_that_is_under_way_is_left_alone(desk, bob, reconcile):
    run = age(desk.released(bob), released_at=30)
    desk.messages.clear()
    reconcile()
    assert sent(desk, run) == []


def test_while_the_runners_are_down_it_waits_for_them(desk, bob, reconcile):
    run = desk.released(bob)
    for _ in range(LOST_STARTS + 5):
        age(run, released_at=61)
        reconcile()
    assert (fresh(run).state, fresh(run).lost_starts) == (State.QUEUED, 0)


def test_a_run_that_alone_is_never_taken_up_ends_by_our_fault(desk, bob, charlie, reconcile):
    run, other = desk.released(bob), desk.running(charlie)
    for _ in range(LOST_STARTS):
        assert fresh(run).state == State.QUEUED
        age(run, released_at=61)
        Run.objects.filter(pk=other.pk).update(heartbeat_at=timezone.now())
        reconcile()
    run = fresh(run)
    assert (run.state, run.verdict) == (State.DONE, Verdict.PLATFORM_ERROR)
    assert not run.counts()


def test_a_runner_that_took_it_up_and_died_is_a_fault(desk, bob, reconcile):
    run = age(desk.released(bob), released_at=61)
    write(run.stored, "claim", b"")
    reconcile()
    reconcile()
    assert (fresh(run).state, fresh(run).attempt) == (State.RUNNING, 1)
    age(run, heartbeat_at=21)
    reconcile()
    run = fresh(run)
    assert (run.attempt, run.faults) == (2, 1)
    assert sent(desk, run) == [1, 2]


def test_a_runner_that_took_it_up_a_moment_ago_keeps_it(desk, bob, reconcile):
    run = age(desk.released(bob), released_at=61)
    write(run.stored, "claim", b"")
    reconcile()
    say(run)
    reconcile()
    run = fresh(run)
    assert (run.state, run.attempt, run.faults) == (State.RUNNING, 1, 0)
    finish(run)
    reconcile()
    assert fresh(run).state in {State.GRADING, State.DONE}


# The heartbeat


def test_without_a_heartbeat_it_is_queued_again_and_its_first_runner_stopped(desk, bob, reconcile, committed):
    run = age(desk.running(bob), heartbeat_at=21)
    with committed():
        reconcile()
    run = fresh(run)
    assert (run.state, run.attempt, run.faults, run.started_at) == (State.QUEUED, 2, 1, None)
    assert run.stored_at(1).has("cancel")
    assert not run.stored_at(2).has("cancel")
    assert sent(desk, run) == [1, 2]


def test_with_a_heartbeat_it_is_left_alone(desk, bob, reconcile):
    run = age(desk.running(bob), heartbeat_at=15)
    reconcile()
    assert fresh(run).state == State.RUNNING


def test_the_third_silence_ends_it_by_our_fault(desk, bob, reconcile):
    run = desk.running(bob)
    for attempt in (1, 2, 3):
        assert fresh(run).attempt == attempt
        say(fresh(run))
        age(run, heartbeat_at=21)
        reconcile()
    run = fresh(run)
    assert (run.state, run.verdict, run.score) == (State.DONE, Verdict.PLATFORM_ERROR, 0)
    assert not run.counts()
    assert [move.to_state for move in run.transitions.all()].count(State.DONE) == 1


def test_a_result_of_which_nobody_told_is_found(desk, bob, reconcile):
    run = age(desk.running(bob), heartbeat_at=21)
    finish(run)
    reconcile()
    assert (fresh(run).state, fresh(run).attempt) == (State.GRADING, 1)


def test_a_result_is_found_though_every_message_was_lost(desk, bob, reconcile):
    run = desk.released(bob)
    finish(run)
    reconcile()
    assert fresh(run).state == State.GRADING


@pytest.mark.django_db(transaction=True)
def test_of_a_result_without_a_start_nobody_sees_it_run(desk, bob, monkeypatch):
    """Between its two moves a pass beside would find a run that has gone on since its release, and end it."""
    run = age(desk.released(bob), released_at=3600)
    finish(run)
    move, seen = results.move, []

    def look() -> None:
        seen.append(fresh(run).state)
        connection.close()

    def moved(*arguments: object, **keywords: object) -> bool:
        done = move(*arguments, **keywords)
        beside = threading.Thread(target=look)
        beside.start()
        beside.join()
        return done

    monkeypatch.setattr(results, "move", moved)
    assert services.accept_result(run_id=str(run.pk), attempt=1)
    assert seen == [State.QUEUED, State.QUEUED]
    assert fresh(run).state == State.GRADING


def test_the_second_attempt_is_graded_as_any_other(desk, bob, reconcile):
    run = age(desk.running(bob), heartbeat_at=21)
    reconcile()
    run = fresh(run)
    say(run)
    finish(run)
    finish(run, attempt=1, points=(0, 0))
    assert not services.accept_result(run_id=str(run.pk), attempt=1)
    assert services.accept_result(run_id=str(run.pk), attempt=2)
    assert services.grade_run(run_id=str(run.pk), attempt=2)
    assert (fresh(run).verdict, fresh(run).score) == (Verdict.PASSED, 4)


# The bound


def test_past_its_bound_it_ends_though_its_heart_beats(desk, bob, reconcile, committed):
    run = age(desk.running(bob), started_at=91)  # its limit is 30 s, the margin 60
    with committed():
        reconcile()
    run = fresh(run)
    assert (run.state, run.verdict) == (State.DONE, Verdict.PLATFORM_ERROR)
    assert run.stored.has("cancel")
    assert not run.counts()


def test_within_its_bound_it_runs_on(desk, bob, reconcile):
    run = age(desk.running(bob), started_at=85)
    reconcile()
    assert fresh(run).state == State.RUNNING


# After the platform itself was down


@pytest.mark.parametrize("gap", [None, 3600])
def test_after_a_gap_what_looks_silent_is_heard_first(desk, bob, gap):
    run = age(desk.running(bob), heartbeat_at=600)
    if gap:
        QueueGate.objects.create(queue=broker.CONTROL_QUEUE, passed_at=timezone.now() - timedelta(seconds=gap))
    services.reconcile()
    assert fresh(run).state == State.RUNNING
    assert say(run, elapsed_s=600.0)
    services.reconcile()
    assert fresh(run).state == State.RUNNING


def test_after_a_gap_what_stays_silent_is_given_up(desk, bob):
    run = age(desk.running(bob), heartbeat_at=600)
    services.reconcile()
    services.reconcile()
    assert (fresh(run).state, fresh(run).attempt) == (State.QUEUED, 2)


# Grading


def test_a_grading_that_died_is_started_again(desk, bob, reconcile, committed):
    run = age(desk.grading(bob), grading_at=21)
    with committed():
        reconcile()
    assert (bell.GRADE_TASK, (str(run.pk), 1), broker.CONTROL_QUEUE) in desk.messages
    assert services.grade_run(run_id=str(run.pk), attempt=1)
    assert (fresh(run).verdict, CheckResult.objects.filter(run=run).count()) == (Verdict.PASSED, 2)


def test_a_grading_that_fails_three_times_ends_by_our_fault(desk, package, bob, reconcile):
    run = desk.grading(bob)
    package.broken = ZeroDivisionError("in grading.py")
    for _ in range(3):
        assert fresh(run).state == State.GRADING
        assert not services.grade_run(run_id=str(run.pk), attempt=1)
        age(run, grading_at=21)
        reconcile()
    run = fresh(run)
    assert (run.state, run.verdict) == (State.DONE, Verdict.PLATFORM_ERROR)
    assert "ZeroDivisionError" in run.detail
    assert not run.counts()


def test_a_grading_that_was_restarted_by_another_is_left_alone(desk, bob, reconcile):
    from apps.submissions.services.reconcile import _restart_grading

    run = age(desk.grading(bob), grading_at=21)
    now = timezone.now()
    assert _restart_grading(fresh(run), now)
    assert not _restart_grading(run, now)
    assert fresh(run).faults == 1


# The pass itself


def test_one_run_that_can_not_be_helped_does_not_keep_it_from_others(desk, bob, charlie, reconcile, monkeypatch):
    first, second = age(desk.running(bob), heartbeat_at=30), age(desk.running(charlie), heartbeat_at=30)
    read = folders.read_result

    def broken_store(stored):
        if str(stored) == str(first.stored):
            raise OSError(errno.EIO, "The store is broken here")
        return read(stored)

    monkeypatch.setattr(folders, "read_result", broken_store)
    finish(second)
    reconcile()
    assert fresh(second).state == State.GRADING


def test_a_store_that_fails_for_a_moment_is_not_the_runs_fault(desk, bob, reconcile, monkeypatch):
    run = desk.running(bob)

    def broken_store(folder):
        raise OSError(errno.EIO, "The store is broken here")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "read_result", broken_store)
        reconcile()
    finish(run)
    reconcile()
    assert (fresh(run).state, fresh(run).faults) == (State.GRADING, 0)


def test_final_runs_are_never_touched(desk, bob, reconcile):
    run = desk.done(bob)
    Run.objects.filter(pk=run.pk).update(
        heartbeat_at=run.heartbeat_at - timedelta(days=1), started_at=run.started_at - timedelta(days=1)
    )
    before = Run.objects.filter(pk=run.pk).values().get()
    finish(run, points=(0, 0))
    reconcile()
    assert Run.objects.filter(pk=run.pk).values().get() == before


@pytest.mark.django_db(transaction=True)
def test_what_it_does_is_told_by_the_id_of_the_request(desk, bob, reconcile):
    """Its task serves many hand-ins: each of its lines, and of its messages, is about one of them."""
    run = desk.running(bob)
    Submission.objects.filter(pk=run.submission_id).update(request_id="asked-for")
    finish(run, points=(4, 6))
    told: list[tuple[str, str]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append((record.getMessage(), logs.current().get("request_id", "")))

    ear, logger, before = Ear(), logging.getLogger("apps.submissions.states"), logs.current()
    logger.addHandler(ear)
    try:
        reconcile()
    finally:
        logger.removeHandler(ear)
    assert fresh(run).state == State.GRADING
    assert [request for _, request in told] == ["asked-for"], told
    assert logs.current() == before


def test_a_pass_over_a_long_queue_costs_few_queries(desk, bob, charlie, reconcile, django_assert_max_num_queries):
    for user in (bob, charlie) * 5:
        desk.hand_in(user)
    services.release_runs()
    with django_assert_max_num_queries(25):
        reconcile()
