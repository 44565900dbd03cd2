"""Quizzes in files of their own, and the examples of the documentation."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from apps.catalog.curriculum import Curriculum, load_curriculum
from apps.quizzes.kinds import KINDS, AnyQuestion, Quiz
from apps.quizzes.loading import read_quiz
from apps.quizzes.variants import Variant, vary
from tests.catalog.conftest import CONCEPTS, COURSE, REGRESSION

FORMAT = Path(__file__).resolve().parents[2] / "apps" / "quizzes" / "format.md"
HEADER = """\
title: Trees
section: first-steps
summary: A few questions.
position: 1
questions:
"""
SINGLE = """\
  - id: what-splits
    kind: single
    level: beginner
    concepts: [decision-tree]
    prompt: What does a node ask?
    options:
      - {text: One feature, right: true}
      - {text: All features, why: A node looks at one.}
    explanation: One feature at a time.
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 220"><rect width="9" height="9"/></svg>'


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A small curriculum: the concepts decision-tree and gradient-descent, the tracks course and regression."""
    folder = tmp_path / "notebooks"
    for name, text in (("course", COURSE), ("regression", REGRESSION)):
        (folder / name / "quizzes").mkdir(parents=True)
        (folder / name / "track.yaml").write_text(text, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CONCEPTS, encoding="utf-8")
    return folder


@pytest.fixture
def curriculum(notebooks: Path) -> Curriculum:
    return load_curriculum(notebooks)


@pytest.fixture
def write(notebooks: Path):
    """Write a quiz of these questions, and return its path."""

    def go(*questions: str, name: str = "trees", track: str = "regression", header: str = HEADER) -> Path:
        path = notebooks / track / "quizzes" / f"{name}.yaml"
        path.write_text(header + "".join(questions), encoding="utf-8")
        return path

    return go


def question(kind: str, text: str) -> AnyQuestion:
    """A question of this kind from its own keys, the common ones filled in."""
    import yaml

    common = {"id": "q", "level": "beginner", "concepts": ("c",), "prompt": "?", "explanation": "!"}
    return KINDS[kind].model_validate({**common, "kind": kind, **yaml.safe_load(textwrap.dedent(text))})


def variant(kind: str, text: str, seed: int = 1) -> Variant:
    return vary("quiz", question(kind, text), seed)


def write_examples(folder: Path) -> Path:
    """The quiz that the documentation's examples make up."""
    blocks = re.findall(r"```yaml\n(.*?)```", FORMAT.read_text(encoding="utf-8"), re.DOTALL)
    header, _, questions = blocks
    path = folder / "track" / "quizzes" / "examples.yaml"
    path.parent.mkdir(parents=True)
    path.with_name("losses.svg").write_text(SVG)
    path.write_text(re.sub(r"questions: \[\].*", "questions:", header) + questions, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def examples(tmp_path_factory) -> Quiz:
    return read_quiz(write_examples(tmp_path_factory.mktemp("examples")))
