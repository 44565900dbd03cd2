"""Whatever is killed, a hand-in ends once, with one score, and a fault of ours costs no attempt."""

import signal

import pytest

from apps.exercises.models import Exercise
from apps.submissions.constants import State, Verdict
from apps.submissions.models import CheckResult, Run, Submission, Transition
from apps.submissions.services import accept_result, submit
from studyhub import broker
from studyhub.celery import app
from tests.live.conftest import notebook, wait_for

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]
SLUG = "linear-regression-from-scratch"
SOLUTION = "def predict(X, w, b):\n    return X @ w + b"


def hand_in(user, *sources: str) -> Run:
    exercise = Exercise.objects.get(slug=SLUG)
    submission = submit(user=user, exercise=exercise, filename="n.ipynb", data=notebook(*sources))
    return submission.run


def reaches(run: Run, *states: str, seconds: float = 120.0) -> Run:
    def there():
        run.refresh_from_db()
        return run.state in states

    wait_for(there, f"run in {states}; it is {run.state}", seconds)
    return run


def ended_once(run: Run) -> None:
    moves = list(Transition.objects.filter(run=run).values_list("to_state", flat=True))
    assert moves.count(State.DONE) == 1, moves
    checks = list(CheckResult.objects.filter(run=run).values_list("check_id", flat=True))
    assert checks
    assert len(checks) == len(set(checks))
    assert run.score == pytest.approx(sum(CheckResult.objects.filter(run=run).values_list("points", flat=True)))


SLOW_CELL = "import time; time.sleep(4)"


def test_the_runner_is_killed_while_a_cell_runs(site, bob):
    site.start("control", "beat", "runner")
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    reaches(run, State.RUNNING)
    wait_for(lambda: Run.objects.get(pk=run.pk).progress.get("cell") == 1, "the slow cell runs")
    site.kill("runner")  # and see its kernel end too
    site.start("runner")
    reaches(run, State.DONE)
    assert (run.attempt, run.faults) == (2, 1)
    assert run.verdict == Verdict.PARTIAL
    ended_once(run)


def test_the_message_is_deleted_from_the_queue(site, bob):
    site.start("control", "beat")
    run = hand_in(bob, SOLUTION)
    wait_for(lambda: site.waiting(broker.CPU_QUEUE), "a message for the runner")
    assert site.empty(broker.CPU_QUEUE) == 1
    site.start("runner")
    reaches(run, State.DONE)
    assert run.faults == 0
    ended_once(run)


def test_the_web_process_is_killed_between_commit_and_enqueue(site, bob):
    code = (
        "import os\n"
        "from apps.submissions import bell\n"
        "from apps.submissions.services import submit\n"
        "from apps.exercises.models import Exercise\n"
        "from apps.accounts.models import User\n"
        "bell.send = lambda *a, **k: os.kill(os.getpid(), 9)\n"
        f"submit(user=User.objects.get(email={bob.email!r}), exercise=Exercise.objects.get(slug={SLUG!r}),\n"
        f"       filename='n.ipynb', data={notebook(SOLUTION)!r})\n"
    )
    assert site.manage("shell", "-c", code).returncode == -signal.SIGKILL
    run = Submission.objects.get().run
    assert (run.state, run.released_at) == (State.QUEUED, None)
    site.start("control", "beat", "runner")
    reaches(run, State.DONE)
    ended_once(run)


def test_the_result_comes_twice(site, bob):
    site.start("control", "beat", "runner")
    run = hand_in(bob, SOLUTION)
    reaches(run, State.DONE)
    for _ in range(2):
        app.send_task(broker.FINISHED_TASK, args=[str(run.pk), run.attempt], queue=broker.CONTROL_QUEUE)
    wait_for(lambda: not site.waiting(broker.CONTROL_QUEUE, broker.CPU_QUEUE), "the messages are taken")
    second = hand_in(bob, SOLUTION)  # behind them in the queue: when it is done they have been dealt with
    reaches(second, State.DONE)
    run.refresh_from_db()
    ended_once(run)


def test_a_late_result_of_a_superseded_attempt_is_refused(site, bob):
    site.start("control", "beat", "runner")
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    wait_for(lambda: Run.objects.get(pk=run.pk).progress.get("cell") == 1, "the slow cell runs")
    site.signal("runner", signal.SIGSTOP)
    wait_for(lambda: Run.objects.get(pk=run.pk).attempt == 2, "the silent attempt is superseded")
    site.start("runner-2")
    reaches(run, State.DONE)
    before = (run.score, run.finished_at)
    site.signal("runner", signal.SIGCONT)
    first = run.stored_at(1).path / "result" / "result.json"
    wait_for(first.exists, "the first attempt's result is written after all")
    assert not accept_result(run_id=str(run.pk), attempt=1)
    run.refresh_from_db()
    assert (run.attempt, run.score, run.finished_at) == (2, *before)
    ended_once(run)


def test_the_control_worker_is_killed_and_comes_back(site, bob):
    site.start("control", "beat", "runner")
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    reaches(run, State.RUNNING)
    site.kill("control")
    result = run.stored_at(1).path / "result" / "result.json"
    wait_for(result.exists, "the runner finishes without it")
    site.start("control")
    reaches(run, State.DONE)
    assert run.attempt == 1
    ended_once(run)


def test_three_faults_of_ours_end_it_and_give_the_attempt_back(site, bob):
    """The frozen copy of the exercise was changed on disk: whoever would be graded by it must not pay for that."""
    manifest = Exercise.objects.get(slug=SLUG).current_version.package_path / "exercise.yaml"
    manifest.write_text(manifest.read_text() + "# changed\n")
    site.start("control", "beat", "runner")
    run = reaches(hand_in(bob, SOLUTION), State.DONE)
    assert run.verdict == Verdict.PLATFORM_ERROR
    assert (run.attempt, run.faults) == (3, 2)
    assert not run.counts()
    assert "frozen copy was changed" in run.detail
    assert "frozen" not in run.reason
