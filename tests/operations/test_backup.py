"""A backup brings back every hand-in with its score and its executed notebook; half of one is none.

With TEST_DATABASE_URL the sites are on PostgreSQL, and the restored one on a server of its own.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import servers

pytestmark = pytest.mark.rows  # in processes of its own

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = os.environ.get("TEST_DATABASE_URL", "")
HAND_INS = 30
FILL = f"""
import json
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from apps.accounts.models import User
from apps.catalog.models import Section, Track
from apps.exercises.models import Exercise, ExerciseVersion
from apps.submissions.models import Run, Submission, SubmittedNotebook
from django.conf import settings
bob = User.objects.create_user("bob@example.org", "bob-secret", name="Bob")
track = Track.objects.create(slug="numbers", title="Numbers", summary="Counting.", accent="teal", position=1)
section = Section.objects.create(track=track, slug="first", title="First", position=1)
exercise = Exercise.objects.create(
    slug="doubling", section=section, title="Doubling", summary="Twice.", level="beginner", minutes=10)
version = ExerciseVersion.objects.create(exercise=exercise, digest="a" * 64, manifest={{}}, max_score=4)
for number in range(1, {HAND_INS} + 1):
    one = Submission.objects.create(
        user=bob, exercise=exercise, version=version, number=number, filename="n.ipynb", size=9)
    SubmittedNotebook.objects.create(submission=one, text="{{}}")
    state = "running" if number == 1 else "done"
    run = Run.objects.create(submission=one, state=state, verdict="partial", score=number / 10, seed=1, max_score=4)
    folder = settings.RUN_STORE / str(run.pk) / "1" / "result"
    folder.mkdir(parents=True)
    (folder / "executed.ipynb").write_text(json.dumps({{"number": number, "filler": "x" * 2000}}))
default_storage.save("pictures/one.txt", ContentFile(b"a picture"))
frozen = settings.CURRICULUM_STORE / "doubling" / "digest"
frozen.mkdir(parents=True)
(frozen / "grading.py").write_text("SPEC = 1")
"""
READ = """
import json
from apps.submissions.models import Submission
from django.core.files.storage import default_storage
from django.conf import settings
found = []
for one in Submission.objects.order_by("number"):
    run = one.runs.get()
    data = run.stored.read("result/executed.ipynb", 10**6)
    found.append([one.number, run.state, run.score, data and json.loads(data)["number"]])
print(json.dumps({"found": found, "picture": default_storage.open("pictures/one.txt").read().decode(),
                  "frozen": (settings.CURRICULUM_STORE / "doubling/digest/grading.py").read_text()}))
"""

STANDS_STILL = """
import time
from django.core.management import call_command
from studyhub.backups import making
def stands_still(place, prefixes, counted):
    yield b"x" * 1000
    while True:
        time.sleep(1)
making.packed = stands_still
call_command("backup", {place!r})
"""


class Site:
    """A site of which only the commands run."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
        self.environment = ours | {"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(folder), "STUDYHUB_LOG_LEVEL": "ERROR"}
        if address:
            name = f"site_{folder.name}"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name}")
                connection.execute(f"CREATE DATABASE {name}")
            self.environment["STUDYHUB_DATABASE_URL"] = urlsplit(address)._replace(path=f"/{name}").geturl()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments), env=self.environment | variables, cwd=PROJECT, capture_output=True, text=True
        )

    def read(self) -> dict:
        said = self.run("shell", "--no-imports", "-c", READ)
        assert said.returncode == 0, said.stderr
        return json.loads(said.stdout)

    def tables(self) -> str:
        code = "from studyhub.backups.databases import is_empty; print(is_empty())"
        return "none" if "True" in self.run("shell", "--no-imports", "-c", code).stdout else "some"


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Site:
    site = Site(tmp_path_factory.mktemp("original"), ADDRESS)
    assert site.run("migrate", "--verbosity", "0").returncode == 0
    filled = site.run("shell", "--no-imports", "-c", FILL)
    assert filled.returncode == 0, filled.stderr
    return site


@pytest.fixture(scope="module")
def backup(original, tmp_path_factory) -> Path:
    made = original.run("backup", str(tmp_path_factory.mktemp("backups")))
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def empty_server():
    if not ADDRESS:
        yield ""
        return
    with servers.running("postgres") as server:
        yield server.url


@pytest.fixture
def empty(tmp_path, empty_server) -> Site:
    return Site(tmp_path / "empty", empty_server)


def test_every_hand_in_comes_back_with_its_score_and_its_notebook(original, backup, empty):
    restored = empty.run("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert empty.run("migrate", "--check").returncode == 0
    found = empty.read()
    # What still ran is run again: its files are not needed.
    assert found["found"][0] == [1, "running", 0.1, None]
    assert found["found"][1:] == [[n, "done", pytest.approx(n / 10), n] for n in range(2, HAND_INS + 1)]
    assert (found["picture"], found["frozen"]) == ("a picture", "SPEC = 1")

    # It is not empty any more.
    again = empty.run("restore", str(backup))
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    assert empty.run("restore", str(backup), "--force").returncode == 0
    assert empty.read() == found


def test_the_manifest_says_what_there_is(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["counts"]["submissions_submission"] == HAND_INS
    assert set(manifest["parts"]) == {"database", "curriculum.tar", "media.tar", "runs.tar"}
    assert manifest["parts"]["runs.tar"]["files"] == HAND_INS - 1
    assert manifest["migrations"]["submissions"][0] == "0001_initial"


@pytest.mark.parametrize("part", ["database", "runs.tar"])
def test_a_damaged_backup_changes_nothing(backup, empty, tmp_path, part):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", backup, copy], check=True)
    content = bytearray((copy / part).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / part).write_bytes(content)
    refused = empty.run("restore", str(copy))
    assert (refused.returncode, f"{part} is damaged" in refused.stderr) == (1, True)
    assert empty.tables() == "none"
    assert not (empty.folder / "runs").exists()


def test_a_backup_of_a_later_version_is_refused(backup, empty, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", backup, copy], check=True)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["migrations"]["groups"].append("9999_of_next_year")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    refused = empty.run("restore", str(copy))
    assert (refused.returncode, "does not know groups.9999_of_next_year" in refused.stderr) == (1, True)


def test_half_a_backup_does_not_look_whole(original, empty, tmp_path):
    """Killed while the files are written, of which the first archive never comes to its end."""
    places = tmp_path / "backups"
    command = original.command("shell", "--no-imports", "-c", STANDS_STILL.format(place=str(places)))
    process = subprocess.Popen(command, env=original.environment, cwd=PROJECT, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while not list(places.glob("*/.curriculum.tar.*")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (half,) = places.iterdir()
    assert (half / "database").exists()
    refused = empty.run("restore", str(half))
    assert (refused.returncode, "has no manifest.json" in refused.stderr) == (1, True)
    assert empty.tables() == "none"

    # Of whole ones the latest stays; what was not finished before it goes.
    for _ in range(2):
        made = original.run("backup", str(places), "--keep", "1")
        assert made.returncode == 0, made.stderr
        assert [str(folder) for folder in places.iterdir()] == [made.stdout.splitlines()[-1]]
