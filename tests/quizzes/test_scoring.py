"""What responses are worth, kind by kind."""

from __future__ import annotations

import pytest

from apps.quizzes import keys
from apps.quizzes.answers import right_response
from apps.quizzes.scoring import Score, Unreadable, score, with_hints
from tests.quizzes.conftest import variant

SINGLE = """
    options:
      - {text: a, right: true}
      - {text: b, why: No b.}
"""
MULTIPLE = """
    options:
      - {text: a, right: true, why: Yes a.}
      - {text: b, right: true}
      - {text: c, why: No c.}
      - {text: d, why: No d.}
      - {text: e, why: No e.}
"""


def share(asked, response) -> float:
    result = score(asked, response)
    assert isinstance(result, Score), result
    return result.share


def typed(kind: str, keys: str, text: str) -> Score | Unreadable:
    result = score(variant(kind, keys), {"text": text})
    assert isinstance(result, Score | Unreadable)
    return result


def option_ids(asked, letters: str) -> list[str]:
    by_text = {item.text: item.id for item in keys.options(asked, asked.question)}
    return [by_text[letter] for letter in letters]


def test_a_single_choice_is_right_or_wrong_and_says_why():
    asked = variant("single", SINGLE)
    right, wrong = option_ids(asked, "ab")
    assert share(asked, {"option": right}) == 1
    result = score(asked, {"option": wrong})
    assert (result.share, result.message) == (0, "Not right. No b.")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("ab", 1), ("a", 1 / 2), ("ac", 1 / 6), ("abc", 2 / 3), ("abcd", 1 / 3), ("abcde", 0), ("c", 0), ("cde", 0)],
)
def test_multiple_choice_gives_part_for_part_and_nothing_for_all(chosen, expected):
    asked = variant("multiple", MULTIPLE)
    assert share(asked, {"options": option_ids(asked, chosen)}) == pytest.approx(expected)


def test_multiple_choice_explains_what_was_missed_and_what_was_wrong():
    asked = variant("multiple", MULTIPLE)
    result = score(asked, {"options": option_ids(asked, "bc")})
    assert {part.label: part.why for part in result.parts if not part.right} == {"a": "Yes a.", "c": "No c."}
    assert result.message == "1 of 2 right options found, 1 wrong chosen."


def test_choosing_an_option_twice_is_choosing_it():
    asked = variant("multiple", MULTIPLE)
    assert share(asked, {"options": option_ids(asked, "aabb")}) == 1


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("0.75", True),
        ("3/4", True),
        (" 6 / 8 ", True),
        ("75 %", True),
        ("0,75", True),
        (".75", True),
        ("+7.5e-1", True),
        ("7.5×10⁻¹", True),
        ("7.5*10^(-1)", True),
        ("0.7500000001", True),
        ("0.76", False),
        ("−0.75", False),
        ("-3/-4", True),
        ("75", False),
    ],
)
def test_numbers_are_read_as_people_write_them(text, right):
    result = typed("numeric", "{answer: 0.75, compute: '3/4'}", text)
    assert (isinstance(result, Score) and result.right) is right


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "The field is empty"),
        ("three", "is no number"),
        ("1,000", "decimal or thousands"),
        ("1,2,3", "comma"),
        ("1.2.3", "more than a number"),
        ("3/4/5", "more than a number"),
        ("1/0", "denominator is 0"),
        ("1e999", "out of bounds"),
        ("10^9999", "out of bounds"),
        ("9**9**9", "more than a number"),
        ("nan", "is no number"),
        ("inf", "is no number"),
        ("٣", "is no number"),
        ("0x10", "can't be read"),
        ("5 apples", "can't be read"),
        ("1" * 61, "characters long"),
        ("1e-5" + " " * 500, "characters long"),
        ("\ud800", "no text"),
    ],
)
def test_what_is_no_number_is_sent_back_with_advice(text, advice):
    result = typed("numeric", "{answer: 0.75, compute: '3/4'}", text)
    assert isinstance(result, Unreadable)
    assert advice in result.message


@pytest.mark.parametrize(
    ("tolerance", "text", "right"),
    [
        ("tolerance: {absolute: 0.1}", "10.1", True),
        ("tolerance: {absolute: 0.1}", "10.11", False),
        ("tolerance: {relative: 0.01}", "9.9", True),
        ("tolerance: {relative: 0.01}", "9.89", False),
        ("tolerance: {absolute: 0.1}", "1 000", False),
    ],
)
def test_a_number_may_be_off_by_the_tolerance(tolerance, text, right):
    assert typed("numeric", f"{{answer: 10, compute: '10', {tolerance}}}", text).right is right


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.14", 1), ("3.1416", 1), ("3.15", 0), ("3.1", 0.5), ("3", 0), ("3.2", 0), ("3.140", 1), ("314e-2", 1)],
)
def test_significant_figures_are_the_tolerance(text, expected):
    assert typed("numeric", "{answer: 3.14159, compute: math.pi, significant: 3}", text).share == expected


