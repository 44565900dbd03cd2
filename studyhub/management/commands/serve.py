"""`manage.py serve`: the whole of StudyHub on one machine. What `make run` starts."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from honcho import manager as honcho

from apps.runner import reach
from apps.runner.canary import REMEDY, canary
from studyhub import broker, roles

DEMO_USERS = (
    ("learner", "learner@studyhub.example", "Lina Learner", {}),
    ("lead", "lead@studyhub.example", "Leo Lead", {"is_staff": True}),
    ("administrator", "admin@studyhub.example", "Ada Admin", {"is_staff": True, "is_superuser": True}),
)
DEMO_PASSWORD = "studyhub-demo"  # noqa: S105 - made with DEBUG only, and printed for everybody to see
START_TIMEOUT_S = 60
# After Ctrl-C a run may go on for so long; one that is cut off is run again at the next start.
END_S = 10
# What is started, by the name that stands before its lines, and the role that it has.
PROCESSES = {"web": "web", "control": "control", "beat": "beat", "runner": broker.CPU_QUEUE}


class Command(BaseCommand):
    """Prepare the database and the curriculum, then run web server, queue and workers until Ctrl-C."""

    help = "Start web server, control worker, runner and scheduler; Ctrl-C ends all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare-only", action="store_true", help="prepare, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django. 1. port and sandbox 2. database 3. curriculum 4. demo users 5. processes 6. the address."""
        host, port = options["host"], options["port"]
        require_free_port(host, port)
        if not options["prepare_only"]:
            require_sandbox()
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("sync_curriculum")
        call_command("rebuild_search", "--if-stale")
        if settings.DEBUG:
            make_demo_users()
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        if options["prepare_only"]:
            return
        honcho.KILL_WAIT = END_S
        manager = honcho.Manager()
        # Links in mails lead here, unless the environment says where to.
        here = {"STUDYHUB_URL": f"http://{host}:{port}"} if settings.DEBUG else {}
        # One terminal for all of them: only what somebody has to know.
        quiet = {"STUDYHUB_LOG_LEVEL": "WARNING"}
        environment = {**here, **quiet, **os.environ, **roles.CALM, "STUDYHUB_BIND": f"{host}:{port}"}
        for name, role in PROCESSES.items():
            command = shlex.join(["exec", *roles.invocation(role)])
            told = reach.without(environment) if role in roles.RUNNERS else environment
            manager.add_process(name, command, env=told, cwd=str(settings.BASE_DIR))
        threading.Thread(target=self.announce, args=(host, port), daemon=True).start()
        manager.loop()
        sys.exit(manager.returncode)

    def announce(self, host: str, port: int) -> None:
        """Wait until the site answers, then say where it is."""
        address = f"http://{host}:{port}/"
        until = time.monotonic() + START_TIMEOUT_S
        while not answers(address + "healthz"):
            if time.monotonic() > until:
                self.stderr.write(f"No answer at {address} within {START_TIMEOUT_S} s; the lines above say why.")
                return
            time.sleep(0.2)
        lines = []
        if settings.DEBUG:
            lines = [f"  {role:<14} {email:<26} {DEMO_PASSWORD}" for role, email, _, _ in DEMO_USERS]
            lines += ["", "  A study group with four weeks behind it: make demo (in another terminal, three minutes)"]
        if settings.SANDBOX == "none":
            lines.insert(0, self.style.ERROR("  NO SANDBOX: learners' code runs unprotected on this machine."))
        self.stdout.write("\n".join(["", *lines, "", f"  StudyHub is at {address} (Ctrl-C ends it)", ""]))
        self.stdout.flush()  # whoever reads this from a file or a pipe waits for it too


def require_free_port(host: str, port: int) -> None:
    """Raises CommandError where something else listens already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken: {error.strerror}. Try make run PORT={port + 1}") from None


def require_sandbox() -> None:
    """Raises CommandError, with what to do, where a known-good notebook can't be run sealed off."""
    if problem := canary():
        raise CommandError(f"No notebook can be run on this machine: {problem}\n{REMEDY}")


def make_demo_users() -> None:
    """One of each role, for a first look. Theirs are the passwords that everybody knows: never without DEBUG."""
    users = get_user_model().objects
    for _, email, name, rights in DEMO_USERS:
        if not users.filter(email=email).exists():
            users.create_user(email, DEMO_PASSWORD, name=name, **rights)


def answers(address: str) -> bool:
    """Whether the site is up."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
