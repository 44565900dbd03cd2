"""What a check compared, as people can read it: friendly numbers, nothing said twice."""

import pytest

from apps.submissions.compared import CHARACTERS, COLUMNS, ROWS, Scale, as_scale, as_table
from apps.submissions.figures import in_words, of_metric, percent

ACCURACY = {"metric": "accuracy", "yours": 0.976667, "baseline": 0.1, "reference": 0.98, "all_points_from": 0.95}


@pytest.mark.parametrize(
    ("compared", "headings", "rows"),
    [
        ({"columns": ["x", "y"], "rows": [[1, 2.0], [True, None]]}, ["x", "y"], [["1", "2"], ["yes", "–"]]),
        (
            {"dw": {"shape": [3], "right_share": 0.75}, "db": {"shape": [], "largest_difference": 2.66e-15}},
            ["Value", "Shape", "Right", "Largest difference"],
            [["dw", "3", "75 %", "–"], ["db", "one number", "–", "≈ 0"]],
        ),
        ({"yours": 0.9, "all_points_from": 0.95}, ["Yours", "All points from"], [["0.9", "0.95"]]),
        ({"odd": {"a": 1}, "even": 2}, ["Odd", "Even"], [['{"a": 1}', "2"]]),
    ],
)
def test_as_a_table(compared, headings, rows):
    table = as_table(compared)
    assert (table.headings, table.rows, table.cut) == (headings, rows, False)


@pytest.mark.parametrize("compared", [{}, {"shape": [3, 4], "right_share": 0.75, "largest_difference": 0.123456}])
def test_nothing_that_the_message_lacks_is_no_table(compared):
    assert as_table(compared) is None


def test_a_table_does_not_repeat_the_message():
    budget = {"parameters": 4810, "at_least": 1000, "at_most": 20000}
    assert as_table(budget, "Your model has 650 parameters; allowed are 1,000 to 20,000; or 4,810.") is None
    told = as_table(budget, "Your model has 4,810 parameters in 4 tensors; the budget is 20,000.")
    assert (told.headings, told.rows) == (["At least"], [["1,000"]])
    losses = {"losses": 40, "first": 1.1393, "last": 0.034374}
    assert as_table(losses, "The loss goes from 1.14 to 0.0344 in 40 entries.") is None


def test_a_part_of_another_number_tells_nothing():
    assert as_table({"count": 4}, "40 of 0.4 and 14, −4 or 4.5").rows == [["4"]]
    assert as_table({"count": 4}, "It has 4.") is None


def test_what_is_too_much_is_cut_and_says_so():
    table = as_table({"columns": ["c"] * 30, "rows": [["x" * 999] * 30] * 99})
    assert (len(table.headings), len(table.rows), len(table.rows[0])) == (COLUMNS, ROWS, COLUMNS)
    assert len(table.rows[0][0]) == CHARACTERS
    assert table.cut
    wide = as_table({"a": dict.fromkeys(map(str, range(40)), 1)})
    assert (len(wide.headings), wide.cut) == (COLUMNS, True)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (2.7e-15, "≈ 0"), (0.123456, "0.1235"), (4810, "4,810"), (1962.68, "1963"), (123456.7, "123,457")],
)
def test_numbers(value, shown):
    assert in_words(value) == shown


@pytest.mark.parametrize(("share", "shown"), [(1.0, "100 %"), (0.99999, "99.9 %"), (0.976667, "97.7 %"), (0.0, "0 %")])
def test_percent(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("accuracy", 0.976667, "97.7 %"),
        ("R²", -0.000417, "0.000"),
        ("R²", 0.314275, "0.314"),
        ("RMSE", 4231.7, "4,230"),
    ],
)
def test_figures_of_a_metric(metric, value, shown):
    assert of_metric(metric, value) == shown


def test_a_scale_runs_from_the_baseline_to_the_reference():
    scale = as_scale(ACCURACY)
    assert (scale.yours, scale.baseline, scale.reference) == ("97.7 %", "10 %", "98 %")
    assert Scale.LEFT < scale.baseline_x < scale.target_x < scale.yours_x < scale.reference_x < Scale.RIGHT


def test_where_less_is_better_the_reference_is_still_on_the_right():
    scale = as_scale({"metric": "RMSE", "yours": 30.0, "baseline": 90.0, "reference": 20.0})
    assert scale.baseline_x < scale.yours_x < scale.reference_x
    assert (scale.target_x, scale.all_points_from) == (None, "")


def test_a_wild_figure_stays_in_the_picture():
    far = as_scale(ACCURACY | {"yours": -1e200})
    assert (far.yours_x, far.beyond, far.yours_anchor) == (Scale.LEFT, True, "start")
    beaten = as_scale(ACCURACY | {"yours": 5.0})
    assert (beaten.yours_x, beaten.beyond, beaten.yours_anchor) == (Scale.RIGHT, False, "end")


@pytest.mark.parametrize(
    "change", [{"yours": None}, {"reference": 0.1}, {"metric": 3}, {"baseline": "low"}, {"yours": True}]
)
def test_without_its_figures_there_is_no_scale(change):
    assert as_scale(ACCURACY | change) is None
