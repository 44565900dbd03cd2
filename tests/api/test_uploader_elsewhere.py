"""The uploader in Colab and on Kaggle, beside stand-ins for the modules that those have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from apps.api import submit
from apps.exercises.publishing import HAND_IN
from apps.submissions.models import Submission
from tests.api.conftest import token_for
from tests.submissions.conftest import SOURCES, notebook_bytes

MINE = json.loads(notebook_bytes())
MINE["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "much"}]


def module(monkeypatch, name: str, **parts: object) -> None:
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(**parts))


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """No platform and no token, whatever this machine has."""
    for name in ("STUDYHUB_TOKEN", "JPY_SESSION_NAME", "KAGGLE_KERNEL_RUN_TYPE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def colab(monkeypatch):
    """In Colab; returns how to say what its browser answers, and which secrets there are."""

    def set_up(answer=None, **secrets: str) -> None:
        def ask(what, request, timeout_sec):
            assert (what, request) == ("get_ipynb", "")
            if isinstance(answer, Exception):
                raise answer
            return answer

        parts = {
            "_message": SimpleNamespace(blocking_request=ask),
            "userdata": SimpleNamespace(get=secrets.__getitem__),
        }
        module(monkeypatch, "google", colab=SimpleNamespace(**parts))
        module(monkeypatch, "google.colab", **parts)

    return set_up


@pytest.fixture
def kaggle(monkeypatch):
    """On Kaggle, in its editor unless `kind` says otherwise."""

    def set_up(answer=None, kind: str = "Interactive", **secrets: str) -> None:
        class Session:
            def get_exportable_ipynb(self):
                if isinstance(answer, Exception):
                    raise answer
                return answer

        monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", kind)
        module(monkeypatch, "kaggle_session", UserSessionClient=Session)
        client = SimpleNamespace(get_secret=secrets.__getitem__)
        module(monkeypatch, "kaggle_secrets", UserSecretsClient=lambda: client)

    return set_up


def own() -> tuple[str, dict]:
    name, content = submit.own_notebook()
    return name, json.loads(content)


def sources(notebook: dict) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_in_colab_it_is_what_stands_in_the_browser_without_outputs(colab):
    colab({"ipynb": json.loads(json.dumps(MINE))})
    name, notebook = own()
    assert (name, sources(notebook)) == ("colab.ipynb", list(SOURCES))
    assert [cell["outputs"] for cell in notebook["cells"]] == [[], [], []]


@pytest.mark.parametrize("answer", [None, {}, {"ipynb": {}}, {"ipynb": "x"}, RuntimeError("no frontend")])
def test_where_colab_gives_nothing_it_says_what_to_do(colab, answer):
    colab(answer)
    with pytest.raises(submit.Stop, match=r"Colab did not give.*Choose File, Download, Download \.ipynb") as caught:
        submit.own_notebook()
    assert caught.value.status == submit.REFUSED


@pytest.mark.parametrize("key", ["source", "sourceNullable"])
def test_in_kaggles_editor_it_is_what_was_saved(kaggle, key):
    kaggle({key: json.dumps(MINE)})
    name, notebook = own()
    assert (name, sources(notebook)) == ("kaggle.ipynb", list(SOURCES))
    assert notebook["cells"][0]["outputs"] == []


def test_in_a_run_of_kaggles_it_is_the_file_that_is_run(kaggle, monkeypatch, tmp_path):
    monkeypatch.setattr(submit, "KAGGLE_RUN", str(tmp_path / "__notebook__.ipynb"))
    kaggle(RuntimeError("not here"), "Batch")
    (tmp_path / "__notebook__.ipynb").write_text(json.dumps(MINE))
    assert sources(own()[1]) == list(SOURCES)


def test_in_kaggles_editor_a_file_left_by_an_earlier_run_is_not_taken(kaggle, monkeypatch, tmp_path):
    monkeypatch.setattr(submit, "KAGGLE_RUN", str(tmp_path / "__notebook__.ipynb"))
    (tmp_path / "__notebook__.ipynb").write_bytes(notebook_bytes("old"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "__notebook__.ipynb"))
    kaggle({"source": json.dumps(MINE)})
    assert sources(own()[1]) == list(SOURCES)


@pytest.mark.parametrize("answer", [None, {}, {"source": "not JSON"}, {"source": "[]"}, ConnectionError("no internet")])
def test_where_kaggle_gives_nothing_it_says_what_to_do(kaggle, answer):
    kaggle(answer)
    with pytest.raises(submit.Stop, match=r"Kaggle did not give.*Choose File, Download notebook"):
        submit.own_notebook()


@pytest.mark.parametrize("platform", ["colab", "kaggle"])
def test_the_token_is_among_the_secrets(platform, request):
    request.getfixturevalue(platform)(STUDYHUB_TOKEN=" t0 ")
    assert submit.own_token() == "t0"


@pytest.mark.parametrize("platform", ["colab", "kaggle"])
def test_the_environment_goes_before_the_secrets(platform, request, monkeypatch):
    request.getfixturevalue(platform)(STUDYHUB_TOKEN="t0")
    monkeypatch.setenv("STUDYHUB_TOKEN", "t1")
    assert submit.own_token() == "t1"


@pytest.mark.parametrize("platform", ["colab", "kaggle"])
def test_without_a_secret_it_asks(platform, request, monkeypatch, capsys):
    request.getfixturevalue(platform)()
    monkeypatch.setattr(submit.getpass, "getpass", lambda prompt: "typed")
    assert submit.own_token() == "typed"
    assert "No token among the secrets" in capsys.readouterr().err


@pytest.mark.parametrize("problem", [EOFError(), NotImplementedError("this frontend does not support stdin")])
def test_where_nobody_can_be_asked_it_says_so(monkeypatch, problem):
    def ask(prompt):
        raise problem

    monkeypatch.setattr(submit.getpass, "getpass", ask)
    with pytest.raises(submit.Stop, match="Set STUDYHUB_TOKEN"):
        submit.own_token()


# The published notebook's last cell, in a process that looks like the platform


STAND_INS = {
    "colab": {
        "google/__init__.py": "",
        "google/colab/__init__.py": "",
        "google/colab/_message.py": """
            import json
            def blocking_request(request_type, request="", timeout_sec=5, parent=None):
                return {"ipynb": json.load(open("given.json"))} if request_type == "get_ipynb" else None
        """,
        "google/colab/userdata.py": """
            def get(key):
                return open(key).read()
        """,
    },
    "kaggle": {
        "kaggle_session.py": """
            class UserSessionClient:
                def get_exportable_ipynb(self):
                    return {"source": open("given.json").read()}
        """,
        "kaggle_secrets.py": """
            class UserSecretsClient:
                def get_secret(self, label):
                    return open(label).read()
        """,
    },
}
SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell

if sys.argv[2] == "colab":
    import google.colab  # as Colab does before the first cell
shell = InteractiveShell()
if not shell.run_cell(open(sys.argv[1]).read()).success:
    sys.exit(9)
"""


