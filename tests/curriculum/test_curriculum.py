"""The curriculum as a whole: sound, looked at from two sides, listed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.exercises.curriculum import load_packages
from apps.exercises.table import README, exercise_table, read_measured

CURRICULUM = Path(__file__).resolve().parents[2] / "notebooks"
# What the study group's course covers: each of these has an exercise.
SLUGS = {
    "autoencoder", "backpropagation-from-scratch", "chain-rule", "cnn-pytorch", "convolution-from-scratch",
    "ddim-sampling", "decision-tree-from-scratch", "derivatives", "diffedit", "doodle-classifier", "fastai-vision",
    "first-model", "gradient-descent", "guidance", "integrals", "linear-regression-from-scratch", "matplotlib-figure",
    "music-taste", "noise-schedule", "numpy-broadcasting", "pandas-wrangling", "pytorch-in-15-minutes",
    "random-forest-from-scratch", "spaceship", "sums-of-random-variables", "text-to-image", "train-a-denoiser",
}  # fmt: skip
KINDS = {
    "single", "multiple", "numeric", "text", "expression", "ordering", "matching", "code-output", "shape", "matrix",
    "hotspot",
}  # fmt: skip


@pytest.fixture(scope="module")
def packages():
    return load_packages(CURRICULUM)


@pytest.fixture(scope="module")
def counts():
    """What `sync_curriculum --check` finds: it fails for any mistake, an orphan among them."""
    output = StringIO()
    call_command("sync_curriculum", "--check", "--json", stdout=output)
    return json.loads(output.getvalue())


def test_every_exercise_of_the_course_is_there(packages):
    assert {package.slug for package in packages} == SLUGS


def test_every_kind_of_question_is_asked_and_there_are_enough(counts):
    assert set(counts["questions"]) == KINDS
    assert sum(counts["questions"].values()) >= 220
    assert counts["concepts"] >= 60


def test_the_table_of_exercises_is_current(packages):
    assert (CURRICULUM / README).read_text(encoding="utf-8") == exercise_table(packages, CURRICULUM)


def test_every_exercise_has_been_measured(packages):
    measured = read_measured(CURRICULUM)["exercises"]
    assert set(measured) == SLUGS
    # A minute on two cores is what a learner may be asked to wait for the reference.
    assert max(row["seconds"] for row in measured.values()) < 60
