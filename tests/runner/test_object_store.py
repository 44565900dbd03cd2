"""The run store in a bucket: one runner takes an attempt up, its result appears whole, hostile ones are refused."""

import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from apps.runner import bucket as buckets
from apps.runner import objects, store, work
from apps.runner.store import RESULT, ResultUnreadable, StoreRefused, StoreUnreachable, open_store
from tests import s3, stores

RUN = str(uuid.uuid4())


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch, tmp_path):
    """Whoever tries again does so at once, and the runner's folder is this test's own."""
    monkeypatch.setattr(store, "PAUSES_S", (0.01,))
    monkeypatch.setattr(buckets, "SILENT_S", 0.0)
    monkeypatch.setattr(objects, "LOOK_S", 0.02)
    monkeypatch.setenv("STUDYHUB_VAR", str(tmp_path / "runner"))
    monkeypatch.setattr(work, "_own", {})


@pytest.fixture
def attempt(bucket):
    """One that was prepared."""
    attempt = open_store(bucket).attempt(RUN, 1)
    with attempt.filling() as folder:
        (folder / "data").mkdir()
        for name in ("request.json", "notebook.ipynb", "inputs.npz", "data/houses.csv"):
            (folder / name).write_text(f"this is {name}")
    return attempt


def result_in(folder: Path, **artefacts: str) -> None:
    (folder / "result" / "artefacts").mkdir(parents=True)
    for name, text in artefacts.items():
        (folder / "result" / "artefacts" / f"{name}.json").write_text(text)
    (folder / RESULT).write_text("{}")


