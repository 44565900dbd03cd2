"""What pages say of a question and its answer is in the reader's language; what its author wrote stays as it is."""

from __future__ import annotations

import re
from itertools import permutations, product

import pytest
from django.urls import reverse
from django.utils import translation

from apps.quizzes import keys, services
from apps.quizzes.answers import right_response
from apps.quizzes.equality import decide, pose
from apps.quizzes.models import Answer
from apps.quizzes.page import AskedQuestion
from apps.quizzes.remarks import is_content, remark, whole
from apps.quizzes.scoring import Score, Undecided, Unreadable, score
from studyhub import bell

from .conftest import variant
from .pages import as_form, asked, begin, load_examples, wrong_response

MULTIPLE = "options: [{text: a, right: true}, {text: b, right: true}, {text: c, why: No c.}, {text: d, why: No d.}]"
ONE_RIGHT = "options: [{text: a, right: true}, {text: c, why: No c.}, {text: d, why: No d.}]"
ORDERING = """
    language: python
    lines: |
      a = 1
      while a:
          a -= 1
    distractors: [{text: pass, why: Nothing passes.}, {text: del a, why: It stays.}]
"""


@pytest.fixture
def french():
    with translation.override("fr"):
        yield


@pytest.fixture
def attempt(db, tmp_path, settings, bob, client, monkeypatch):
    monkeypatch.setattr(bell, "send", lambda *arguments, **options: None)
    bob.language = "fr"
    bob.save()
    client.force_login(bob)
    return begin(bob, load_examples(tmp_path / "notebooks", settings))


def messages(asked, *responses) -> set[str]:
    scores = [score(asked, response) for response in responses]
    assert all(isinstance(found, Score) for found in scores)
    return {found.message for found in scores}


def options(asked) -> list[dict]:
    """Every choice of options but none."""
    ids = [item.id for item in keys.options(asked, asked.question)]
    chosen = ([one for one, taken in zip(ids, bits, strict=True) if taken] for bits in product([0, 1], repeat=len(ids)))
    return [{"options": some} for some in chosen if some]


def orders(asked) -> list[dict]:
    """Lines in every order and number, well and badly indented."""
    ids = [item.id for item in keys.lines(asked, asked.question)]
    return [
        {"lines": [{"id": one, "indent": indent} for one in some]}
        for size in range(1, len(ids) + 1)
        for some in permutations(ids, size)
        for indent in (0, 1)
    ]


def texts(*given: str) -> list[dict]:
    return [{"text": text} for text in given]


@pytest.mark.parametrize(
    ("kind", "fields", "responses"),
    [
        ("multiple", MULTIPLE, options),
        ("multiple", ONE_RIGHT, options),
        ("ordering", ORDERING, orders),
        ("numeric", "{answer: 0.75, compute: '3/4'}", texts("-0.75", "0.76", "4")),
        ("numeric", "{answer: 0.123, compute: x, significant: 3}", texts("0.12")),
        ("text", "{answers: [learning rate], typos: 1}", texts("lerning rate", "nothing")),
        ("shape", "{answer: '(3, 4)', compute: x}", texts("12", "(4, 3)")),
        ("shape", "{answer: '(3,)', compute: x}", texts("()")),
        ("code-output", "{code: print(1), answer: '1'}", texts("2")),
        ("matrix", "{answer: [[1, 2]], compute: x}", [{"cells": [["1", "3"]]}]),
    ],
)
def test_whatever_scoring_says_has_a_translation(french, kind, fields, responses):
    asked = variant(kind, fields)
    said = messages(asked, *(responses(asked) if callable(responses) else responses))
    for message in said - {"Right.", "Not right."}:
        assert not is_content(message), message
        assert remark(message) not in message, message


