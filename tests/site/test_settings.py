"""Settings fail loudly, and say what to set instead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studyhub import env
from studyhub.caches import cache
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
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_WEBHOOK_ALLOW": "intranet"}, "Write networks, such as 10.20.0.0/16"),
        ({"STUDYHUB_SECRET_KEY": "x", "STUDYHUB_SANDBOX": "none"}, "only with STUDYHUB_DEBUG=1"),
        # Links in mails would lead nowhere.
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_URL": "study.example.org"}, "'study.example.org' is no address"),
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_LITE_URL": "lite"}, "STUDYHUB_LITE_URL='lite' is no address"),
        ({"STUDYHUB_DEBUG": "1", "STUDYHUB_BROKER_URL": "kafka://u:hush@h"}, "STUDYHUB_BROKER_URL must begin with"),
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


def test_the_cache_is_a_folder_or_a_server(tmp_path):
    assert cache("", tmp_path)["LOCATION"] == tmp_path / "cache"
    assert cache("redis://cache.example/1", tmp_path)["BACKEND"].endswith(".RedisCache")
    with pytest.raises(env.SettingError) as told:
        cache("memcached://ada:hush@cache.example", tmp_path)
    assert "hush" not in str(told.value)


def test_a_secret_comes_from_the_environment_or_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text(" hush \n")
    monkeypatch.setenv("STUDYHUB_KEY", "loud")
    assert (env.secret("STUDYHUB_KEY"), env.secret("STUDYHUB_OTHER"), env.secret("STUDYHUB_OTHER", "x")) == (
        "loud", "", "x")  # fmt: skip
    monkeypatch.delenv("STUDYHUB_KEY")
    monkeypatch.setenv("STUDYHUB_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("STUDYHUB_KEY") == " hush "


@pytest.mark.parametrize(
    ("variable", "content", "complaint"),
    [
        ("hush", b"x", "STUDYHUB_KEY and STUDYHUB_KEY_FILE are both set"),
        ("", None, "can't be read: FileNotFoundError"),
        ("", b"\xff\xfe\xfa", "can't be read: UnicodeDecodeError"),
        ("", b"\n", "is empty"),
    ],
)
def test_a_secret_that_can_not_be_read_stops_the_start(monkeypatch, tmp_path, variable, content, complaint):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("STUDYHUB_KEY", variable)
    monkeypatch.setenv("STUDYHUB_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(env.SettingError, match=complaint) as told:
        env.secret("STUDYHUB_KEY")
    assert "hush" not in str(told.value)


def test_readers(monkeypatch):
    monkeypatch.setenv("A", "x, y,,")
    assert env.words("A", []) == ["x", "y"]
    monkeypatch.setenv("A", "ON")
    assert env.flag("A", False) is True
    monkeypatch.delenv("A")
    assert (env.words("A", ["z"]), env.flag("A", True), env.integer("A", 3)) == (["z"], True, 3)
    assert env.networks("A") == []
    monkeypatch.setenv("A", "10.20.0.0/16, 127.0.0.1, fd00::/8")
    assert [str(one) for one in env.networks("A")] == ["10.20.0.0/16", "127.0.0.1/32", "fd00::/8"]


@pytest.mark.parametrize(
    ("host", "backend"),
    [("", "django.core.mail.backends.console.EmailBackend"), ("mail.example", "studyhub.mail.EmailBackend")],
)
def test_mail_goes_to_the_server_that_is_named(host, backend):
    said = manage("shell", "-c", "from django.conf import settings; print(settings.EMAIL_BACKEND, settings.EMAIL_HOST)",
                  STUDYHUB_DEBUG="1", STUDYHUB_SMTP_HOST=host).stdout  # fmt: skip
    assert f"{backend} {host}".strip() in said
