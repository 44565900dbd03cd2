"""compose.yaml: what it says holds together, and a runner in it reaches nothing that it must not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from apps.runner import reach
from studyhub import roles

from .conftest import DOCKER, PROJECT, unknown

SITE = ("web-1", "web-2", "control", "beat-1", "beat-2", "prepare", "buckets")
RUNNERS = ("runner-cpu", "runner-gpu")
SERVICES = sorted(yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"])


def neighbours(compose: dict, name: str) -> set[str]:
    """Services that `name` shares a network with."""
    services = compose["services"]
    mine = set(services[name]["networks"])
    return {other for other in services if other != name and mine & set(services[other]["networks"])}


def test_it_is_a_compose_file():
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*command, DOCKER / "compose.yaml"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", SERVICES)
class TestEachService:
    def test_it_may_do_little(self, compose, name):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service.get("cap_add", []) in ([], ["NET_BIND_SERVICE"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits)
        # The proxy keeps certificates in a volume that belongs to root.
        assert "build" in service or service.get("user", "0").split(":")[0] != "0" or name == "proxy"

    def test_its_image_is_pinned(self, compose, name):
        service = compose["services"][name]
        if "build" in service:
            assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        else:
            assert re.search(r":v?\d+\.\d+", service["image"])

    def test_what_it_mounts_is_there(self, compose, name):
        for volume in compose["services"][name].get("volumes", []):
            source = volume.split(":")[0]
            assert (DOCKER / source).exists() if source.startswith("./") else source in compose["volumes"]

    def test_it_has_the_secrets_that_it_reads_and_no_other(self, compose, name):
        service = compose["services"][name]
        words = [*service.get("environment", {}).values(), *map(str, service.get("command", []))]
        words += [(DOCKER / "compose" / "prometheus.yml").read_text()] if name == "prometheus" else []
        read = {found for word in words for found in re.findall(r"/run/secrets/([a-z_]+)", word)}
        assert read == set(service.get("secrets", []))

    def test_somebody_reads_each_of_its_variables(self, compose, name, variables):
        own = {"STUDYHUB_HOST"} if name == "proxy" else set()
        assert unknown(compose["services"][name].get("environment", {}), variables) == own

    def test_somebody_looks_whether_it_lives(self, compose, name):
        service = compose["services"][name]
        if name in ("web-1", "web-2", "runner-cpu"):
            return  # as their images do
        check = service["healthcheck"]
        assert check.get("disable") or check["test"][0] in {"CMD", "CMD-SHELL"}
        if "studyhub.alive" in check.get("test", []):
            assert check["test"][-1] == service["command"][0]

    def test_it_waits_for_what_can_tell_that_it_is_ready(self, compose, name):
        for other, how in compose["services"][name].get("depends_on", {}).items():
            ends = compose["services"][other].get("healthcheck", {}).get("disable", False)
            assert how["condition"] == ("service_completed_successfully" if ends else "service_healthy")


def test_every_role_is_there(compose):
    commands = {tuple(service["command"]) for name, service in compose["services"].items() if name in SITE + RUNNERS}
    assert {words[0] for words in commands if words} == {*roles.ROLES, roles.PREPARE}


def test_secrets_are_those_that_are_drawn(compose, secrets):
    drawn = {path.name for path in secrets.iterdir()}
    named = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert named <= drawn
    # The passwords of broker and cache stand in their settings.
    assert drawn - named == {"broker_password", "cache_password"}
    assert oct(secrets.stat().st_mode & 0o777) == "0o700"


def test_drawn_secrets_stay(secrets):
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    subprocess.run(["sh", str(DOCKER / "make-secrets.sh"), str(secrets)], check=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    assert len({text for name, text in before.items() if name.endswith(("_key", "_password", "_token"))}) == 10


@pytest.mark.parametrize("runner", RUNNERS)
class TestRunners:
    def test_they_reach_the_broker_and_the_gate_of_the_store_alone(self, compose, runner):
        assert neighbours(compose, runner) - set(RUNNERS) == {"broker", "storage-gate"}
        assert all(compose["networks"][name]["internal"] for name in compose["services"][runner]["networks"])

    def test_they_know_nothing_that_they_must_not(self, compose, runner):
        service = compose["services"][runner]
        assert reach.known(service["environment"]) == []
        assert set(service["secrets"]) == {"broker_url", "runner_access_key", "runner_secret_key"}
        assert "volumes" not in service

    def test_the_sandbox_can_be_built(self, compose, runner):
        options = compose["services"][runner]["security_opt"]
        assert "systempaths=unconfined" in options
        profile = next(option.split(":")[1] for option in options if option.startswith("seccomp:"))
        assert (DOCKER / profile).is_file()


def test_nobody_else_may_do_what_the_sandbox_needs(compose):
    for name, service in compose["services"].items():
        assert (service["security_opt"] == ["no-new-privileges:true"]) is (name not in RUNNERS)


def test_a_runners_key_opens_no_more_than_the_files_of_runs(secrets):
    identities = yaml.safe_load((secrets / "storage_identities").read_text())["identities"]
    runner = next(one for one in identities if one["name"] == "runner")
    assert runner["actions"] == ["Read:studyhub-runs", "Write:studyhub-runs"]
    assert runner["credentials"][0]["accessKey"] == (secrets / "runner_access_key").read_text()


def test_the_internet_reaches_the_proxy_alone(compose):
    open_ = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert set(open_) == {"proxy", "prometheus"}
    assert all(port.startswith("127.0.0.1:") for port in open_["prometheus"])
    for name in ("Caddyfile", "Caddyfile.gate"):
        upstreams = re.findall(
            r"([a-z0-9-]+):\d+", re.search(r"reverse_proxy(.*)", (DOCKER / "compose" / name).read_text())[1]
        )
        assert set(upstreams) <= set(compose["services"])


def test_the_site_starts_with_these_settings(compose, secrets, tmp_path):
    environment = {}
    for name, value in compose["services"]["web-1"]["environment"].items():
        value = re.sub(r"\$\{STUDYHUB_HOST[^}]*\}", "study.example.org", value)
        value = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
        environment[name] = value.replace("/run/secrets", str(secrets))
    environment |= {"STUDYHUB_SMTP_HOST": "mail.example.org", "STUDYHUB_VAR": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
