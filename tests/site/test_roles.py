"""`python -m studyhub.roles ROLE`: the environment says how; a runner that knows too much does not start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from apps.runner import reach
from studyhub import env, roles

PROJECT = Path(__file__).resolve().parents[2]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def ended(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=inherited | variables, capture_output=True, text=True)


def test_the_environment_says_how_much_of_each(monkeypatch):
    for name, value in {
        "STUDYHUB_BIND": "0.0.0.0:9000",
        "STUDYHUB_WEB_WORKERS": "3",
        "STUDYHUB_WEB_THREADS": "16",
        "STUDYHUB_CONTROL_CONCURRENCY": "5",
        "STUDYHUB_RUN_SLOTS_CPU": "7",
        "STUDYHUB_LOG_LEVEL": "error",
    }.items():
        monkeypatch.setenv(name, value)
    web = roles.web()
    assert [option(web, name) for name in ("--bind", "--workers", "--threads")] == ["0.0.0.0:9000", "3", "16"]
    assert option(web, "--log-level") == "error"
    assert option(roles.control(), "--concurrency") == "5"
    assert option(roles.run_cpu(), "--slots") == "7"
    assert option(roles.run_gpu(), "--queue") == "run.gpu"


def test_forwarded_headers_are_believed_only_behind_a_proxy(monkeypatch):
    assert "--forwarded-allow-ips" not in roles.web()
    monkeypatch.setenv("STUDYHUB_TRUSTED_PROXIES", "1")
    assert option(roles.web(), "--forwarded-allow-ips") == "*"
    monkeypatch.delenv("STUDYHUB_TRUSTED_PROXIES")
    monkeypatch.setenv("STUDYHUB_DEBUG", "0")  # a site by HTTPS has one, unless it is told otherwise
    assert option(roles.web(), "--forwarded-allow-ips") == "*"


@pytest.mark.parametrize(
    ("role", "variables", "complaint"),
    [
        ("web", {"STUDYHUB_WEB_THREADS": "0"}, "STUDYHUB_WEB_THREADS='0' must be a whole number of at least 1"),
        ("beat", {"STUDYHUB_LOG_LEVEL": "loud"}, "STUDYHUB_LOG_LEVEL='LOUD' is unknown"),
        ("run.cpu", {"STUDYHUB_DATABASE_URL": "postgresql://u:hush@h/n"}, "not know STUDYHUB_DATABASE_URL: remove"),
        ("run.gpu", {"STUDYHUB_SECRET_KEY_FILE": "/run/secrets/hush"}, "not know STUDYHUB_SECRET_KEY_FILE: remove"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_remedy(role, variables, complaint):
    process = ended("studyhub.roles", role, **variables)
    assert process.returncode == 1
    assert complaint in process.stderr
    assert len(process.stderr.strip().splitlines()) == 1
    assert "hush" not in process.stderr


@pytest.mark.parametrize(("role", "niceness"), [("web", 0), ("run.cpu", roles.RUNNER_NICE)])
def test_pages_go_before_runs(role, niceness):
    before = os.nice(0)
    program = "import os, sys; from studyhub import roles; os.execvpe = lambda *_: print(os.nice(0)); "
    command = [sys.executable, "-c", program + "roles.main(sys.argv[1:])", role]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert int(process.stdout) == min(19, before + niceness), process.stderr


def test_a_worker_that_is_started_by_itself_refuses_too():
    process = ended("apps.runner.worker", STUDYHUB_SECRET_KEY="hush")
    assert process.returncode == 1
    assert "must not know STUDYHUB_SECRET_KEY" in process.stderr
    assert "hush" not in process.stderr


def test_a_runner_is_not_told_of_django(monkeypatch):
    monkeypatch.setenv("STUDYHUB_DEBUG", "0")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "studyhub.settings")
    for name in reach.known(os.environ):
        monkeypatch.delenv(name)
    assert "DJANGO_SETTINGS_MODULE" in roles.environment("control")
    assert "DJANGO_SETTINGS_MODULE" not in roles.environment("run.cpu")


def test_in_development_a_runner_is_not_told(monkeypatch):
    monkeypatch.setenv("STUDYHUB_SECRET_KEY", "hush")
    assert roles.environment("control")["STUDYHUB_SECRET_KEY"] == "hush"
    assert "STUDYHUB_SECRET_KEY" not in roles.environment("run.cpu")
    monkeypatch.setenv("STUDYHUB_DEBUG", "0")
    with pytest.raises(env.SettingError, match="STUDYHUB_SECRET_KEY"):
        roles.environment("run.cpu")


def test_each_secret_is_a_runners_own_or_kept_from_it():
    """A new one has to be thought about: which side is it for?"""
    a_runners = {"STUDYHUB_BROKER_URL", "STUDYHUB_S3_ACCESS_KEY", "STUDYHUB_S3_SECRET_KEY"}
    sources = [path for folder in ("studyhub", "apps") for path in (PROJECT / folder).rglob("*.py")]
    secrets = {name for path in sources for name in re.findall(r'env\.secret\("(\w+)"', path.read_text())}
    assert a_runners < secrets
    assert secrets - a_runners <= set(reach.TRUSTED_ONLY)


def test_a_second_providers_secret_is_one_too():
    assert reach.known({"STUDYHUB_OIDC_2_CLIENT_SECRET_FILE": "/run/x"}) == ["STUDYHUB_OIDC_2_CLIENT_SECRET_FILE"]


def test_what_is_empty_is_not_known():
    assert reach.known({"STUDYHUB_SECRET_KEY": "", "STUDYHUB_BROKER_URL": "redis://h"}) == []


def test_prepare_makes_tables_and_loads_the_curriculum(tmp_path):
    process = ended("studyhub.roles", "prepare", STUDYHUB_DEBUG="1", STUDYHUB_VAR=str(tmp_path))
    assert process.returncode == 0, process.stderr
    assert (tmp_path / "studyhub.sqlite3").exists()
    assert any((tmp_path / "curriculum").iterdir())
    assert (tmp_path / "static" / "css").is_dir()


def test_prepare_stops_at_what_failed(tmp_path):
    variables = {"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(tmp_path), "STUDYHUB_CURRICULUM": str(tmp_path / "none")}
    assert ended("studyhub.roles", "prepare", **variables).returncode != 0
    assert not (tmp_path / "static").exists()
