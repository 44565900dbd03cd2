"""The tours in docs/ as somebody new takes them: every command, in its order, beside a site that `make run` started."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.conftest import PROJECT, wait_for
from tests.servers import free_port

pytestmark = [pytest.mark.live, pytest.mark.sandbox]

DOCS = PROJECT / "docs"
# What ends with another status, and should: the untouched starter has not all the points.
ENDS_WITH = {"python3 submit.py": 1}
STARTED_ALREADY = "make run"
LEAD, LEARNER = "lead@studyhub.example", "learner@studyhub.example"
MAKE_TOKEN = """
from apps.accounts.models import Scope, User
from apps.accounts.tokens import make_token
print(make_token(user=User.objects.get(email={email!r}), name="A tour", scopes=Scope.values, days=1)[1])
"""


def commands(tour: str) -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```$", (DOCS / tour).read_text(), flags=re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


@dataclass
class Traveller:
    """Somebody with a copy of the project, a home of their own, and a site on a port of its own."""

    copy: Path
    port: int
    environment: dict[str, str]

    def do(self, line: str, **more: str) -> subprocess.CompletedProcess[str]:
        here = line.replace("localhost:8000", f"localhost:{self.port}")
        return subprocess.run(
            ["bash", "-c", here],
            cwd=self.copy,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="module")
def traveller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traveller]:
    home = tmp_path_factory.mktemp("tour")
    # Runs give up root: they have to get at their folders.
    for folder in (home, home.parent):
        folder.chmod(0o755)
    # Without this curl ends well on an error of the site.
    (home / ".curlrc").write_text("fail\nsilent\nshow-error\n")
    copy = home / "studyhub"
    shutil.copytree(
        PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns("var", ".venv*", ".git", "node_modules")
    )
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    port = free_port()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_", "PYTEST"))
    }
    one = Traveller(copy, port, {**kept, "HOME": str(home)})
    log = copy / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=copy,
            env=one.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(lambda: "Ctrl-C ends it" in log.read_text() or process.poll() is not None, "the site is up", 180)
        assert process.poll() is None, log.read_text()
        yield one
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


@pytest.mark.parametrize("tour", sorted(path.name for path in DOCS.glob("*.md")))
def test_every_command_of_a_tour_does_what_it_says(tour, traveller):
    lines = commands(tour)
    assert lines
    variables: dict[str, str] = {}
    for line in lines:
        if line == STARTED_ALREADY:
            continue
        if found := re.fullmatch(r"export (\w+)=(\S+)", line):
            name, value = found.groups()
            if value == "studyhub_...":
                asked = MAKE_TOKEN.format(email=LEAD if tour == "leads.md" else LEARNER)
                made = traveller.do(
                    f".venv/bin/python manage.py shell --no-imports -c {shlex.quote(asked)}", STUDYHUB_DEBUG="1"
                )
                value = made.stdout.strip()
                assert value, made.stderr
            variables[name] = value
            continue
        done = traveller.do(line, **variables)
        wanted = next((status for start, status in ENDS_WITH.items() if line.startswith(start)), 0)
        assert done.returncode == wanted, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("tour", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_of_a_tour_lead_somewhere(tour):
    for target in re.findall(r"\]\(([^)#:]+)\)", (DOCS / tour).read_text()):
        assert (DOCS / target).exists(), target
