"""The worker: takes an attempt once, reports, and refuses work that it can't seal off."""

import signal
import threading
import uuid

import nbformat
import pytest
from kombu.exceptions import OperationalError

from apps.runner import worker
from apps.runner import zygote_nursery as nursery
from apps.runner.contract import Outcome, RunRequest, RunResult
from studyhub import broker


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(worker.app, "send_task", lambda name, args, **options: messages.append((name, args, options)))
    return messages


@pytest.fixture
def attempt(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDYHUB_RUN_STORE", str(tmp_path))
    run_id = str(uuid.uuid4())
    folder = tmp_path / run_id / "1"
    folder.mkdir(parents=True)
    request = RunRequest(run_id=run_id, attempt=1, exercise="e", profile="numpy")
    (folder / "request.json").write_text(request.to_json())
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]), folder / "notebook.ipynb")
    return folder


@pytest.mark.sandbox
def test_it_executes_and_reports(attempt, sent):
    worker.execute_run(attempt.parent.name, 1)
    result = RunResult.from_json((attempt / "result" / "result.json").read_text())
    assert result.outcome == Outcome.COMPLETED
    assert sent[-1][:2] == (broker.FINISHED_TASK, (attempt.parent.name, 1))
    assert {name for name, _, _ in sent[:-1]} == {broker.PROGRESS_TASK}
    assert {options["queue"] for _, _, options in sent} == {broker.CONTROL_QUEUE}


@pytest.mark.sandbox
def test_a_message_delivered_twice_is_executed_once(attempt, sent):
    worker.execute_run(attempt.parent.name, 1)
    count = len(sent)
    worker.execute_run(attempt.parent.name, 1)
    assert len(sent) == count


def test_an_attempt_whose_folder_is_gone_is_left_alone(attempt, sent):
    worker.execute_run(str(uuid.uuid4()), 1)
    assert sent == []


@pytest.mark.parametrize("run_id", ["..", "../../etc", "x" * 36, ""])
def test_only_ids_of_runs_are_followed(attempt, sent, run_id):
    with pytest.raises(ValueError, match="is not the id of a run"):
        worker.execute_run(run_id, 1)


@pytest.mark.sandbox
def test_a_deaf_broker_does_not_end_a_run(attempt, monkeypatch):
    def deaf(*args, **options):
        raise OperationalError("no broker")

    monkeypatch.setattr(worker.app, "send_task", deaf)
    worker.execute_run(attempt.parent.name, 1)
    assert (attempt / "result" / "result.json").exists()


def test_a_worker_that_cannot_seal_a_notebook_off_does_not_start(monkeypatch):
    monkeypatch.setattr(worker, "canary", lambda: "bubblewrap could not set up the sandbox: No permissions")
    monkeypatch.setattr(worker.app, "worker_main", lambda words: pytest.fail("it started"))
    monkeypatch.setattr(worker.scratch, "settle", lambda: None)  # it would be this process's, for ever
    with pytest.raises(SystemExit, match=r"(?s)takes no work: bubblewrap could not.*max_user_namespaces"):
        worker.main([])


def test_after_a_fault_of_its_own_it_tries_itself_and_stops(attempt, sent, monkeypatch):
    ended = []
    failed = RunResult(run_id="r", attempt=1, outcome=Outcome.PLATFORM_ERROR)
    monkeypatch.setattr(worker, "execute", lambda *args, **options: failed)
    monkeypatch.setattr(worker, "canary", lambda: "broken")
    monkeypatch.setattr(worker.os, "kill", lambda pid, signum: ended.append(signum) if signum else None)
    worker.execute_run(attempt.parent.name, 1)
    assert ended == [signal.SIGTERM]
    name, (report,), _ = sent[-1]
    assert name == broker.REPORT_TASK
    assert (report["slots"], report["problem"]) == (0, "broken")


@pytest.fixture
def ended(monkeypatch) -> list[int]:
    """The signals that a worker's pool sent to the worker."""
    signals: list[int] = []
    monkeypatch.setattr(worker.os, "kill", lambda pid, signum: signals.append(signum) if signum else None)
    return signals


def test_without_room_for_a_run_it_leaves_it_to_others_and_stops(attempt, sent, ended, monkeypatch):
    monkeypatch.setattr(worker.scratch, "ROOM_MB", 10**9)
    worker.execute_run(attempt.parent.name, 1)
    assert ended == [signal.SIGTERM]
    assert not (attempt / "claim").exists()
    (put_back, arguments, options), (_, (report,), _) = sent
    assert (put_back, arguments) == (broker.EXECUTE_TASK, (attempt.parent.name, 1))
    assert options["queue"] == broker.CPU_QUEUE
    assert "MB are free" in report["problem"]


def test_a_disk_that_is_full_in_the_middle_of_a_run_stops_it_too(attempt, sent, ended, monkeypatch):
    def full(*arguments, **options):
        monkeypatch.setattr(worker.scratch, "ROOM_MB", 10**9)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "execute", full)
    with pytest.raises(OSError, match="No space"):
        worker.execute_run(attempt.parent.name, 1)
    assert ended == [signal.SIGTERM]


def test_a_store_that_fails_is_no_reason_to_stop(attempt, sent, ended, monkeypatch):
    def unreachable(*arguments, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(worker, "execute", unreachable)
    with pytest.raises(OSError, match="Input/output"):
        worker.execute_run(attempt.parent.name, 1)
    assert ended == []


def test_a_new_process_of_the_pool_brings_what_a_killed_one_left(monkeypatch):
    brought = threading.Event()
    monkeypatch.setattr(worker.delivery, "deliver_left", lambda store, send: brought.set())
    worker.clear_up()
    assert brought.wait(10)


@pytest.mark.sandbox
def test_a_sandbox_that_cannot_be_set_up_is_our_fault(attempt, monkeypatch, sent):
    from apps.runner import sandbox

    nursery.end_all()
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: "/bin/false")
    monkeypatch.setattr(worker, "canary", lambda: "")
    worker.execute_run(attempt.parent.name, 1)
    result = RunResult.from_json((attempt / "result" / "result.json").read_text())
    assert result.outcome == Outcome.PLATFORM_ERROR
    assert "bubblewrap could not set up the sandbox" in result.detail
    assert "our fault" in result.reason
