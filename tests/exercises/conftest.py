"""A curriculum of one small exercise, `doubling`, written to a temporary folder; tests spoil or change its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

TRACK = """\
title: Numbers
summary: Counting, then doubling.
accent: teal
position: 1
sections:
  - slug: first-numbers
    title: First numbers
    resources:
      - slug: counting-aloud
        title: Counting aloud
        url: https://example.org/aloud
        kind: video
        level: beginner
        concepts: [counting, doubling]
        why: It counts.
      - slug: counting-on-paper
        title: Counting on paper
        url: https://example.org/paper
        kind: article
        level: beginner
        concepts: [counting]
        why: It counts, too.
"""
CONCEPTS = """\
- slug: doubling
  title: Doubling
  summary: Twice as much.
- slug: counting
  title: Counting
  summary: One after the other.
"""
MANIFEST = """\
title: Doubling numbers
section: first-numbers
summary: Write a function that **doubles** what it gets.
level: beginner
minutes: 90
concepts: [doubling]
profile: numpy
attempts: 5
forbid: [sklearn]
limits: {wall_s: 20, memory_mb: 1024}
"""
NOTEBOOK = '''\
# %% [markdown]
# # Doubling numbers
# You write `double`.
#
# ## What to do
# Fill the gap.

# %%
import numpy as np

table = np.loadtxt("data/numbers.csv")

# %%
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION double
    secret_of_the_author = 2
    return secret_of_the_author * x
    ### STARTER
    # # Multiply x by two.
    # raise NotImplementedError("Return twice x.")
    ### END SOLUTION

# %% tags=["public-check"]
assert double(2) == 4

# %%
### BEGIN SOLUTION total
total_of_the_author = double(table).sum()
### STARTER
# total = ...
### END SOLUTION
'''
GRADING = '''\
"""Checks of the exercise, in the shape that the platform asks for."""

from dataclasses import dataclass


@dataclass
class Check:
    id: str
    title: str
    points: float


class Spec:
    checks = (Check("double", "It doubles", 3.0), Check("total", "The total is right", 1.5))
    probes = ()
    competition = None
    max_score = 4.5

    def draw(self, seed):
        return seed


SPEC = Spec()
'''
DATA = '''\
"""The public numbers."""


def write(folder):
    (folder / "numbers.csv").write_text("1\\n2\\n3\\n")
'''
MUTANT = '''\
"""It triples."""
# loses: {double: 3, total: 1.5}
### BEGIN SOLUTION double
return 3 * x
### END SOLUTION
'''
FILES = {
    "exercise.yaml": MANIFEST,
    "notebook.py": NOTEBOOK,
    "grading.py": GRADING,
    "data.py": DATA,
    "data/numbers.csv": "1\n2\n3\n",
    "mutants/triples.py": MUTANT,
}


def write_files(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def curriculum(tmp_path: Path, settings) -> Path:
    """The folder of a curriculum with the track `numbers`, which has no exercise yet."""
    folder = write_files(tmp_path / "notebooks", {"concepts.yaml": CONCEPTS, "numbers/track.yaml": TRACK})
    settings.CURRICULUM_DIR = folder
    return folder


@pytest.fixture
def write_package(curriculum: Path) -> Callable[..., Path]:
    """Writes the exercise, or one like it under another slug; `files` are written over it, None takes one away."""

    def write(slug: str = "doubling", files: dict[str, str | None] | None = None) -> Path:
        chosen = {**FILES, **(files or {})}
        return write_files(
            curriculum / "numbers" / slug, {name: text for name, text in chosen.items() if text is not None}
        )

    return write


@pytest.fixture
def synced(db, write_package):
    """The exercise `doubling`, loaded into the tables."""
    from django.core.management import call_command

    from apps.exercises.models import Exercise

    write_package()
    call_command("sync_curriculum", verbosity=0)
    return Exercise.objects.select_related("current_version").get(slug="doubling")
