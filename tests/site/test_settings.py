"""Settings fail loudly, and say what to set instead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studyhub import env
from studyhub.databases import database

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
        (
            {"STUDYHUB_DEBUG": "1", "STUDYHUB_DATABASE_URL": "mysql://u:hush@h/n"},
            "STUDYHUB_DATABASE_URL must be an add",
        ),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_remedy(variables, complaint):
    ended = manage("check", **variables)
    assert ended.returncode == 1
    assert complaint in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "hush" not in ended.stderr


def test_the_database_is_a_file_or_a_server(tmp_path, monkeypatch):
    assert database("", tmp_path)["NAME"] == tmp_path / "studyhub.sqlite3"
    monkeypatch.setenv("STUDYHUB_DATABASE_POOL", "3")
    server = database("postgresql://ada:hush@db.example:6432/study?sslmode=require", tmp_path)
    assert (server["ENGINE"], server["HOST"], server["PORT"]) == ("django.db.backends.postgresql", "db.example", 6432)
    assert server["OPTIONS"] == {"sslmode": "require", "pool": {"min_size": 1, "max_size": 3, "timeout": 10}}
    # Django refuses a pool beside connections that are kept by themselves.
    assert not server["CONN_MAX_AGE"]


def test_readers(monkeypatch):
    monkeypatch.setenv("A", "x, y,,")
    assert env.words("A", []) == ["x", "y"]
    monkeypatch.setenv("A", "ON")
    assert env.flag("A", False) is True
    monkeypatch.delenv("A")
    assert (env.words("A", ["z"]), env.flag("A", True), env.integer("A", 3)) == (["z"], True, 3)


@pytest.mark.parametrize(("host", "backend"), [("", "console"), ("mail.example", "smtp")])
def test_mail_goes_to_the_server_that_is_named(host, backend):
    said = manage("shell", "-c", "from django.conf import settings; print(settings.EMAIL_BACKEND, settings.EMAIL_HOST)",
                  STUDYHUB_DEBUG="1", STUDYHUB_SMTP_HOST=host).stdout  # fmt: skip
    assert f"backends.{backend}.EmailBackend {host}".strip() in said
