"""What a page says of an answer: each piece once, the right one beside what was wrong, nothing said twice."""

from __future__ import annotations

import pytest

from apps.quizzes import services
from apps.quizzes.answers import right_response
from apps.quizzes.models import Answer
from apps.quizzes.page import AskedQuestion
from apps.quizzes.remarks import remark
from apps.quizzes.view import public_view
from studyhub import bell

from .pages import asked, begin, load_examples


@pytest.fixture
def attempt(db, tmp_path, settings, bob, client, monkeypatch):
    monkeypatch.setattr(bell, "send", lambda *arguments, **options: None)
    client.force_login(bob)
    return begin(bob, load_examples(tmp_path / "notebooks", settings))


def given(attempt, kind: str, response=None) -> AskedQuestion:
    answer = asked(attempt, kind)
    services.give_answer(answer=answer, response=response or right_response(answer.variant))
    return AskedQuestion(Answer.objects.with_question().get(pk=answer.pk))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Right.", ""),
        ("Not right.", ""),
        ("Not right. It falls.", "It falls."),
        ("Not right, but close.", "Close."),
        ("Not right: the sign is wrong.", "The sign is wrong."),
        ("Partly right. Half of it.", "Half of it."),
        ("1 of 3 cells are right.", "1 of 3 cells are right."),
        ("Rightly so.", "Rightly so."),
    ],
)
def test_a_remark_does_not_say_the_verdict_again(message, said):
    assert remark(message) == said


def test_each_option_says_whether_it_was_chosen_and_should_have_been(attempt):
    answer = asked(attempt, "multiple")
    right = right_response(answer.variant)["options"]
    wrong = [option.id for option in public_view(answer.variant).options if option.id not in right]
    told = given(attempt, "multiple", {"options": [right[0], wrong[0]]})
    notes = [piece.note for piece in told.pieces]
    assert notes.count("chosen, rightly") == notes.count("chosen, wrongly") == 1
    assert notes.count("right, but not chosen") == len(right) - 1
    assert notes.count("left out, rightly") == len(wrong) - 1
    assert not told.key_is_news


def test_a_wrong_pair_says_the_right_partner(attempt):
    answer = asked(attempt, "matching")
    pairs = right_response(answer.variant)["pairs"]
    one, other = list(pairs)[:2]
    told = given(attempt, "matching", {"pairs": pairs | {one: pairs[other], other: pairs[one]}})
    partners = {pair.right for pair in answer.variant.question.pairs}
    assert [bool(piece.instead) for piece in told.pieces] == [not piece.right for piece in told.pieces]
    assert {piece.instead for piece in told.pieces if not piece.right} <= partners
    assert not told.key_is_news


def test_lines_keep_their_indentation(attempt):
    answer = asked(attempt, "ordering")
    lines = right_response(answer.variant)["lines"][::-1]
    told = given(attempt, "ordering", {"lines": lines})
    assert [piece.indent for piece in told.pieces] == [line["indent"] for line in lines]
    assert told.key_is_news
    assert told.right_code.splitlines()[0] == answer.variant.question.orders[0][0][0]


def test_a_matrix_is_marked_cell_by_cell(attempt):
    answer = asked(attempt, "matrix")
    view = public_view(answer.variant)
    filled = [list(row) for row in right_response(answer.variant)["cells"]]
    i, j = next((i, j) for i, row in enumerate(view.cells) for j, cell in enumerate(row) if cell is None)
    filled[i][j] = "987"
    cells = given(attempt, "matrix", {"cells": filled}).cells
    assert (cells[i][j].value, cells[i][j].right) == ("987", False)
    assert [[cell.right is None for cell in row] for row in cells] == [
        [cell is not None for cell in r] for r in view.cells
    ]
    assert sum(cell.right is False for row in cells for cell in row) == 1


def test_the_picture_shows_the_right_region_and_the_one_that_was_picked(attempt, client):
    answer = asked(attempt, "hotspot")
    right = right_response(answer.variant)["region"]
    wrong = next(region.id for region in public_view(answer.variant).regions if region.id != right)
    told = given(attempt, "hotspot", {"region": wrong})
    assert {spot.id: tone for spot, tone in told.marked} == {right: "good", wrong: "bad"}
    page = client.get(attempt.get_absolute_url(), {"question": answer.position + 1}).content.decode()
    assert page.count("region--good") == page.count("region--bad") == 1


def test_before_the_answer_no_region_is_marked(attempt, client):
    answer = asked(attempt, "hotspot")
    page = client.get(attempt.get_absolute_url(), {"question": answer.position + 1}).content.decode()
    assert "region--" not in page


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "numeric", "text", "shape", "matrix", "ordering"])
def test_what_was_right_is_not_told_again(attempt, kind):
    assert not given(attempt, kind).key_is_news


def test_hints_and_certainty_are_said_beside_the_verdict(attempt):
    answer = asked(attempt, "single")
    services.give_answer(answer=answer, response=right_response(answer.variant), certainty="guess")
    told = AskedQuestion(answer)
    assert told.how == "you guessed"
    answer.hints_taken = 2
    assert "2 hints · you guessed" in told.how
