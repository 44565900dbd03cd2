"""Where a learner stands with an exercise follows each move of a run, each score by hand, and nothing else."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.runner.contract import Outcome
from apps.submissions import folders, services
from apps.submissions.constants import State, Verdict
from apps.submissions.models import Override, Run, Standing, Submission
from apps.submissions.services import reviewing
from apps.submissions.services.faults import fault
from apps.submissions.standings import refresh
from tests.submissions.conftest import best_of, fresh


def standing_of(user) -> Standing:
    return Standing.objects.get(user=user)


def graded(desk, user, *points) -> list[Submission]:
    return [desk.done(user, points=one).submission for one in points]


def test_nobody_stands_anywhere_without_a_hand_in(exercise, bob):
    assert not Standing.objects.exists()


def test_each_move_of_a_run_shows(desk, bob):
    run = desk.hand_in(bob)
    assert standing_of(bob).latest_state == State.QUEUED
    assert standing_of(bob).latest_id == run.submission_id
    assert standing_of(bob).best_share is None
    running = desk.running(bob)
    assert standing_of(bob).latest_state == State.RUNNING
    services.cancel(run=running, actor=bob)
    assert standing_of(bob).latest_state == State.CANCELLED


def test_the_score_and_the_verdict_are_those_of_the_graded_run(desk, bob):
    run = desk.done(bob, points=(3, 0))
    standing = standing_of(bob)
    assert (standing.best_share, standing.latest_verdict, standing.attempts) == (0.75, Verdict.PARTIAL, 1)
    assert standing.best_id == run.submission_id
    assert standing.passed_at is None


def test_the_best_of_equal_ones_is_the_earlier_and_passed_is_when_it_first_was(desk, bob):
    graded(desk, bob, (0, 1))
    first, second = desk.done(bob), desk.done(bob)
    standing = standing_of(bob)
    assert (standing.best_share, standing.best_id, standing.latest_id) == (1, first.submission_id, second.submission_id)
    assert standing.passed_at == fresh(first).finished_at


def test_our_fault_and_what_never_began_use_up_no_attempt(desk, bob):
    services.cancel(run=desk.hand_in(bob), actor=bob)
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(faults=99)
    fault(fresh(run), kind="lost", detail="Gone.")
    standing = standing_of(bob)
    assert (standing.attempts, standing.latest_verdict) == (0, Verdict.PLATFORM_ERROR)
    assert standing.best_share is None


def test_a_cancelled_run_that_had_begun_uses_one_up(desk, bob):
    services.cancel(run=desk.running(bob), actor=bob)
    assert standing_of(bob).attempts == 1


def test_the_first_failing_check_of_the_latest_one_and_how_often_in_a_row(desk, bob):
    graded(desk, bob, (3, 1), (0, 1), (0, 0), (1, 0))
    standing = standing_of(bob)
    assert (standing.failing_check, standing.failing_title, standing.failing_streak) == ("double", "Double", 3)


def test_another_failing_check_begins_another_row(desk, bob):
    graded(desk, bob, (0, 1), (0, 1), (3, 0))
    assert (standing_of(bob).failing_check, standing_of(bob).failing_streak) == ("total", 1)


def test_nothing_fails_where_the_latest_one_is_right(desk, bob):
    graded(desk, bob, (0, 0), (3, 1))
    assert (standing_of(bob).failing_check, standing_of(bob).failing_streak) == ("", 0)


def test_what_left_nothing_to_compare_neither_breaks_the_row_nor_makes_it_longer(desk, bob):
    graded(desk, bob, (0, 1))
    desk.done(bob, outcome=Outcome.TIMED_OUT)
    graded(desk, bob, (0, 1))
    assert standing_of(bob).failing_streak == 2
    desk.done(bob, outcome=Outcome.TIMED_OUT)
    standing = standing_of(bob)
    assert (standing.failing_check, standing.failing_streak) == ("double", 2)
    assert standing.latest_verdict == Verdict.TIMED_OUT


def test_a_score_by_hand_counts_instead_of_the_graders(desk, alice, bob):
    low, high = graded(desk, bob, (0, 1), (3, 0))
    reviewing.override(by=alice, submission=low, points=4, reason="Right by another way.")
    standing = standing_of(bob)
    assert (standing.best_share, standing.best_id) == (1, low.pk)
    assert standing.passed_at == Override.objects.get().at
    assert best_of(bob) == [4]
    reviewing.override(by=alice, submission=high, points=0, reason="Copied.")
    reviewing.withdraw_override(by=alice, submission=low, reason="A mistake of mine.")
    standing = standing_of(bob)
    assert (standing.best_share, standing.best_id, standing.passed_at) == (0.25, low.pk, None)
    assert best_of(bob) == [1]


def test_whoever_was_given_all_the_points_fails_no_check(desk, alice, bob):
    submissions = graded(desk, bob, (0, 1), (0, 1))
    reviewing.override(by=alice, submission=submissions[-1], points=4, reason="Right by another way.")
    assert (standing_of(bob).failing_check, standing_of(bob).failing_streak) == ("", 0)


def test_a_trial_counts_for_nothing(desk, bob):
    run = desk.done(bob)
    Run.objects.create(
        submission=run.submission, seed=1, max_score=4, state=State.DONE, verdict=Verdict.FAILED, score=0, trial=True
    )
    refresh(bob.pk, desk.exercise.pk)
    assert (standing_of(bob).best_share, standing_of(bob).latest_verdict) == (1, Verdict.PASSED)


def test_each_learner_has_a_row_of_their_own(desk, bob, charlie):
    graded(desk, bob, (3, 1))
    graded(desk, charlie, (0, 0))
    assert {row.user_id: row.best_share for row in Standing.objects.all()} == {bob.pk: 1, charlie.pk: 0}


def test_it_costs_the_same_however_often_somebody_handed_in(desk, bob):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            refresh(bob.pk, desk.exercise.pk)
        return len([query for query in seen if "SAVEPOINT" not in query["sql"]])

    graded(desk, bob, (0, 0))
    once = queries()
    graded(desk, bob, (0, 0), (3, 0))
    assert queries() == once <= 5


def test_all_rows_can_be_worked_out_anew(desk, bob, charlie, capsys):
    graded(desk, bob, (3, 0))
    before = Standing.objects.values().get()
    Standing.objects.update(best_share=0.1, attempts=17)
    Standing.objects.create(
        user=charlie, exercise=desk.exercise, latest_state=State.DONE, latest_at=before["latest_at"]
    )
    call_command("refresh_standings")
    assert Standing.objects.values().get() == before
    assert "1 standings" in capsys.readouterr().out


def test_a_row_that_was_wrong_is_mended_by_the_next_change(desk, alice, bob):
    _, second = graded(desk, bob, (0, 1), (0, 0))
    Standing.objects.update(best_share=0, attempts=1)
    reviewing.override(by=alice, submission=second, points=2, reason="Half of it.")
    standing = standing_of(bob)
    assert (standing.best_share, standing.best_id, standing.attempts) == (0.5, second.pk, 2)


@pytest.mark.django_db(transaction=True)
def test_of_several_that_end_at_once_each_counts(desk, bob, settings, monkeypatch):
    settings.RUN_SLOTS_CPU = 4
    runs = [desk.grading(bob, points=points) for points in [(0, 1), (3, 0), (3, 1), (0, 0)]]
    read, together = folders.read_result, threading.Barrier(len(runs), timeout=60)

    def read_together(folder):
        together.wait()
        return read(folder)

    monkeypatch.setattr(folders, "read_result", read_together)

    def grade(run) -> None:
        services.grade_run(run_id=str(run.pk), attempt=run.attempt)
        connection.close()

    threads = [threading.Thread(target=grade, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    standing = standing_of(bob)
    assert (standing.attempts, standing.best_share, standing.best_id) == (4, 1, runs[2].submission_id)
    assert (standing.latest_state, standing.latest_verdict) == (State.DONE, Verdict.FAILED)
    assert (standing.failing_check, standing.failing_streak) == ("double", 1)