UNITS = "{answer: 0.25, compute: '1/4', unit: s, units: {ms: 0.001, min: 60}, ask_unit: true}"


@pytest.mark.parametrize(("text", "right"), [("0.25 s", True), ("250ms", True), ("250 MS", True), ("0.25 min", False)])
def test_units_are_converted(text, right):
    result = typed("numeric", UNITS, text)
    assert result.right is right


def test_how_a_number_was_understood_is_said():
    assert typed("numeric", UNITS, "250 ms").understood == "250 ms = 0.25 s"
    assert typed("numeric", "{answer: 0.75, compute: '3/4'}", "3/4").understood == "3/4 = 0.75"


@pytest.mark.parametrize(("text", "advice"), [("0.25", "The unit is missing"), ("0.25 kg", "Use one of: ms, min, s")])
def test_a_unit_that_is_missing_or_unknown_is_sent_back(text, advice):
    result = typed("numeric", UNITS, text)
    assert isinstance(result, Unreadable)
    assert advice in result.message


@pytest.mark.parametrize(
    ("text", "message"),
    [("0.76", "Not right, but close."), ("-0.75", "Not right: the sign is wrong."), ("0.8", "Not right.")],
)
def test_how_a_number_is_wrong_is_said(text, message):
    assert typed("numeric", "{answer: 0.75, compute: '3/4'}", text).message == message


def test_a_known_mistake_says_why_and_earns_its_share():
    result = typed("numeric", "{answer: 4, compute: '4', mistakes: [{answer: 8, why: Half of it., share: 0.3}]}", "8")
    assert (result.share, result.message, result.chosen) == (0.3, "Partly right. Half of it.", ("mistake-0",))


TEXT = "{answers: [learning rate, step size], typos: 1, mistakes: [{answer: learning race, why: Not a race.}]}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("learning rate", 1),
        ("  The Learning-Rate. ", 1),
        ("“step size”", 1),
        ("léarning rate", 1),
        ("lerning rate", 1),
        ("laerning rate", 1),
        ("lerning rat", 0),
        ("learning race", 0),
        ("momentum", 0),
    ],
)
def test_short_text_is_compared_without_what_does_not_matter(text, expected):
    assert typed("text", TEXT, text).share == expected


def test_a_typo_is_named():
    assert typed("text", TEXT, "lerning rate").message == "Right; it is written “learning rate”."


OUTPUT = r"""{answer: "[1 2]\n{'a': 3}", code: "pass"}"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[1 2]\n{'a': 3}", 1), ('[ 1  2 ]\r\n{"a":3}\n\n', 1), ("[12]\n{'a': 3}", 0), ("[1 2] {'a': 3}", 0)],
)
def test_printed_text_is_compared_without_blanks_that_do_not_matter(text, expected):
    assert typed("code-output", OUTPUT, text).share == expected


def test_printed_text_may_have_to_be_exact():
    keys = "{answer: 'a  b', code: pass, exact: true}"
    assert typed("code-output", keys, "a  b \n").right
    assert not typed("code-output", keys, "a b").right


@pytest.mark.parametrize(
    "text", ["(3, 4)", "[3,4]", "3x4", "3 × 4", "3 4", "torch.Size([3, 4])", "(3, 4,)", "Size([3,4])", "3, 4"]
)
def test_shapes_are_read_as_people_write_them(text):
    assert typed("shape", "{answer: '(3, 4)', compute: x}", text).right


@pytest.mark.parametrize("text", ["()", "scalar", "torch.Size([])"])
def test_a_scalar_has_a_shape(text):
    assert typed("shape", "{answer: (), compute: x}", text).right


@pytest.mark.parametrize("text", ["three", "3.5", "-3", "(a, b)", "(3, 4", "9999999999", "1 " * 40, "x", ","])
def test_what_is_no_shape_is_no_right_answer(text):
    result = typed("shape", "{answer: '(3, 5)', compute: x}", text)
    assert isinstance(result, Unreadable) or not result.right


def test_another_number_of_dimensions_is_named():
    assert (
        "the result has 2 dimensions, your answer 1" in typed("shape", "{answer: '(3, 4)', compute: x}", "12").message
    )


MATRIX = (
    "{answer: [[1, 2], [0.5, 4]], compute: x, given: [[0, 0]], mistakes: [{answer: [[1, 0.5], [2, 4]], why: Rows.}]}"
)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["", "2"], ["1/2", "4"]], 1),
        ([[None, "2"], ["0.5", "5"]], 2 / 3),
        ([["9", "0"], ["0", "0"]], 0),
        ([["1", "0.5"], ["2", "4"]], 1 / 3),
    ],
)
def test_each_cell_of_a_matrix_counts(cells, expected):
    assert share(variant("matrix", MATRIX), {"cells": cells}) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("cells", "advice"),
    [
        ([["1", ""], ["1", "1"]], "Row 1, column 2 is empty"),
        ([["1", "x"], ["1", "1"]], "Row 1, column 2: “x” is no number"),
        ([["1", "1"]], "with its 2 rows"),
        ([["1"], ["1", "1"]], "with its 2 cells"),
        ("1", "did not arrive"),
    ],
)
def test_a_matrix_that_is_not_filled_is_sent_back(cells, advice):
    result = score(variant("matrix", MATRIX), {"cells": cells})
    assert isinstance(result, Unreadable)
    assert advice in result.message


LINES = """
    lines: |
      for x in xs:
          total += x
          count += 1
      print(total)
    distractors:
      - {text: total = x, why: It forgets the rest.}
