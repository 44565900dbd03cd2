"""The processes of the site, each started again when it ends, as systemd or Kubernetes would."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parents[2]
RESTART_S = 0.5
# What ends at once is started again ever later.
LONGEST_RESTART_S = 4.0
SOUND_S = 5.0
STOP_S = 30.0
ORPHAN_S = 2.0


@dataclass
class Part:
    """One process, and how it is started."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    delay: float = RESTART_S

    def family(self) -> list[psutil.Process]:
        """The process and all below it; empty where it is down."""
        with suppress(psutil.NoSuchProcess):
            if self.process is not None and self.process.poll() is None:
                first = psutil.Process(self.process.pid)
                return [first, *first.children(recursive=True)]
        return []


@dataclass
class Supervisor:
    """Keeps the parts up until it is stopped; takes in orphans, so that none goes unseen."""

    log: Any
    parts: dict[str, Part] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    zombies: dict[int, float] = field(default_factory=dict)
    looked: float = 0.0
    closing: bool = False
    thread: threading.Thread | None = None

    def add(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """A part that is to run from now on."""
        self.parts[name] = Part(name, command, environment)

    def start(self) -> None:
        """Start all of them, and watch."""
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End all of them as an operator would; raises TimeoutError for one that does not end."""
        self.closing = True
        if self.thread:
            self.thread.join()
        running = {
            part.name: part.process for part in self.parts.values() if part.process and part.process.poll() is None
        }
        for name, process in running.items():
            for one in self.parts[name].family():
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(signal.SIGCONT)
            process.terminate()
        late = []
        until = time.monotonic() + STOP_S
        for name, process in running.items():
            try:
                process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                late.append(name)
                process.kill()
                process.wait()
        if late:
            raise TimeoutError(f"Still there {STOP_S:.0f} s after SIGTERM: {', '.join(late)}")

    def _watch(self) -> None:
        while not self.closing:
            for part in self.parts.values():
                self._look_at(part)
            if time.monotonic() > self.looked + ORPHAN_S:
                self._take_in_orphans()
                self.looked = time.monotonic()
            time.sleep(0.05)

    def _look_at(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is not None:
            if part.process.poll() is None:
                return
            self.ended[part.name] += 1
            part.process = None
            part.delay = RESTART_S if now - part.started > SOUND_S else min(2 * part.delay, LONGEST_RESTART_S)
            part.due = now + part.delay
        if now < part.due:
            return
        part.started = now
        part.process = subprocess.Popen(
            part.command,
            env=part.environment,
            cwd=PROJECT,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def _take_in_orphans(self) -> None:
        """A child of our own is waited for by whoever started it; what stays longer has nobody."""
        now, zombies = time.monotonic(), {}
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if child.status() == psutil.STATUS_ZOMBIE:
                    zombies[child.pid] = self.zombies.get(child.pid, now)
        for pid, since in zombies.items():
            if now > since:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
        self.zombies = zombies
