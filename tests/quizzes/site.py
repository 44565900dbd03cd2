"""A small quiz in the tables, for tests of pages and services."""

from __future__ import annotations

from textwrap import dedent

import yaml

from apps.catalog.models import Concept, Section, Track
from apps.quizzes import kinds
from apps.quizzes.answers import right_response
from apps.quizzes.models import Answer, Quiz
from apps.quizzes.services import give_answer, sync_quizzes

QUESTIONS = """\
- id: which-one
  kind: single
  level: beginner
  concepts: [gradient]
  prompt: Which way does the gradient point?
  options:
    - {text: Uphill, right: true}
    - {text: Downhill, why: That is where one steps.}
    - {text: Along the contour, why: There nothing changes.}
  explanation: It points where the function grows fastest.
  hints: [Think of a hill.]
- id: how-many
  kind: numeric
  level: intermediate
  concepts: [gradient, tensor]
  prompt: What is {{a}} + 2?
  variants: |
    def variant(rng):
        a = rng.randint(1, 9)
        return {"a": a, "b": a + 2}
  answer: "{{b}}"
  compute: a + 2
  mistakes:
    - {answer: "{{a}}", why: You added nothing.}
  explanation: It is {{b}}.
- id: what-word
  kind: text
  level: advanced
  concepts: [tensor]
  prompt: What is an array of any dimension called?
  answers: [tensor]
  explanation: A tensor.
"""


def entry(slug: str = "basics", questions: str = QUESTIONS, **changes) -> kinds.Quiz:
    """A quiz as its file would be read."""
    asked = [kinds.KINDS[data["kind"]].model_validate(data) for data in yaml.safe_load(dedent(questions))]
    values = {
        "slug": slug,
        "track": "numbers",
        "title": "Basics",
        "section": "first",
        "summary": "What everybody needs.",
        "position": 1,
        "questions": tuple(asked),
    }
    return kinds.Quiz.model_validate(values | changes)


def load(*entries: kinds.Quiz) -> Quiz:
    """Put quizzes into the tables, with the section and the concepts that they need; returns the first."""
    track, _ = Track.objects.get_or_create(
        slug="numbers", defaults={"title": "Numbers", "summary": "Counting.", "accent": "teal", "position": 1}
    )
    Section.objects.get_or_create(track=track, slug="first", defaults={"title": "First", "position": 1})
    for quiz in entries:
        for question in quiz.questions:
            for slug in question.concepts:
                Concept.objects.get_or_create(slug=slug, defaults={"title": slug.capitalize(), "summary": "An idea."})
    sync_quizzes(quizzes=entries)
    return Quiz.objects.get(slug=entries[0].slug)


def respond(answer: Answer, *, right: bool = True, certainty: str = "fairly"):
    """Answer a question of the small quiz rightly or wrongly."""
    response = right_response(answer.variant)
    if not right:
        wrong = {"which-one": {"option": "none"}, "how-many": {"text": "1000"}, "what-word": {"text": "matrix"}}
        response = wrong[answer.question.slug]
        if answer.question.slug == "which-one":
            from apps.quizzes.view import public_view

            ids = [option.id for option in public_view(answer.variant).options]
            response = {"option": next(one for one in ids if one != right_response(answer.variant)["option"])}
    return give_answer(answer=answer, response=response, certainty=certainty)
