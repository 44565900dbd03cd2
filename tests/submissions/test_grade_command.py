"""`manage.py grade`: the whole way of one file, told as JSON, without web, queue or database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.runner import execute as runner
from apps.runner.contract import CellReport, CellStatus, Outcome, Resources, RunResult
from apps.submissions.management.commands import grade
from tests.submissions.conftest import LESSON, SLUG, notebook_bytes

KEYS = ["exercise", "state", "verdict", "reason", "score", "max_score"]
KEYS += ["checks", "cells", "timing", "resources", "environment"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(notebook_bytes())
    return path


@pytest.fixture
def outcome(package, monkeypatch) -> dict:
    """What the stand-in for the runner writes; tests change it."""
    told: dict = {"outcome": Outcome.COMPLETED, "points": [3, 1]}

    def execute(folder: Path, request, *, warm: bool) -> None:
        print("a library prints on the way")  # noqa: T201 - it must not reach stdout
        (folder / "result" / "artefacts").mkdir(parents=True)
        (folder / "result" / "artefacts" / "points.json").write_text(json.dumps(told["points"]))
        result = RunResult(
            run_id=request.run_id,
            attempt=request.attempt,
            outcome=told["outcome"],
            cells=[CellReport(index=0, status=CellStatus.COMPLETED, seconds=0.25)],
            resources=Resources(peak_mb=80.0, cpu_s=0.5),
            environment={"numpy": "2.4.6"},
        )
        (folder / "result" / "result.json").write_text(result.to_json())

    monkeypatch.setattr(runner, "execute", execute)
    monkeypatch.setattr(grade, "_load", lambda slug, curriculum: package)
    return told


def told(capsys, *arguments: object) -> dict:
    call_command("grade", SLUG, *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def test_it_prints_one_json_object_and_nothing_else(outcome, file, capsys):
    verdict = told(capsys, file)
    assert list(verdict) == KEYS
    assert (verdict["exercise"], verdict["state"], verdict["verdict"]) == (SLUG, "done", "passed")
    assert (verdict["score"], verdict["max_score"]) == (4, 4)
    assert verdict["checks"][0] == {
        "id": "double",
        "points": 3,
        "max_points": 3.0,
        "passed": True,
        "message": "As the reference.",
        "differences": [],
        "compared": None,
    }
    assert verdict["cells"] == [{"index": 0, "status": "completed", "seconds": 0.25}]
    assert verdict["resources"] == {"peak_mb": 80.0, "cpu_s": 0.5}
    timing = verdict["timing"]
    assert timing["cells_s"] == 0.25
    assert timing["overhead_s"] == pytest.approx(timing["total_s"] - 0.25, abs=0.002)


@pytest.mark.parametrize(
    ("ended", "points", "verdict", "score"),
    [
        (Outcome.COMPLETED, [3, 0], "partial", 3),
        (Outcome.COMPLETED, [0, 0], "failed", 0),
        (Outcome.LEARNER_ERROR, [0, 1], "learner_error", 1),
        (Outcome.TIMED_OUT, [3, 1], "timed_out", 0),
        (Outcome.OUT_OF_MEMORY, [3, 1], "out_of_memory", 0),
        (Outcome.PLATFORM_ERROR, [0, 0], "platform_error", 0),
    ],
)
def test_any_verdict_is_a_success_of_the_command(outcome, file, capsys, ended, points, verdict, score):
    outcome |= {"outcome": ended, "points": points}
    answer = told(capsys, file)
    assert (answer["verdict"], answer["score"]) == (verdict, score)
    assert answer["reason"]


def test_in_words(outcome, file, capsys):
    call_command("grade", SLUG, str(file))
    out = capsys.readouterr().out
    assert "doubling: Passed" in out
    assert "[x] double: 3 of 3" in out


def test_what_a_check_that_has_not_passed_compared_stands_under_it(outcome, file, capsys):
    outcome["points"] = [0, 1]
    call_command("grade", SLUG, str(file))
    out = capsys.readouterr().out
    assert "[ ] double: 0 of 3 – It gives *another* number.\n        x: 21; yours: 43; reference: 42\n" in out
    assert out.count("yours: 43") == 1


def test_so_does_what_is_not_as_expected(outcome, file, capsys, lesson):
    lesson(LESSON)
    outcome["points"] = [0, 0]
    assert told(capsys, file)["checks"][0]["differences"] == [
        {"name": "w", "what": "Shape", "expected": "(3,)", "yours": "(3, 1) <b>"}
    ]
    call_command("grade", SLUG, str(file))
    out = capsys.readouterr().out
    assert "\n        w: Shape: expected (3,); yours (3, 1) <b>\n" in out
    assert "Kind" not in out
    assert "yours: 43" not in out


def test_a_notebook_that_may_not_be_handed_in(outcome, file):
    file.write_text("{}")
    with pytest.raises(CommandError, match="not a notebook") as error:
        call_command("grade", SLUG, str(file))
    assert error.value.returncode == 2


def test_a_file_that_is_not_there(outcome, tmp_path):
    with pytest.raises(CommandError, match="No such file") as error:
        call_command("grade", SLUG, str(tmp_path / "nowhere.ipynb"))
    assert error.value.returncode == 2


def test_unusable_arguments_end_with_2_and_a_message_on_stderr(file, tmp_path):
    command = [sys.executable, "manage.py", "grade", "no-such-exercise", str(file), "--json"]
    command += ["--curriculum", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-exercise" in done.stderr


def test_what_it_needs_is_neither_torch_nor_the_database(outcome, file, capsys):
    """No database fixture: a query would fail this test."""
    modules = "apps.submissions.management.commands.grade, apps.submissions.grading, apps.runner.execute"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env={"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(file.parent), "DJANGO_SETTINGS_MODULE": "studyhub.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
    assert told(capsys, file)["verdict"] == "passed"
