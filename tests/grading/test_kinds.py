"""What a wrong value is beside the expected one, and that only a check which reveals it tells a right value."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from apps.grading import ArtefactError, Close, Falling, Inputs, Relative, SpecError
from apps.grading.kinds import HIDDEN
from apps.grading.metrics import ACCURACY, RMSE

RIGHT = np.array([[1.25, -2.5], [77.125, 4.0]])


def kinds_of(value, **more):
    check = Close(id="c", title="t", points=1, probe="p", **({"reference": lambda inputs: RIGHT} | more))
    return check.kinds(value, Inputs())


def rows_of(value, **more):
    (found,) = kinds_of(value, **more)
    return {row.what: (row.expected, row.yours, row.same) for row in found.rows}


def test_a_right_value_has_nothing_to_tell():
    assert kinds_of(RIGHT.astype(np.float32)) == ()


def test_another_shape():
    rows = rows_of(RIGHT.ravel())
    assert rows["Shape"] == ("(2, 2)", "(4,)", False)
    assert rows["Kind"] == ("numbers", "an array of float64", True)
    assert "First difference" not in " ".join(rows)


@pytest.mark.parametrize(
    ("value", "yours"),
    [
        (None, "None (is a return missing?)"),
        ([[1, 2], [3]], "a list of 2 values, of mixed kinds or lengths"),
        ({"a": 1}, "a dict of 1 entries"),
        ("x" * 10**6, "a text"),
        (np.array(["a", "b"]), "an array of <U1"),
    ],
)
def test_another_kind(value, yours):
    assert rows_of(value)["Kind"] == ("numbers", yours, False)


def test_nan_and_infinities_are_counted_and_placed():
    rows = rows_of(np.array([[1.25, np.nan], [np.inf, np.nan]]))
    assert rows["NaN"] == ("none", "2 of 4, first at [0, 1]", False)
    assert rows["Infinite"] == ("none", "1 of 4, first at [1, 0]", False)
    assert rows["Range"][1] == "1.25 to 1.25"


def test_of_a_hidden_reference_not_even_the_place_is_told():
    """Who hands in zeros would learn where the one of a fixed kernel is; of two labels one tells the other."""
    rows = rows_of(RIGHT + np.array([[0, 0.5], [0, 1]]))
    assert rows["Entries"] == ("all right", "2 of 4 wrong", False)
    assert rows["Range"][:2] == (HIDDEN, "-2 to 77.12")
    assert not [what for what in rows if what.startswith("First")]
    rows = rows_of(4.5, reference=lambda inputs: 3.0)
    assert rows["Value"] == (HIDDEN, "4.5", False)


def test_both_values_where_the_check_reveals_them():
    rows = rows_of(RIGHT + np.array([[0, 0.5], [0, 1]]), reveal=True)
    assert rows["First difference, at [0, 1]"] == ("-2.5", "-2", False)
    assert rows["Range"][:2] == ("-2.5 to 77.12", "-2 to 77.12")


@pytest.mark.parametrize("value", [RIGHT + 1, RIGHT * 0, np.zeros(2), np.full((2, 2), np.nan), None, 3.5])
def test_no_right_value_is_told_unasked(value):
    told = json.dumps([asdict(one) for one in kinds_of(value)])
    assert "77.125" not in told
    assert "-2.5" not in told.replace("-2.5 ", "")


def test_several_values_are_told_apart_and_right_ones_left_out():
    more = {"reference": lambda inputs: (np.ones(2), 3.0, 4.0), "returns": ("w", "b", "c")}
    found = kinds_of((np.ones(2), 4.0, "x"), **more)
    assert [one.name for one in found] == ["b", "c"]
    (alone,) = kinds_of(np.ones(5), **more)
    assert (alone.rows[0].expected, alone.rows[0].yours) == ("3: w, b, c", "an array of shape (5,)")


def test_predictions_and_losses_of_another_shape():
    check = Relative(
        id="r",
        title="t",
        points=1,
        probe="p",
        metric=RMSE,
        baseline=9,
        reference=0,
        truth=lambda inputs: np.arange(9.0),
    )
    assert check.kinds(np.zeros(9), Inputs()) == ()
    (found,) = check.kinds(np.zeros((9, 1)), Inputs())
    assert found.rows[1].yours == "(9, 1)"
    labels = Relative(
        id="r", title="t", points=1, probe="p", metric=ACCURACY, baseline=0, reference=1,
        truth=lambda inputs: np.array(["a", "b"]),
    )  # fmt: skip
    (found,) = labels.kinds(np.zeros(2), Inputs())
    assert found.rows[0].expected == "text"
    (found,) = Falling(id="f", title="t", points=1, probe="p").kinds([[1.0, 2.0]], Inputs())
    assert (found.rows[1].expected, found.rows[1].yours) == ("(any,)", "(1, 2)")


def test_a_part_that_is_not_there_has_no_kind():
    with pytest.raises(ArtefactError):
        kinds_of(RIGHT, item="x")


def test_a_picture_wants_the_reference_revealed():
    draw = lambda reference, learner: None  # noqa: E731
    with pytest.raises(SpecError, match="reveal"):
        Close(id="c", title="t", points=1, probe="p", reference=lambda inputs: RIGHT, plot=draw)