def until(condition, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


# Taking it up


def test_a_runner_finds_what_was_prepared(attempt):
    with attempt.taken() as folder:
        found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    names = ("request.json", "notebook.ipynb", "inputs.npz", "data/houses.csv")
    assert found == {name: f"this is {name}" for name in names}


def test_without_public_files_there_is_an_empty_folder_for_them(bucket):
    attempt = open_store(bucket).attempt(RUN, 1)
    with attempt.filling() as folder:
        (folder / "request.json").write_text("{}")
    with attempt.taken() as folder:
        assert list((folder / "data").iterdir()) == []


def test_of_many_runners_one_takes_it_up(attempt, bucket):
    together, taken = threading.Barrier(8, timeout=20), []

    def take() -> None:
        own = open_store(bucket).attempt(RUN, 1)
        together.wait()
        with own.taken() as folder:
            taken.append(folder is not None)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == [False] * 7 + [True]


def test_one_whose_claim_was_answered_by_an_error_has_it_all_the_same(attempt, s3_server):
    s3.fail(s3_server, {"key": "/claim$", "times": 1, "done": True})
    with attempt.taken() as folder:
        assert folder is not None


def test_two_at_the_same_moment_are_told_to_try_again(attempt, s3_server):
    s3.fail(s3_server, {"key": "/claim$", "status": 409, "code": "ConditionalRequestConflict", "times": 4})
    with attempt.taken() as folder:
        assert folder is not None


def test_what_is_not_there_is_not_claimed(bucket):
    attempt = open_store(bucket).attempt(RUN, 1)
    with attempt.taken() as folder:
        assert folder is None
    assert stores.names(attempt) == []


def test_one_that_could_not_be_prepared_to_its_end_is_not_taken_up(bucket, s3_server):
    attempt = open_store(bucket).attempt(RUN, 1)
    s3.fail(s3_server, {"key": "/notebook.ipynb$"})

    def fill() -> None:
        with attempt.filling() as folder:
            (folder / "request.json").write_text("{}")
            (folder / "notebook.ipynb").write_text("{}")

    with pytest.raises(StoreUnreachable):
        fill()
    with attempt.taken() as folder:
        assert folder is None


def test_a_store_that_stumbles_is_asked_again(attempt, s3_server):
    s3.fail(s3_server, {"method": "GET", "key": "", "times": 5}, {"method": "HEAD", "key": "", "times": 5})
    with attempt.taken() as folder:
        assert (folder / "data" / "houses.csv").is_file()


def test_nothing_of_it_stays_on_the_machine(attempt):
    with attempt.taken() as folder:
        result_in(folder)
        attempt.publish(folder)
    assert not folder.exists()


def test_nor_of_a_run_that_broke_off(attempt):
    with pytest.raises(OSError, match="disk"), attempt.taken() as folder:
        raise OSError("The disk is full")
    assert not folder.exists()


def test_the_mark_to_stop_reaches_the_runner(attempt):
    with attempt.taken() as folder:
        assert not (folder / "cancel").exists()
        attempt.cancel()
        assert until((folder / "cancel").exists)


def test_one_that_was_cancelled_before_is_told_so(attempt):
    attempt.cancel()
    with attempt.taken() as folder:
        assert until((folder / "cancel").exists)


# The result


def test_a_result_is_there_once_all_of_it_is(attempt, s3_server):
    with attempt.taken() as folder:
        result_in(folder, a="1", b="2")
        s3.fail(s3_server, {"key": "/artefacts/b.json$"})
        with pytest.raises(StoreUnreachable):
            attempt.publish(folder)
        assert not attempt.has(RESULT)
        s3.fail(s3_server)
        attempt.publish(folder)
    assert attempt.read(RESULT, 10) == b"{}"
    with attempt.artefacts(10) as copy:
        assert {path.name: path.read_text() for path in copy.iterdir()} == {"a.json": "1", "b.json": "2"}
    assert not copy.exists()


def test_a_result_without_artefacts(attempt):
    with attempt.artefacts(10) as copy:
        assert list(copy.iterdir()) == []


HOSTILE = ["../../../../escaped", "/etc/escaped", "deep/er.json", "..", ".hidden", "a b", "x" * 201]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused(attempt, name):
    stores.write(attempt, f"result/artefacts/{name}", b"1")
    with pytest.raises(ResultUnreadable), attempt.artefacts(1000):
        pytest.fail("it was copied")


def test_too_many_are_refused(attempt, monkeypatch):
    monkeypatch.setattr(objects, "ARTEFACTS_AT_MOST", 2)
    for name in "abc":
        stores.write(attempt, f"result/artefacts/{name}.json", b"1")
    with pytest.raises(ResultUnreadable, match="after 2 others"), attempt.artefacts(1000):
        pytest.fail("they were copied")


def test_too_large_ones_are_refused_before_they_are_fetched(attempt, s3_server):
    stores.write(attempt, "result/artefacts/a.json", b"x" * 600)
    stores.write(attempt, "result/artefacts/b.json", b"x" * 600)
    s3.fail(s3_server, {"method": "GET", "key": "/artefacts/", "status": 418})
    with pytest.raises(ResultUnreadable, match="by 200 bytes"), attempt.artefacts(1000):
        pytest.fail("they were copied")


def test_one_that_grows_after_it_was_listed_is_refused(attempt, monkeypatch):
    stores.write(attempt, "result/artefacts/a.json", b"x" * 600)
    below = attempt.bucket.below
    monkeypatch.setattr(attempt.bucket, "below", lambda prefix: [(name, 1) for name, _ in below(prefix)])
    with pytest.raises(ResultUnreadable, match="600 bytes, more than 1"), attempt.artefacts(1000):
        pytest.fail("it was copied")


def test_a_result_larger_than_any_is_not_read(attempt):
    stores.write(attempt, RESULT, b"x" * 1000)
    with pytest.raises(ResultUnreadable, match="1000 bytes, more than 10"):
        attempt.read(RESULT, 10)


@pytest.mark.parametrize("code", sorted(buckets.UNREADABLE))
def test_one_that_was_put_where_it_can_not_be_read_is_the_results_fault(attempt, s3_server, code):
    s3.fail(s3_server, {"method": "GET", "key": "/result.json$", "status": 403, "code": code})
    with pytest.raises(ResultUnreadable, match=code):
        attempt.read(RESULT, 10)


# What is left of it


def test_all_but_one_can_be_removed(attempt, monkeypatch):
    monkeypatch.setattr(objects, "AT_ONCE", 2)
    other = open_store(attempt.bucket.place).attempt(RUN, 11)
    stores.write(other, "request.json", b"another attempt's, whose number begins alike")
    attempt.remove(but="notebook.ipynb")
    assert stores.names(attempt) == ["notebook.ipynb"]
    attempt.remove()
    assert stores.names(attempt) == []
    assert stores.names(other) == ["request.json"]


# The server


def test_a_runner_learns_at_its_start_what_it_could_not_do(bucket, s3_server):
    ready = open_store(bucket)
    assert ready.problem() == ""
    s3.fail(s3_server, {"status": 403, "code": "AccessDenied"})
    assert "refuses this runner" in ready.problem()
    s3.fail(s3_server, {"status": 503})
    assert ready.problem() == ""  # it may be back in a moment


def test_a_server_that_lets_two_claim_is_not_worked_with(bucket, monkeypatch):
    ready = open_store(bucket)
    monkeypatch.setattr(ready.bucket, "put_first", lambda name, content: True)
    assert "ignores If-None-Match" in ready.problem()


def test_a_refusal_is_not_taken_for_an_absence(attempt, s3_server):
    s3.fail(s3_server, {"method": "GET", "key": "", "status": 403, "code": "AccessDenied"})
    with pytest.raises(StoreRefused, match="AccessDenied"):
        attempt.read(RESULT, 10)


def test_a_bucket_that_is_not_there_is_not_taken_for_an_absence(bucket):
    gone = open_store(type(bucket)("no-such-bucket", ""))
    with pytest.raises(StoreRefused, match="NoSuchBucket"):
        gone.attempt(RUN, 1).read(RESULT, 10)


def test_of_a_server_that_does_not_answer_nothing_is_asked_for_a_while(bucket, monkeypatch):
    monkeypatch.setattr(buckets, "SILENT_S", 600.0)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        monkeypatch.setenv("STUDYHUB_S3_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        silent = buckets.Bucket(bucket)
        with pytest.raises(StoreUnreachable, match="Could not connect"):
            silent.get("x")
        server.listen()
        server.setblocking(False)
        with pytest.raises(StoreUnreachable, match="a moment ago"):
            silent.get("x")
        with pytest.raises(BlockingIOError):
            server.accept()


# Folders of processes that are no more

LEAVE = "from apps.runner import work; folder = work.own_folder() / 'left'; folder.mkdir(); print(folder)"


def test_a_folder_is_left_once_its_process_has_ended(tmp_path):
    own = work.own_folder()
    (own / "mine").mkdir()
    assert list(work.left_behind()) == []
    ended = subprocess.run([sys.executable, "-c", LEAVE], check=True, capture_output=True, text=True)
    left = Path(ended.stdout.strip())
    assert list(work.left_behind()) == [left]
    left.rmdir()
    assert list(work.left_behind()) == []
    assert not left.parent.exists()
