"""Two notebooks side by side: cells find their counterparts, and each line says what it shares."""

from apps.submissions.cell_diff import side_by_side

STARTER = ["import numpy as np", "def fit(X, y):\n    ..."]
FIT = """def fit(X, y):
    w = np.zeros(X.shape[1])
    for step in range(100):
        w -= 0.1 * X.T @ (X @ w - y)
    return w"""
RENAMED = FIT.replace("w", "theta").replace("step", "n")
OTHER = "names = [word.upper() for word in open('list.txt').read().split()]\nprint(sorted(names)[::-1])"


def test_cells_find_each_other_in_another_order():
    (first, second) = side_by_side([FIT, OTHER], [OTHER, FIT], starter=STARTER)
    assert (first.left.number, first.right.number, first.percent) == (1, 2, 100)
    assert (second.left.number, second.right.number) == (2, 1)


def test_lines_say_what_they_share():
    (row,) = side_by_side([*STARTER, FIT], [*STARTER, RENAMED], starter=STARTER)
    kinds = [line.kind for line in row.left.lines]
    assert kinds == ["given", "renamed", "renamed", "renamed", "renamed"]
    assert [line.kind for line in row.right.lines] == kinds
    assert row.left.lines[1].mark == "≈"


def test_the_same_line_is_the_same_whatever_its_spaces():
    (row,) = side_by_side([FIT], [FIT.replace(" = ", "  =  ")], starter=[])
    assert {line.kind for line in row.left.lines} == {"same"}


def test_a_cell_without_a_counterpart_stands_alone():
    rows = side_by_side([FIT], [FIT, OTHER], starter=STARTER)
    assert rows[1].left is None
    assert rows[1].right.number == 2


def test_what_the_starter_gave_is_left_out():
    assert side_by_side(STARTER, STARTER, starter=STARTER) == []


def test_what_is_no_python_counts_up_to_the_mistake():
    broken = FIT + "\nfor for\nx = 1"
    (row,) = side_by_side([broken], [broken], starter=[])
    assert [line.text for line in row.left.lines] == broken.splitlines()
    assert row.percent == 100


def test_the_words_of_the_starter_are_its_own():
    starter = ['def fit(X, y):\n    """Return the weights."""\n    # Start from zero.\n    ...']
    cell = starter[0].replace("...", FIT.partition("\n")[2].lstrip())
    (row,) = side_by_side([cell], [cell], starter=starter)
    assert [line.kind for line in row.left.lines] == ["given", "given", "given", "same", "same", "same", "same"]