"""


def arranged(asked, *lines: str):
    by_text = {item.text: item.id for item in keys.lines(asked, asked.question)}
    return {"lines": [{"id": by_text[line.strip()], "indent": (len(line) - len(line.lstrip())) // 4} for line in lines]}


RIGHT = ("for x in xs:", "    total += x", "    count += 1", "print(total)")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (RIGHT, 1),
        (("for x in xs:", "total += x", "    count += 1", "print(total)"), 2.75 / 3),
        (("for x in xs:", "    count += 1", "    total += x", "print(total)"), 2 / 3),
        ((*RIGHT, "total = x"), 2 / 3),
        (RIGHT[:2], 1 / 3),
        (RIGHT[:1], 0),
        (RIGHT[::-1], 0),
    ],
)
def test_lines_earn_by_their_longest_common_order_and_indentation(lines, expected):
    asked = variant("ordering", LINES)
    assert share(asked, arranged(asked, *lines)) == pytest.approx(expected)


def test_every_right_order_is_right():
    also = "\n    also:\n      - |\n" + "".join(
        f"        {line}\n" for line in ("for x in xs:", "    count += 1", "    total += x", "print(total)")
    )
    asked = variant("ordering", LINES.rstrip() + also)
    assert share(asked, arranged(asked, "for x in xs:", "    count += 1", "    total += x", "print(total)")) == 1
    assert share(asked, arranged(asked, *RIGHT)) == 1


def test_lines_that_read_the_same_stand_for_each_other():
    asked = variant("ordering", "lines: |\n  x += 1\n  y += 1\n  x += 1\n")
    first, middle, last = right_response(asked)["lines"]
    assert share(asked, {"lines": [last, middle, first]}) == 1


def test_a_distractor_is_explained():
    asked = variant("ordering", LINES)
    result = score(asked, arranged(asked, *RIGHT, "total = x"))
    assert [part.why for part in result.parts if not part.right] == ["It forgets the rest."]


PAIRS = """
    pairs:
      - {left: a, right: A, why: Aa.}
      - {left: b, right: B, why: Bb.}
      - {left: c, right: A, why: Ca.}
    extra: [X]
"""


def matched(asked, **pairs: str):
    left = {item.text: item.id for item in keys.left_sides(asked, asked.question)}
    right = {item.text: item.id for item in keys.right_sides(asked, asked.question)}
    return {"pairs": {left[one]: right[other] for one, other in pairs.items()}}


def test_pairs_earn_one_by_one():
    asked = variant("matching", PAIRS)
    assert share(asked, matched(asked, a="A", b="B", c="A")) == 1
    result = score(asked, matched(asked, a="A", b="X", c="B"))
    assert result.share == pytest.approx(1 / 3)
    assert [part.why for part in result.parts] == ["", "Bb.", "Ca."]


def test_a_row_without_a_partner_is_sent_back():
    asked = variant("matching", PAIRS)
    assert "“c” has no partner yet" in score(asked, matched(asked, a="A", b="B")).message


HOTSPOT = """
    picture: {file: a.svg, alt: a}
    regions:
      - {name: all, rectangle: [0, 0, 100, 100], why: Too much.}
      - {name: disc, circle: [50, 50, 10], right: true}
      - {name: corner, polygon: [[0, 0], [20, 0], [0, 20]], why: No.}
"""


@pytest.mark.parametrize(
    ("x", "y", "understood", "expected"),
    [(50, 55.5, "disc", 1), (50, 61, "all", 0), (5, 5, "corner", 0), (15, 15, "all", 0)],
)
def test_a_point_picks_the_smallest_region_around_it(x, y, understood, expected):
    result = score(variant("hotspot", HOTSPOT), {"x": x, "y": y})
    assert (result.understood, result.share) == (understood, expected)


def test_a_region_is_picked_by_name_as_well():
    asked = variant("hotspot", HOTSPOT)
    assert share(asked, {"region": keys.regions(asked, asked.question)[1].id}) == 1


def test_a_point_outside_is_sent_back():
    assert "no region at this place" in score(variant("hotspot", HOTSPOT), {"x": 500, "y": 1}).message


def test_hints_take_their_share():
    asked = variant("single", SINGLE + "    hints: [one, {text: two, costs: 0.3}]")
    assert [with_hints(asked, 1.0, taken) for taken in range(4)] == pytest.approx([1, 0.8, 0.5, 0.5])
    assert with_hints(asked, 0.0, 2) == 0
