"""A site with something of everything, and programs with tokens. The cast is that of the groups: Alice leads."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Scope
from apps.accounts.tokens import make_token
from apps.exercises.models import ExerciseVersion
from apps.quizzes.models import Card, Quiz
from apps.quizzes.services import finish, next_review
from apps.quizzes.services import start as begin
from apps.submissions import grading
from tests.groups.conftest import ada, alice, assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.quizzes import site
from tests.submissions.conftest import Desk, Package, committed, desk, exercise, graded, lesson  # noqa: F401 - fixtures

STARTER = """\
# %% [markdown]
# # Doubling numbers
# You write `double`.

# %%
import numpy as np

# %%
def double(x):
    ...
"""
SCOPES = tuple(Scope.values)


class WholePackage(Package):
    """As much of a package as its pages and a hand-in touch."""

    source = SimpleNamespace(starter=lambda: STARTER)

    def __init__(self) -> None:
        super().__init__()
        self.manifest.title, self.manifest.attempts, self.manifest.competition = "Doubling numbers", None, None


@pytest.fixture
def package(monkeypatch) -> Package:
    package = WholePackage()
    monkeypatch.setattr(ExerciseVersion, "package", lambda version: package)
    monkeypatch.setattr(grading, "grade", graded)
    return package


@pytest.fixture
def quiz(db) -> Quiz:
    return site.load(site.entry())


def token_for(user, *scopes: str, days: int = 30) -> str:
    return make_token(user=user, name="a script", scopes=scopes or SCOPES, days=days)[1]


class Program:
    """A script with a token."""

    def __init__(self, token: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str):
        return self.client.get(f"/api{path}", query, headers=self.headers | headers)

    def send(self, path: str, body: Any = None, *, method: str = "POST", **headers: str):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(method, f"/api{path}", data, "application/json", headers=self.headers | headers)

    def hand_in(self, notebook: bytes, *, slug: str = "doubling", key: str = ""):
        headers = {"Idempotency-Key": key} if key else {}
        return self.send(f"/exercises/{slug}/submissions", notebook, **headers)


@pytest.fixture
def program() -> Callable[..., Program]:
    """`program(bob, "read")`: a script of Bob's with a token that may read."""
    return lambda user, *scopes: Program(token_for(user, *scopes))


class World:
    """Something of everything that one person has: what stands in the addresses of calls."""

    def __init__(self, owner, office: Desk, quiz: Quiz) -> None:
        self.owner = owner
        self.submission = office.done(owner).submission
        self.waiting = office.hand_in(owner).submission
        ended = begin(user=owner, quiz=quiz)
        for answer in ended.answers.all():
            site.respond(answer, right=False)
        finish(attempt=ended)
        self.attempt = begin(user=owner, quiz=quiz)
        Card.objects.update(due=timezone.now())
        self.review = next_review(user=owner)

    def parameters(self, path: str) -> dict[str, Any]:
        """What there is for each place of a path of the schema."""
        parts = path.strip("/").split("/")
        there = {
            "tracks": "numbers",
            "resources": "a-tree",
            "exercises": "doubling",
            "quizzes": "basics",
            "groups": "circle",
            "exports": "heat-map",
            "submissions": str(self.waiting.pk if parts[-1] == "cancel" else self.submission.pk),
            "attempts": self.attempt.pk,
            "questions": 1,
            "reviews": self.review.pk,
        }
        return {part[1:-1]: there[before] for before, part in pairwise(parts) if part[0] == "{"}


@pytest.fixture
def everything(desk, circle, assign, quiz, resource):  # noqa: F811 - the fixtures above
    """Make a world of somebody's: `everything(alice)`."""
    for item in (resource, quiz, desk.exercise):
        assign(item)
    return lambda owner: World(owner, desk, quiz)
