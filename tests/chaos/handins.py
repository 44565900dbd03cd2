"""What learners hand in, and how: half of it through the page, half through the service that the page calls."""

from __future__ import annotations

import queue
import random
import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import nbformat
import psycopg
import requests
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.test import Client

from apps.accounts.models import User
from apps.exercises.build import notebook_bytes, variants
from apps.exercises.models import Exercise
from apps.submissions.models import Submission
from apps.submissions.services import submit
from apps.submissions.validation import UploadRefused

SLUG = "linear-regression-from-scratch"
# Kinds of notebooks that no variant of the exercise is: the run is stopped, or comes to nothing.
OWN = {
    "raises": ("def predict(X, w, b):\n    return X @ w + b", "raise RuntimeError('chaos')", "print('never')"),
    "exits": ("def predict(X, w, b):\n    return X @ w + b", "import os; os._exit(3)"),
    "slow": ("import time\ntime.sleep(3)", "def predict(X, w, b):\n    return X @ w + b"),
    "empty": ("1 + 1",),
}
AGAIN_S = 0.5
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class HandIn:
    """One to be handed in; its file's name tells it from all others."""

    number: int
    learner: int
    kind: str
    by_page: bool

    @property
    def filename(self) -> str:
        return f"chaos-{self.number:05}.ipynb"


def planned(count: int, learners: int, kinds: list[str], rng: random.Random) -> list[HandIn]:
    """What is handed in, in order: every kind comes up as often as any other, half of it by the page."""
    return [HandIn(n, n % learners, kinds[rng.randrange(len(kinds))], rng.random() < 0.5) for n in range(count)]


def notebooks() -> dict[str, bytes]:
    """The notebook of each kind: the exercise's own variants, and ours."""
    package = Exercise.objects.get(slug=SLUG).current_version.package()
    ours = {
        kind: nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells]))
        for kind, cells in OWN.items()
    }
    return {name: notebook_bytes(package, name) for name in variants(package)} | {
        kind: text.encode() for kind, text in ours.items()
    }


@dataclass
class Learner:
    """Somebody who is signed in."""

    user: User
    cookies: dict[str, str]

    @classmethod
    def named(cls, name: str) -> Learner:
        """A new one; the session is made here, for signing in is not what is tried."""
        user = User.objects.create_user(f"{name}@example.org", None, name=name)
        client = Client()
        client.force_login(user)
        token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
        cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        return cls(user, cookies | {settings.CSRF_COOKIE_NAME: token})


@dataclass
class Feeders:
    """Threads that hand in what is planned, again where it failed, and never more than `most` at a time."""

    address: str
    learners: list[Learner]
    files: dict[str, bytes]
    plan: list[HandIn]
    most: int
    accepted: dict[int, UUID] = field(default_factory=dict)
    again: int = 0
    open: Callable[[], int] = lambda: 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, threads: int) -> list[threading.Thread]:
        """Begin; each thread ends when all has been accepted."""
        self.waiting: queue.SimpleQueue[HandIn] = queue.SimpleQueue()
        for hand_in in self.plan:
            self.waiting.put(hand_in)
        running = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in running:
            thread.start()
        return running

    def all_accepted(self) -> bool:
        """Whether everything that was planned is safe."""
        return len(self.accepted) == len(self.plan)

    def _work(self) -> None:
        while True:
            try:
                hand_in = self.waiting.get_nowait()
            except queue.Empty:
                return
            while self.open() >= self.most:
                time.sleep(0.1)
            while (accepted := self._try(hand_in)) is None:
                self.again += 1
                time.sleep(AGAIN_S)
            with self.lock:
                self.accepted[hand_in.number] = accepted

    def _try(self, hand_in: HandIn) -> UUID | None:
        """The hand-in's id once it is safe; where the answer was lost, the database says whether it is."""
        learner, data = self.learners[hand_in.learner], self.files[hand_in.kind]
        try:
            close_old_connections()
            if found := Submission.objects.filter(user=learner.user, filename=hand_in.filename).first():
                return found.pk
            if hand_in.by_page:
                return self._by_page(learner, hand_in, data)
            exercise = Exercise.objects.get(slug=SLUG)
            return submit(user=learner.user, exercise=exercise, filename=hand_in.filename, data=data).pk
        except (requests.RequestException, DatabaseError, psycopg.Error, UploadRefused):
            return None

    def _by_page(self, learner: Learner, hand_in: HandIn, data: bytes) -> UUID | None:
        answer = requests.post(
            f"{self.address}/submissions/new/{SLUG}/",
            files={"notebook": (hand_in.filename, data)},
            data={"csrfmiddlewaretoken": learner.cookies[settings.CSRF_COOKIE_NAME]},
            cookies=learner.cookies,
            allow_redirects=False,
            timeout=TIMEOUT_S,
        )
        if answer.status_code != 302 or "/submissions/" not in answer.headers["Location"]:
            return None
        return UUID(answer.headers["Location"].rstrip("/").rsplit("/", 1)[-1])
