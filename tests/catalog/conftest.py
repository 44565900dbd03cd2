"""A small curriculum in files of its own, loaded into the tables."""

from pathlib import Path

import pytest

from apps.catalog.curriculum import load_curriculum
from apps.catalog.models import Concept, Resource, Section
from apps.catalog.services import sync_catalog
from apps.exercises.models import Exercise, ExerciseVersion

CONCEPTS = """\
- slug: decision-tree
  title: Decision tree
  summary: Questions about one feature at a time.
- slug: gradient-descent
  title: Gradient descent
  summary: Small steps against the gradient $\\nabla L$.
  needs: [decision-tree]
"""
COURSE = """\
title: The course
summary: What the group works through together.
accent: blue
position: 0
spine: true
sections:
  - slug: the-course
    title: The course
    resources:
      - slug: fast-ai
        title: Practical Deep Learning
        url: https://course.fast.ai/
        kind: course
        level: beginner
        why: The spine of it all.
"""
REGRESSION = """\
title: Regression
summary: Lines and trees.
accent: amber
position: 1
sections:
  - slug: first-steps
    title: First steps
    summary: Begin here.
    resources:
      - slug: tree-video
        title: A tree in ten minutes
        url: https://www.youtube.com/watch?v=7eh4d6sabA0
        kind: video
        level: beginner
        author: Ada
        minutes: 95
        concepts: [decision-tree, gradient-descent]
        why: |
          Draws the tree, **slowly**.
      - slug: tree-article
        title: The same tree in words
        url: https://example.org/tree
        kind: article
        level: intermediate
        concepts: [decision-tree]
        optional: true
        why: For readers.
  - slug: from-scratch
    title: From scratch
    resources:
      - slug: descent-paper
        title: On descent
        url: https://example.org/descent.pdf
        kind: paper
        level: advanced
        concepts: [gradient-descent]
        why: The source, $\\eta > 0$.
"""


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    for name, text in (("course", COURSE), ("regression", REGRESSION)):
        (folder / name).mkdir(parents=True)
        (folder / name / "track.yaml").write_text(text, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CONCEPTS, encoding="utf-8")
    return folder


@pytest.fixture
def catalog(db, notebooks: Path) -> Path:
    """The tables hold the small curriculum; the value is its folder, to change it and load it again."""
    sync_catalog(curriculum=load_curriculum(notebooks))
    return notebooks


@pytest.fixture
def reload():
    """Load the curriculum in a folder once more."""
    return lambda folder: sync_catalog(curriculum=load_curriculum(folder))


@pytest.fixture
def video(catalog) -> Resource:
    return Resource.objects.get(slug="tree-video")


@pytest.fixture
def make_exercise(catalog):
    """Put an exercise into a section of the track Regression."""

    def make(slug: str, *, section: str = "first-steps", concept: str = "decision-tree", **values) -> Exercise:
        fields = {"title": slug.replace("-", " ").capitalize(), "summary": "Grow $n$ trees.", "level": "beginner"}
        fields |= {"section": Section.objects.get(slug=section), "minutes": 30}
        exercise = Exercise.objects.create(slug=slug, **(fields | values))
        exercise.concepts.add(Concept.objects.get(slug=concept))
        exercise.current_version = ExerciseVersion.objects.create(
            exercise=exercise, digest="0" * 64, manifest={}, max_score=10
        )
        exercise.save()
        return exercise

    return make
