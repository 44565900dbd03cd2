"""A site as in production, for a while: PostgreSQL, Redis, gunicorn, control, beat and a runner, on free ports."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from apps.runner import reach
from studyhub import roles
from studyhub.management.commands.serve import answers
from tests import servers

PROJECT = Path(__file__).resolve().parents[2]
START_S = 120.0
END_S = 10.0


@dataclass
class Site:
    """The running site: its address, its folder, and the environment of its trusted side."""

    address: str
    folder: Path
    environment: dict[str, str]
    processes: dict[str, psutil.Process] = field(default_factory=dict)

    def python(self, *arguments: str) -> str:
        """Run this Python beside the site; returns what it printed. Raises CalledProcessError."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def cpu_seconds(self) -> dict[str, float]:
        """The processor's time that each role has taken so far, with all that it started and has not ended."""
        return {name: sum(_cpu(one) for one in _family(process)) for name, process in self.processes.items()}


@contextmanager
def site(*names: str) -> Iterator[Site]:
    """A site with the roles of these names, its tables made and its curriculum loaded; gone at the end."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="studyhub-load-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o755)
        database = stack.enter_context(servers.postgres())
        redis = stack.enter_context(servers.redis())
        port = servers.free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))},
            "DJANGO_SETTINGS_MODULE": "tests.load.settings",
            "STUDYHUB_VAR": str(folder),
            "STUDYHUB_SECRET_KEY": secrets.token_urlsafe(64),
            "STUDYHUB_HOSTS": "127.0.0.1",
            "STUDYHUB_HTTPS": "0",
            # Each simulated person comes from an address of their own.
            "STUDYHUB_TRUSTED_PROXIES": "1",
            "STUDYHUB_DATABASE_URL": database,
            "STUDYHUB_BROKER_URL": redis,
            "STUDYHUB_CACHE_URL": redis.removesuffix("/0") + "/1",
            "STUDYHUB_BIND": f"127.0.0.1:{port}",
            "STUDYHUB_LOG_LEVEL": "WARNING",
        }
        running = Site(f"http://127.0.0.1:{port}", folder, environment)
        running.processes.update(database=server_at(database), broker=server_at(redis))
        log = stack.enter_context(open(folder / "site.log", "ab"))
        prepared = subprocess.run(roles.invocation(roles.PREPARE), env=environment, cwd=PROJECT, stdout=log, stderr=log)
        if prepared.returncode:
            raise RuntimeError((folder / "site.log").read_text(encoding="utf-8"))
        stack.callback(_end, running, names)
        for name in names:
            own = of_a_runner(environment) if name in roles.RUNNERS else environment
            process = subprocess.Popen(
                roles.invocation(name), env=own, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
            )
            running.processes[name] = psutil.Process(process.pid)
        until = time.monotonic() + START_S
        while "web" in names and not answers(f"{running.address}/healthz"):
            if time.monotonic() > until:
                raise RuntimeError((folder / "site.log").read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield running


def of_a_runner(environment: dict[str, str]) -> dict[str, str]:
    """The same, less what no runner may know; it has no Django either."""
    return {name: value for name, value in reach.without(environment).items() if not name.startswith("DJANGO_")}


def server_at(url: str) -> psutil.Process:
    """The process of a server that was started for this, by its port."""
    port = str(urlsplit(url).port)
    found = [one for one in psutil.process_iter(["cmdline"]) if any(port in word for word in one.info["cmdline"] or [])]
    return min(found, key=lambda process: process.create_time())


def _end(running: Site, names: tuple[str, ...]) -> None:
    ours = [running.processes[name] for name in names if name in running.processes]
    family = [one for process in ours for one in _family(process)]
    for process in ours:
        if process.is_running():
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=END_S)
    for process in alive:
        if process.is_running():
            process.kill()
    psutil.wait_procs(alive, timeout=END_S)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
