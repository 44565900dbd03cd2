"""The file that hands in, as the site gives it out: a process of its own against a running site."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import urllib.error
from email.message import Message
from threading import Event
from types import SimpleNamespace

import pytest

from apps.api import submit, views
from apps.submissions import bell, services
from apps.submissions.models import Run, Submission
from tests.api.conftest import token_for
from tests.submissions.conftest import finish, fresh, notebook_bytes, say

PATIENCE_S = 120


def test_python_3_8_reads_it_and_it_needs_nothing_else():
    tree = ast.parse(views.UPLOADER.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    theirs = {"google", "kaggle_secrets", "kaggle_session"}  # there where they are asked for
    assert {name.partition(".")[0] for name in imported} - theirs <= set(sys.stdlib_module_names)


def test_it_knows_the_site_that_it_comes_from(client, db, settings):
    settings.SITE_URL = "https://hub.example.org/"
    response = client.get("/submit.py")
    assert "SITE = 'https://hub.example.org'" in response.text
    assert client.get("/submit.py", headers={"If-None-Match": response["ETag"]}).status_code == 304


class Upload:
    """The file in a process of its own."""

    def __init__(self, folder, address: str, token: str) -> None:
        self.folder, self.token = folder, token
        (folder / "mine.ipynb").write_bytes(notebook_bytes())
        (folder / "submit.py").write_text(views.UPLOADER.read_text(encoding="utf-8"), encoding="utf-8")
        self.address = address

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        unset = ("STUDYHUB_TOKEN", "JPY_SESSION_NAME", "KAGGLE_KERNEL_RUN_TYPE")
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        return subprocess.Popen(
            [sys.executable, "-I", "submit.py", *arguments],
            cwd=self.folder,
            env={**environment, "STUDYHUB_URL": self.address, "STUDYHUB_TOKEN": self.token, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err


@pytest.fixture
def upload(transactional_db, live_server, desk, bob, tmp_path) -> Upload:
    return Upload(tmp_path, live_server.url, token_for(bob, "read", "submit"))


@pytest.mark.parametrize(
    ("points", "status", "said"),
    [
        ((3, 1), 0, ["Passed: 4 of 4 points", "[ok] Double  3 of 3", "[ok] Total  1 of 1"]),
        (
            (0, 1),
            1,
            ["Partly right: 1 of 4 points", "[--] Double  0 of 3", "It gives *another* number.", "Hint: Multiply"],
        ),
    ],
)
def test_it_watches_and_shows_what_each_check_found(upload, desk, monkeypatch, points, status, said):
    rung = Event()
    monkeypatch.setattr(bell, "send", lambda *message, **options: desk.send(*message, **options) and not rung.set())
    process = upload.start("doubling", "mine.ipynb", "--watch")
    assert rung.wait(PATIENCE_S), process.stderr
    services.release_runs()
    run = Run.objects.get()
    say(run, cell=1)
    finish(fresh(run), points=points)
    services.accept_result(run_id=str(run.pk), attempt=1)
    services.grade_run(run_id=str(run.pk), attempt=1)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == status, err
    for text in ["Handed in, number 1", *said, f"/submissions/{run.submission_id}/"]:
        assert text in out
    assert upload.token not in out + err


def test_a_result_says_what_differs_and_where_to_look_again(capsys):
    row = {"what": "Shape", "expected": "(3,)", "yours": "(3, 1)", "same": False}
    check = {
        "title": "Double", "passed": False, "points": 0, "max_points": 3, "message": "No.", "hint": "",
        "kinds": [{"name": "w", "rows": [row, {**row, "what": "Kind", "same": True}]}],
        "again": {"title": "A video", "at": "12:30", "page": "https://study.example/doubling"},
    }  # fmt: skip
    found = {"points": 0, "max_points": 3, "title": "Not right yet", "text": "t", "reason": "", "verdict": "failed"}
    assert submit.show_result({**found, "checks": [check], "page": "https://study.example/1"}) == submit.GRADED
    out = capsys.readouterr().out
    assert "w: Shape: expected (3,); yours (3, 1)" in out
    assert "Kind" not in out
    assert "Look again: A video at 12:30" in out


def test_without_watching_it_ends_once_it_is_taken_in(upload):
    status, out, _ = upload.run("doubling", "mine.ipynb")
    assert status == 0
    assert f"/submissions/{Submission.objects.get().pk}/" in out


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["nothing", "mine.ipynb"], {}, "There is no such thing"),
        (["doubling", "missing.ipynb"], {}, "missing.ipynb can't be read"),
        (["doubling", "submit.py"], {}, "can't be read as JSON"),
        (["doubling", "mine.ipynb"], {"STUDYHUB_TOKEN": "studyhub_x"}, "This token is not known here"),
        (["doubling"], {}, "Which notebook?"),
        (["doubling"], {"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, "Kaggle did not give this notebook"),
        (["doubling", "mine.ipynb"], {"STUDYHUB_URL": "hub"}, "Where is the site?"),
        (["doubling", "mine.ipynb", "--nonsense"], {}, "unrecognized arguments"),
    ],
)
def test_what_is_refused_is_said_and_ends_with_2(upload, arguments, variables, said):
    status, out, err = upload.run(*arguments, **variables)
    assert (status, out) == (2, "")
    assert said in err
    assert not Submission.objects.exists()


# In this process: what no test should wait for, or can't have here.


@pytest.fixture
def naps(monkeypatch) -> list[float]:
    naps: list[float] = []
    monkeypatch.setattr(submit.time, "sleep", naps.append)
    return naps


def answers(monkeypatch, *given) -> list:
    """The site gives these answers, one after the other; returns the requests that it got."""
    requests, left = [], iter(given)

    def open_(opener, request, timeout):
        requests.append(request)
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(submit.urllib.request.OpenerDirector, "open", open_)
    return requests


class Answer(io.BytesIO):
    status = 201
    headers = Message()


def failure(status: int, **headers: str) -> urllib.error.HTTPError:
    found = Message()
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    return urllib.error.HTTPError("http://localhost", status, "", found, io.BytesIO(b"{}"))


STATE = {"id": "1", "number": 1, "page": "http://localhost/1"}


def test_what_may_pass_is_tried_again_under_the_same_key(monkeypatch, naps, tmp_path, capsys):
    monkeypatch.setenv("STUDYHUB_TOKEN", "t")
    (tmp_path / "mine.ipynb").write_bytes(b"{}")
    gone = urllib.error.URLError("Connection refused")
    requests = answers(
        monkeypatch, gone, failure(503), failure(429, Retry_After="7"), Answer(json.dumps(STATE).encode())
    )
    assert submit.main(["doubling", str(tmp_path / "mine.ipynb"), "--site", "http://localhost"]) == submit.PASSED
    assert naps == [1.0, 2.0, 7.0]
    assert len({request.get_header("Idempotency-key") for request in requests}) == 1
    assert "Trying again in 7 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (
            {"cells": [{"source": "x", "outputs": ["a picture" * 3_000_000]}, {"source": "é"}]},
            {"cells": [{"source": "x", "outputs": []}, {"source": "é"}]},
        ),
        ({"cells": "none"}, {"cells": "none"}),
        ({"cells": ["none"]}, {"cells": ["none"]}),
        ([], []),
    ],
    ids=["a notebook", "no list", "no cells", "no object"],
)
def test_outputs_stay_here_for_nothing_is_made_of_them(monkeypatch, tmp_path, sent, arrives):
    monkeypatch.setenv("STUDYHUB_TOKEN", "t")
    (tmp_path / "mine.ipynb").write_text(json.dumps(sent))
    (request,) = _sent(monkeypatch, tmp_path)
    assert json.loads(request.data) == arrives


def test_what_is_no_json_is_sent_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDYHUB_TOKEN", "t")
    for data in (b"\xff\xfe{", b"PK\x03\x04", b"", b"[" * 100_000):
        (tmp_path / "mine.ipynb").write_bytes(data)
        (request,) = _sent(monkeypatch, tmp_path)
        assert request.data == data


def _sent(monkeypatch, folder) -> list:
    """The requests by which the notebook there is handed in."""
    requests = answers(monkeypatch, Answer(json.dumps(STATE).encode()))
    assert submit.main(["doubling", str(folder / "mine.ipynb"), "--site", "http://localhost"]) == submit.PASSED
    return requests


def test_a_site_that_stays_away(monkeypatch, naps, tmp_path):
    monkeypatch.setenv("STUDYHUB_TOKEN", "t")
    (tmp_path / "mine.ipynb").write_bytes(b"{}")
    answers(monkeypatch, *[TimeoutError("timed out")] * 5)
    assert submit.main(["doubling", str(tmp_path / "mine.ipynb"), "--site", "http://localhost"]) == submit.BROKEN
    assert len(naps) == 4


def test_a_redirect_does_not_get_the_token():
    with pytest.raises(submit.Stop, match="--site https://elsewhere"):
        submit.NoRedirects().redirect_request(None, None, 302, "", {}, "https://elsewhere.example.org/x")


def test_the_bar():
    progress = submit.Progress()
    state = {"title": "Running", "state": "running", "ended": False, "cells": 4, "cells_done": 1}
    assert progress.line(state) == "Running  [######..................] 1 of 4 cells"
    waiting = {**state, "state": "queued", "position": 2, "estimate": "in about a minute"}
    assert progress.line(waiting) == "Waiting: number 2 in the queue, in about a minute"
    assert progress.line({**state, "ended": True, "title": "Passed"}) == "Passed"


def test_in_jupyter_it_finds_its_own_notebook(monkeypatch, tmp_path):
    (tmp_path / "mine.ipynb").write_bytes(b"{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))
    assert submit.own_notebook() == ("mine.ipynb", b"{}")


def test_in_vs_code_it_finds_its_own_notebook(monkeypatch, tmp_path):
    (tmp_path / "mine.ipynb").write_bytes(b"{}")
    shell = SimpleNamespace(user_ns={"__vsc_ipynb_file__": str(tmp_path / "mine.ipynb")})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert submit.own_notebook() == ("mine.ipynb", b"{}")
