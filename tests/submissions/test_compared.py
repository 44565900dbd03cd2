"""What a check compared, as a table that people can read."""

import pytest

from apps.submissions.compared import CHARACTERS, COLUMNS, ROWS, as_table


@pytest.mark.parametrize(
    ("compared", "headings", "rows"),
    [
        ({"columns": ["x", "y"], "rows": [[1, 2.0], [True, None]]}, ["x", "y"], [["1", "2"], ["yes", "–"]]),
        (
            {"shape": [3, 4], "right_share": 0.75, "largest_difference": 0.123456},
            ["Shape", "Right", "Largest difference"],
            [["3 × 4", "75 %", "0.1235"]],
        ),
        ({"shape": []}, ["Shape"], [["one number"]]),
        (
            {"dw": {"shape": [3]}, "db": {"shape": [], "largest_difference": 2}},
            ["Value", "Shape", "Largest difference"],
            [["dw", "3", "–"], ["db", "one number", "2"]],
        ),
        ({"yours": 0.9, "all_points_from": 0.95}, ["Yours", "All points from"], [["0.9", "0.95"]]),
        ({"odd": {"a": 1}, "even": 2}, ["Odd", "Even"], [['{"a": 1}', "2"]]),
    ],
)
def test_as_a_table(compared, headings, rows):
    table = as_table(compared)
    assert (table.headings, table.rows, table.cut) == (headings, rows, False)


def test_nothing_is_no_table():
    assert as_table({}) is None


def test_what_is_too_much_is_cut_and_says_so():
    table = as_table({"columns": ["c"] * 30, "rows": [["x" * 999] * 30] * 99})
    assert (len(table.headings), len(table.rows), len(table.rows[0])) == (COLUMNS, ROWS, COLUMNS)
    assert len(table.rows[0][0]) == CHARACTERS
    assert table.cut
    wide = as_table({"a": dict.fromkeys(map(str, range(40)), 1)})
    assert (len(wide.headings), wide.cut) == (COLUMNS, True)
