"""A quiz of every kind of question, and what one does on its pages."""

from __future__ import annotations

from pathlib import Path

from apps.catalog.models import Concept, Section, Track
from apps.quizzes.answers import right_response
from apps.quizzes.loading import read_quiz
from apps.quizzes.models import Answer, Quiz, QuizAttempt
from apps.quizzes.services import start, sync_quizzes
from apps.quizzes.view import PublicView, public_view

from .conftest import write_examples


def load_examples(folder: Path, settings, **changes) -> Quiz:
    """The documentation's examples in the tables: one question of each kind."""
    settings.CURRICULUM_DIR = folder
    found = read_quiz(write_examples(folder)).model_copy(update=changes)
    track, _ = Track.objects.get_or_create(
        slug="track", defaults={"title": "Trees", "summary": "All of them.", "accent": "teal", "position": 1}
    )
    Section.objects.get_or_create(track=track, slug=found.section, defaults={"title": "First steps", "position": 1})
    for slug in {concept for question in found.questions for concept in question.concepts}:
        Concept.objects.get_or_create(
            slug=slug, defaults={"title": slug.replace("-", " ").capitalize(), "summary": "An idea."}
        )
    sync_quizzes(quizzes=[found])
    return Quiz.objects.get(slug=found.slug)


def begin(user, quiz: Quiz) -> QuizAttempt:
    return start(user=user, quiz=quiz)


def asked(attempt: QuizAttempt, kind: str) -> Answer:
    """The attempt's first question of this kind."""
    return Answer.objects.with_question().filter(attempt=attempt, question__kind=kind).first()


def as_form(answer: Answer, response: dict) -> dict:
    """What a browser sends for this response."""
    view: PublicView = public_view(answer.variant)
    prefix = f"q{answer.pk}"
    match view.kind:
        case "single":
            return {prefix: response["option"]}
        case "multiple":
            return {prefix: response["options"]}
        case "hotspot":
            return {prefix: response["region"]}
        case "matching":
            return {f"{prefix}-{left}": right for left, right in response["pairs"].items()}
        case "ordering":
            indents = {f"{prefix}-indent-{line['id']}": line["indent"] for line in response["lines"]}
            return {f"{prefix}-line": [line["id"] for line in response["lines"]], **indents}
        case "matrix":
            rows = enumerate(response["cells"])
            return {f"{prefix}-{i}-{j}": cell for i, row in rows for j, cell in enumerate(row)}
        case _:
            return {prefix: response["text"]}


def wrong_response(answer: Answer) -> dict:
    """A response that can be read and misses something."""
    view, right = public_view(answer.variant), right_response(answer.variant)
    match view.kind:
        case "single":
            return {"option": next(one.id for one in view.options if one.id != right["option"])}
        case "multiple":
            return {"options": [one.id for one in view.options if one.id not in right["options"]]}
        case "hotspot":
            return {"region": next(one.id for one in view.regions if one.id != right["region"])}
        case "matching":
            partners = list(right["pairs"].values())
            return {"pairs": dict(zip(right["pairs"], partners[1:] + partners[:1], strict=True))}
        case "ordering":
            return {"lines": right["lines"][::-1]}
        case "matrix":
            rows = zip(view.cells, right["cells"], strict=True)
            return {"cells": [["987" if a is None else b for a, b in zip(*row, strict=True)] for row in rows]}
        case "numeric":
            return {"text": f"98765 {view.unit}"}
        case "shape":
            return {"text": "(7, 7, 7, 7, 7)"}
        case _:
            return {"text": "987"}