def test_what_a_formulas_comparison_says_has_one_too(french):
    asked = variant("expression", "{variables: {x: {from: -2, to: 2}}, reference: x^2, compute: x}")
    read = score(asked, {"text": "x"})
    assert isinstance(read, Undecided)
    task = pose(asked, read, "nonce")
    for values in (["7"] * len(task["points"]), [None] * len(task["points"])):
        found = decide(asked, read, "nonce", {"status": "ok", "values": values})
        assert isinstance(found, Score)
        assert not is_content(found.message)
        assert "valeur" in remark(found.message)
    hard = decide(asked, read, "nonce", {"status": "too_hard"})
    assert hard == Unreadable("L’évaluation de cette formule a pris trop de temps. Écrivez-la plus simplement.")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Not right: the sign is wrong.", "Pas juste. Le signe est faux."),
        ("Partly right. Half of it.", "En partie juste. Half of it."),
        ("Right.", "Juste."),
        ("2 of 3 cells are right.", "Cases justes\u202f: 2 sur 3."),
    ],
)
def test_the_verdict_is_translated_and_the_authors_words_are_not(french, message, said):
    assert whole(message) == said


def test_in_english_a_message_stays_whole():
    assert whole("Not right: the sign is wrong.") == "Not right: the sign is wrong."


KINDS = ["single", "multiple", "matching", "ordering", "numeric", "text", "code-output", "shape", "matrix", "hotspot"]


@pytest.mark.parametrize("kind", KINDS)
def test_feedback_is_french_around_the_authors_words(client, attempt, kind):
    answer = asked(attempt, kind)
    client.post(reverse("quizzes:answer", args=[answer.pk]), as_form(answer, wrong_response(answer)))
    page = client.get(attempt.get_absolute_url(), {"question": answer.position + 1}).text
    assert "Pas juste" in page or "En partie juste" in page
    assert 'lang="en"><p>' in page
    for english in ("Not right", "Partly right", "Your answer", "Right would be", "are right", "of them"):
        assert english not in page


@pytest.mark.parametrize("kind", [*KINDS, "expression"])
def test_the_fields_of_a_question_are_french(client, attempt, kind):
    answer = asked(attempt, kind)
    page = client.get(attempt.get_absolute_url(), {"question": answer.position + 1}).text
    assert "Répondre" in page
    for english in ("Your answer", "Choose", "Put the lines", "uch as", "Fill in", "Pick a region", "Hints"):
        assert english not in page


def test_what_cannot_be_read_is_said_in_french(client, attempt):
    answer = asked(attempt, "numeric")
    address = reverse("quizzes:answer", args=[answer.pk])
    page = client.post(address, {f"q{answer.pk}": "much"}).text
    assert "«\u00a0much\u00a0» n’est pas un nombre." in page


def test_a_formula_that_is_given_back_later_speaks_to_its_learner(attempt, bob):
    answer = asked(attempt, "expression")
    services.give_answer(answer=answer, response=right_response(answer.variant))
    answer.refresh_from_db()
    services.accept_outcome(answer_id=answer.pk, check=answer.checks, outcome={"status": "too_hard"})
    answer.refresh_from_db()
    assert answer.message.startswith("L’évaluation de cette formule")


def test_what_was_kept_before_is_read_in_another_language_later(attempt):
    answer = asked(attempt, "matrix")
    services.give_answer(answer=answer, response=wrong_response(answer))
    found = AskedQuestion(Answer.objects.with_question().get(pk=answer.pk))
    with translation.override("en-gb"):
        assert "cells are right" in found.remark
    with translation.override("fr"):
        assert "Cases justes" in found.remark


def test_numbers_in_pictures_are_written_for_machines(client, attempt):
    answer = asked(attempt, "hotspot")
    page = client.get(attempt.get_absolute_url(), {"question": answer.position + 1}).text
    picture = page.partition('<svg class="hotspot-picture"')[2].partition("</svg>")[0]
    numbers = re.findall(r'(?:x|y|width|height|r|cx|cy)="([^"]*)"', picture)
    assert numbers
    assert not any("," in number for number in numbers)
