"""A question that is asked again looks different from the last time, and the same for as long as it is being asked."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.quizzes.models import Answer, Card, Quiz
from apps.quizzes.retries import fresh_seed, picture
from apps.quizzes.services import finish, next_review, note_answer, start
from tests.quizzes.conftest import question

from .site import entry, load, respond
from .test_view import TWINS

QUESTION = """\
- id: q0
  kind: single
  level: beginner
  concepts: [tensor]
  prompt: Which?
  options: [{text: a, right: true}, {text: b, why: w}, {text: c, why: w}]
  explanation: That.
"""
ORDERED = ("single", "multiple", "matching", "ordering")


def seen(answer: Answer) -> tuple:
    return picture(answer.question.quiz.slug, answer.version.asked, answer.seed)


@pytest.mark.parametrize("kind", [*ORDERED, "hotspot"])
def test_whatever_came_last_the_next_one_looks_different(kind):
    asked = question(kind, TWINS[kind][0])
    for last in range(60):
        draw = count(last)  # begins with the very same one
        assert picture("quiz", asked, fresh_seed("quiz", asked, last, lambda draw=draw: next(draw))) != picture(
            "quiz", asked, last
        )


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_every_order_comes_up(kind):
    asked = question(kind, TWINS[kind][0])
    assert len({picture("quiz", asked, seed) for seed in range(200)}) == 6


def test_numbers_are_others_too():
    asked = question(
        "numeric",
        "{prompt: '{{n}}?', variants: 'def variant(rng): return {\"n\": rng.randint(1, 2)}', answer: 1, compute: n}",
    )
    for last in range(20):
        draw = count(last)
        seed = fresh_seed("quiz", asked, last, lambda draw=draw: next(draw))
        assert picture("quiz", asked, seed) != picture("quiz", asked, last)


def test_a_question_with_one_picture_only_is_asked_all_the_same():
    asked = question("single", TWINS["single"][0] + "\nshuffle: false")
    assert fresh_seed("quiz", asked, 1, lambda: 2) == 2


@pytest.fixture
def quiz(db):
    questions = [
        f"- id: {kind}\n  kind: {kind}\n  level: beginner\n  concepts: [tensor]\n  prompt: Which?\n"
        f"  explanation: That.\n" + "".join(f"  {line}\n" for line in TWINS[kind][0].splitlines())
        for kind in ORDERED
    ]
    return load(entry(questions="".join(questions)))


def test_of_two_attempts_no_question_looks_the_same(quiz, bob):
    last = None
    for _ in range(6):
        attempt = start(user=bob, quiz=quiz)
        now = {answer.question.slug: seen(answer) for answer in attempt.answers.all()}
        if last:
            assert [slug for slug in now if now[slug] == last[slug]] == []
        last = now
        finish(attempt=attempt)


def test_an_attempt_that_goes_on_looks_as_before(quiz, bob):
    first = [seen(answer) for answer in start(user=bob, quiz=quiz).answers.all()]
    assert [seen(answer) for answer in start(user=bob, quiz=quiz).answers.all()] == first


def test_a_review_looks_different_from_the_answer_before(bob):
    quiz = load(entry())
    attempt = start(user=bob, quiz=quiz)
    last = {}
    for answer in attempt.answers.all():
        respond(answer)
        last[answer.question.slug] = seen(answer)
    finish(attempt=attempt)
    for _ in range(8):
        Card.objects.exclude(question__slug="which-one").delete()
        Card.objects.update(due=timezone.now() - timedelta(seconds=1))
        answer = next_review(user=bob)
        assert seen(answer) != last["which-one"]
        assert seen(next_review(user=bob)) == seen(answer)
        last["which-one"] = seen(answer)
        respond(answer)
        note_answer(answer=answer)


def test_starting_asks_as_often_whatever_the_quizs_length(bob):
    many = "".join(QUESTION.replace("q0", f"q{number}") for number in range(9))
    load(entry("short", QUESTION), entry("long", many))
    short, long = Quiz.objects.order_by("-slug")
    for quiz in (short, long):
        finish(attempt=start(user=bob, quiz=quiz))
    counts = []
    for quiz in (short, long):
        with CaptureQueriesContext(connection) as queries:
            start(user=bob, quiz=quiz)
        counts.append(len(queries))
    assert counts[0] == counts[1]
