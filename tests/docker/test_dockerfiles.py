"""The images: pinned, for an ordinary user, and with no more in them than their side may know."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from studyhub import roles

from .conftest import DOCKER, PROJECT

DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
SCRIPTS = sorted(DOCKER.glob("*.sh"))


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Each instruction with what follows it, on one line."""
    text = re.sub(r"\\\n", " ", dockerfile.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def copied(dockerfile: Path) -> set[str]:
    """What is taken from the project."""
    words = [rest.split() for name, rest in instructions(dockerfile) if name == "COPY" and "--from" not in rest]
    return {source for sources in words for source in sources[:-1]}


def libraries(extra: str) -> set[str]:
    """Everything that is installed with `studyhub[extra]`."""
    found: set[str] = set()
    waiting = [("studyhub", extra)]
    while waiting:
        name, wanted = waiting.pop()
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for need in map(Requirement, needs):
            if (need.marker is None or need.marker.evaluate({"extra": wanted})) and need.name not in found:
                found.add(need.name.lower())
                waiting += [(need.name, one) for one in ("", *need.extras)]
    return found


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
class TestDockerfiles:
    def test_hadolint_finds_nothing(self, dockerfile):
        hadolint = Path(sys.executable).with_name("hadolint")
        result = subprocess.run([hadolint, dockerfile], capture_output=True, text=True)
        assert (result.returncode, result.stdout) == (0, "")

    def test_its_base_is_pinned(self, dockerfile):
        bases = [rest for name, rest in instructions(dockerfile) if name == "ARG" and rest.startswith("BASE=")]
        assert len(bases) == 1
        assert re.fullmatch(r"BASE=debian:bookworm-\d{8}-slim", bases[0])
        assert {rest.split()[0] for name, rest in instructions(dockerfile) if name == "FROM"} == {"${BASE}"}

    def test_it_runs_a_role_as_an_ordinary_user_and_says_whether_it_lives(self, dockerfile):
        last = dict(instructions(dockerfile))
        assert last["USER"] == "10001:10001"
        assert "studyhub.roles" in last["ENTRYPOINT"]
        role = re.fullmatch(r'\["([a-z.]+)"\]', last["CMD"])[1]
        assert role in roles.ROLES
        assert f'"studyhub.alive", "{role}"' in last["HEALTHCHECK"]

    def test_what_it_takes_is_let_in(self, dockerfile):
        let_in = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
        for source in copied(dockerfile):
            assert list(PROJECT.glob(source)), source
            assert any(source == name or source.startswith(f"{name}/") for name in let_in), source


def test_the_site_has_no_torch_and_the_runner_no_django():
    assert "torch" not in libraries("web")
    assert "torch" in libraries("runner")
    assert not {"django", "psycopg", "gunicorn"} & libraries("runner")


def test_a_runner_starts_from_what_is_in_its_image_which_is_no_exercise(tmp_path):
    for source in copied(DOCKER / "runner.Dockerfile"):
        for path in PROJECT.glob(source):
            target = tmp_path / path.relative_to(PROJECT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, target)
    assert not list(tmp_path.rglob("grading.py"))
    assert not list(tmp_path.rglob("*.yaml"))
    program = (
        "import sys; sys.modules['django'] = None  # as if it were not installed\n"
        "import apps, apps.runner.worker, studyhub.alive, studyhub.roles; print(apps.__path__[0])"
    )
    environment = {"PYTHONPATH": str(tmp_path), "STUDYHUB_VAR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, result.stdout.strip()) == (0, str(tmp_path / "apps")), result.stderr


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not here: apt install shellcheck")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script):
    result = subprocess.run(["shellcheck", script], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")
