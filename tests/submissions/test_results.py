"""Progress, results and grading: each result counts once, and only that of the latest attempt."""

import threading

import pytest
from django.db import connection

from apps.runner.contract import Outcome
from apps.submissions import bell, folders, grading
from apps.submissions.constants import State, Verdict
from apps.submissions.models import CheckResult, Run
from apps.submissions.services import accept_result, grade_run, record_progress, release_runs
from studyhub import broker
from tests.stores import drop, write
from tests.submissions.conftest import best_of, finish, fresh, graded, say


def accept(run: Run, attempt: int | None = None) -> bool:
    return accept_result(run_id=str(run.pk), attempt=attempt or run.attempt)


def grade(run: Run, attempt: int | None = None) -> bool:
    return grade_run(run_id=str(run.pk), attempt=attempt or run.attempt)


# Progress


def test_the_first_progress_moves_it_to_running(desk, bob):
    run = desk.released(bob)
    assert say(run, cell=0, elapsed_s=0.5)
    run = fresh(run)
    assert (run.state, run.progress, len(run.cells)) == (
        State.RUNNING,
        {"phase": "cells", "cell": 0, "starting_s": 0.5},
        3,
    )
    assert run.started_at is not None
    assert run.heartbeat_at >= run.started_at


def test_an_overtaken_message_renews_the_lease_only(desk, bob):
    run = desk.running(bob, cell=2)
    assert say(run, cell=1, elapsed_s=0.1)
    after = fresh(run)
    assert after.progress["cell"] == 2
    assert after.heartbeat_at > run.heartbeat_at


def test_progress_of_a_run_that_was_not_released_is_refused(desk, bob):
    run = desk.hand_in(bob)
    assert not say(run)
    assert fresh(run).state == State.QUEUED


def test_progress_of_a_superseded_attempt_is_refused_and_its_runner_stopped(desk, bob, committed):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(attempt=2)
    with committed():
        assert not say(run, attempt=1, cell=2)
    assert run.stored_at(1).has("cancel")
    assert fresh(run).progress["cell"] == 1


@pytest.mark.parametrize(
    "progress",
    [
        {},
        {"run_id": "../../etc", "attempt": 1, "phase": "cells", "elapsed_s": 1.0},
        {"run_id": "00000000-0000-0000-0000-000000000000", "attempt": 1, "phase": "cells", "elapsed_s": 1.0},
    ],
)
def test_progress_of_nobodys_run_is_refused(db, progress):
    assert not record_progress(progress=progress)


@pytest.mark.parametrize(
    "lie", [{"attempt": "1"}, {"elapsed_s": float("nan")}, {"elapsed_s": None}, {"phase": "done"}, {"attempt": True}]
)
def test_progress_that_is_malformed_is_refused(desk, bob, lie):
    run = desk.released(bob)
    progress = {"run_id": str(run.pk), "attempt": 1, "phase": "cells", "elapsed_s": 1.0, "cell": 0, "cells": []}
    assert not record_progress(progress=progress | lie)
    assert fresh(run).state == State.QUEUED


def test_of_malformed_cells_the_sound_ones_are_shown(desk, bob):
    run = desk.released(bob)
    cells = [{"index": 0, "status": "running", "seconds": 0.5}, {"index": -1}, "x", {"index": 1, "status": "won"}]
    progress = {"run_id": str(run.pk), "attempt": 1, "phase": "cells", "elapsed_s": 1.0, "cell": 9**9, "cells": cells}
    assert record_progress(progress=progress)
    assert (fresh(run).cells, fresh(run).progress["cell"]) == (cells[:1], None)


# Results


def test_a_result_goes_to_grading_and_rings_both_bells(desk, bob, committed):
    run = desk.running(bob)
    finish(run)
    desk.messages.clear()
    with committed():
        assert accept(run)
    assert fresh(run).state == State.GRADING
    assert [message[:2] for message in desk.messages] == [(bell.GRADE_TASK, (str(run.pk), 1)), (bell.RELEASE_TASK, ())]


def test_a_result_counts_once(desk, bob):
    run = desk.running(bob)
    finish(run)
    assert accept(run)
    assert not accept(run)
    assert grade(run)
    assert not accept(run)
    assert not grade(run)
    assert CheckResult.objects.filter(run=run).count() == 2


def test_a_result_that_came_before_any_progress_counts(desk, bob):
    run = desk.released(bob)
    finish(run)
    assert accept(run)
    run = fresh(run)
    assert (run.state, run.started_at) == (State.GRADING, run.released_at)


def test_a_message_before_its_result_changes_nothing(desk, bob):
    run = desk.running(bob)
    assert not accept(run)
    assert fresh(run).state == State.RUNNING


def test_a_late_result_of_a_superseded_attempt_is_refused(desk, bob):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(attempt=2)
    finish(run, attempt=1)
    assert not accept(run, attempt=1)
    assert not accept(run, attempt=2)
    assert fresh(run).state == State.RUNNING


def test_a_result_of_a_cancelled_run_is_refused(desk, bob):
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(state=State.CANCELLED)
    finish(run)
    assert not accept(run)


@pytest.mark.parametrize("stranger", ["", "x", "../1", "00000000-0000-0000-0000-000000000000"])
def test_a_result_of_nobodys_run_is_refused(db, stranger):
    assert not accept_result(run_id=stranger, attempt=1)


def test_a_result_that_can_not_be_read_is_our_fault(desk, bob):
    run = desk.running(bob)
    finish(run)
    write(run.stored, "result/result.json", "{")
    assert accept(run)
    run = fresh(run)
    assert (run.state, run.attempt, run.faults, run.released_at) == (State.QUEUED, 2, 1, None)


