"""Settings fail loudly, and say what to set instead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studyhub import env

PROJECT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=inherited | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({}, "STUDYHUB_SECRET_KEY is not set"),
        ({"STUDYHUB_DEBUG": "maybe"}, "STUDYHUB_DEBUG='maybe' is neither yes nor no"),
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": "var"}, "must be an absolute path"),
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_RUN_SLOTS_CPU": "0"}, "must be a whole number of at least 1"),
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_SANDBOX": "docker"}, "Use bubblewrap, or none"),
        ({"STUDYHUB_SECRET_KEY": "x", "STUDYHUB_SANDBOX": "none"}, "only with STUDYHUB_DEBUG=1"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_remedy(variables, complaint):
    ended = manage("check", **variables)
    assert ended.returncode == 1
    assert complaint in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_readers(monkeypatch):
    monkeypatch.setenv("A", "x, y,,")
    assert env.words("A", []) == ["x", "y"]
    monkeypatch.setenv("A", "ON")
    assert env.flag("A", False) is True
    monkeypatch.delenv("A")
    assert (env.words("A", ["z"]), env.flag("A", True), env.integer("A", 3)) == (["z"], True, 3)