def run_last_cell(folder: Path, platform: str, address: str, **variables: str) -> subprocess.CompletedProcess[str]:
    for name, text in STAND_INS[platform].items():
        (folder / "modules" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "modules" / name).write_text(textwrap.dedent(text))
    (folder / "given.json").write_text(json.dumps(MINE))
    (folder / "cell.py").write_text(HAND_IN.format(site=address, slug="doubling").replace(" --watch", ""))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB", "GRADING"))}
    if platform == "kaggle":
        kept["KAGGLE_KERNEL_RUN_TYPE"] = "Interactive"
    return subprocess.run(
        [sys.executable, "-c", SHELL, "cell.py", platform],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder / "modules"), "IPYTHONDIR": str(folder / "ipython"), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def hub(transactional_db, live_server, desk, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.mark.parametrize("platform", ["colab", "kaggle"])
def test_the_last_cell_hands_in_the_notebook_that_it_stands_in(platform, hub, bob, tmp_path):
    token = token_for(bob, "read", "submit")
    (tmp_path / "STUDYHUB_TOKEN").write_text(token)
    done = run_last_cell(tmp_path, platform, hub)
    assert "Handed in, number 1" in done.stdout, done.stdout + done.stderr
    submission = Submission.objects.get()
    assert submission.user == bob
    assert token not in done.stdout + done.stderr
    assert not [path for path in tmp_path.rglob("*.py") if token in path.read_text()]


@pytest.mark.parametrize("platform", ["colab", "kaggle"])
def test_the_last_cell_does_nothing_while_it_is_graded(platform, hub, tmp_path):
    done = run_last_cell(tmp_path, platform, hub, GRADING="1")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert not (tmp_path / "submit.py").exists()
    assert not Submission.objects.exists()