def test_a_result_of_another_run_is_not_taken_for_this_one(desk, bob):
    run = desk.running(bob)
    finish(run, run_id="somebody-else")
    accept(run)
    assert (fresh(run).state, fresh(run).faults) == (State.QUEUED, 1)


def test_a_fault_of_the_runner_is_retried_twice_and_never_costs_an_attempt(desk, bob):
    run = desk.hand_in(bob)
    for _ in range(3):
        assert release_runs() == 1
        run = fresh(run)
        assert run.state == State.QUEUED
        finish(run, outcome=Outcome.PLATFORM_ERROR, detail="bwrap: no")
        assert accept(run)
    run = fresh(run)
    assert (run.state, run.verdict, run.attempt, run.faults) == (State.DONE, Verdict.PLATFORM_ERROR, 3, 2)
    assert run.score == 0
    assert not run.counts()
    assert best_of(bob) == []
    assert "bwrap" not in run.reason


def test_the_runners_word_that_it_was_cancelled_ends_it(desk, bob):
    run = desk.running(bob)
    finish(run, outcome=Outcome.CANCELLED)
    assert accept(run)
    assert fresh(run).state == State.CANCELLED


# Grading


@pytest.mark.parametrize(
    ("outcome", "points", "verdict", "score"),
    [
        (Outcome.COMPLETED, (3, 1), Verdict.PASSED, 4),
        (Outcome.COMPLETED, (3, 0), Verdict.PARTIAL, 3),
        (Outcome.COMPLETED, (0, 0), Verdict.FAILED, 0),
        (Outcome.LEARNER_ERROR, (3, 0), Verdict.LEARNER_ERROR, 3),
        (Outcome.LEARNER_ERROR, (0, 0), Verdict.LEARNER_ERROR, 0),
        (Outcome.TIMED_OUT, (3, 1), Verdict.TIMED_OUT, 0),
        (Outcome.OUT_OF_MEMORY, (3, 1), Verdict.OUT_OF_MEMORY, 0),
        (Outcome.OUTPUT_TOO_LARGE, (3, 1), Verdict.OUTPUT_TOO_LARGE, 0),
        (Outcome.DISK_FULL, (3, 1), Verdict.DISK_FULL, 0),
        (Outcome.TOO_MANY_PROCESSES, (3, 1), Verdict.TOO_MANY_PROCESSES, 0),
    ],
)
def test_verdict_and_score(desk, bob, outcome, points, verdict, score):
    run = desk.done(bob, points, outcome=outcome, reason="Cell 2 raised ValueError: no")
    assert (run.state, run.verdict, run.score, run.max_score) == (State.DONE, verdict, score, 4)
    assert run.reason == "Cell 2 raised ValueError: no"
    assert run.counts()


def test_no_artefact_is_no_score(desk, bob):
    run = desk.running(bob)
    finish(run)
    drop(run.stored, "result/artefacts/points.json")
    accept(run)
    assert grade(run)
    assert (fresh(run).verdict, fresh(run).score) == (Verdict.FAILED, 0)


def test_scores_are_kept_in_hundredths(desk, bob):
    run = desk.done(bob, points=(1.23456, 0))
    assert run.score == 1.23
    assert run.checks.first().points == 1.23


def test_the_best_one_counts(desk, bob):
    desk.done(bob, points=(3, 0))
    desk.done(bob, points=(3, 1))
    desk.done(bob, points=(0, 0))
    assert best_of(bob) == [4]


def test_a_grader_that_fails_changes_nothing_and_is_noted(desk, package, bob):
    run = desk.grading(bob)
    package.broken = ZeroDivisionError("in grading.py")
    assert not grade(run)
    run = fresh(run)
    assert (run.state, run.verdict, run.score) == (State.GRADING, "", None)
    assert "ZeroDivisionError" in run.detail


def test_a_grader_of_a_superseded_attempt_writes_nothing(desk, bob, monkeypatch):
    run = desk.grading(bob)

    def overtaken(*arguments, **named):
        Run.objects.filter(pk=run.pk).update(attempt=2)
        return graded(*arguments, **named)

    monkeypatch.setattr(grading, "grade", overtaken)
    assert not grade(run)
    assert fresh(run).state == State.GRADING
    assert not CheckResult.objects.exists()


def test_checks_and_score_are_written_together_or_not_at_all(desk, bob, monkeypatch):
    run = desk.grading(bob)

    def fail(rows):
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(CheckResult.objects, "bulk_create", fail)
    assert not grade(run)
    assert (fresh(run).state, fresh(run).score) == (State.GRADING, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["accept", "grade"])
def test_of_two_at_the_same_moment_one_wins(desk, bob, monkeypatch, step):
    run = desk.running(bob) if step == "accept" else desk.grading(bob)
    finish(run)
    read, together, won = folders.read_result, threading.Barrier(2, timeout=60), []

    def read_together(stored):
        together.wait()
        return read(stored)

    monkeypatch.setattr(folders, "read_result", read_together)

    def act() -> None:
        won.append(accept(run) if step == "accept" else grade(run))
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, True]
    assert fresh(run).state == (State.GRADING if step == "accept" else State.DONE)
    assert CheckResult.objects.filter(run=run).count() == (0 if step == "accept" else 2)


def test_messages_carry_their_tasks_names():
    from apps.submissions import tasks

    names = {task.name for task in (tasks.record_progress, tasks.accept_result, tasks.grade_run, tasks.release_runs)}
    assert names == {broker.PROGRESS_TASK, broker.FINISHED_TASK, bell.GRADE_TASK, bell.RELEASE_TASK}
