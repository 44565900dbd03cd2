"""What notebooks have in common: renaming and reordering don't hide it; independent work and starters are no hint."""

import re
from pathlib import Path

import pytest

from apps.exercises.build import build_notebook
from apps.exercises.package import load_package
from apps.submissions import similarity
from apps.submissions.similarity import alike

PACKAGE = Path(__file__).resolve().parents[2] / "notebooks" / "regression" / "linear-regression-from-scratch"

# The same task, solved by somebody who thinks otherwise.
OTHERWISE = """
def standardise(table):
    centre, spread = [], []
    for column in range(table.shape[1]):
        values = table[:, column]
        centre.append(float(np.mean(values)))
        spread.append(float(np.std(values)) or 1.0)
    shifted = np.subtract(table, np.array(centre))
    return np.divide(shifted, np.array(spread))

def predict(rows, weights, offset):
    answers = np.zeros(len(rows))
    for place, row in enumerate(rows):
        answers[place] = sum(value * weight for value, weight in zip(row, weights)) + offset
    return answers

def loss(truth, guess):
    errors = [(a - b) ** 2 for a, b in zip(truth, guess)]
    return sum(errors) / max(len(errors), 1)

def fit(rows, truth, rate=0.01, rounds=2000):
    weights, offset = np.zeros(rows.shape[1]), 0.0
    while rounds > 0:
        rounds -= 1
        errors = predict(rows, weights, offset) - truth
        for column in range(len(weights)):
            weights[column] -= rate * 2 * float(np.mean(errors * rows[:, column]))
        offset -= rate * 2 * float(np.mean(errors))
    return weights, offset
"""


def cells(variant: str) -> list[str]:
    notebook = build_notebook(load_package(PACKAGE), variant)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def starter() -> list[str]:
    return cells("starter")


@pytest.fixture(scope="module")
def reference() -> list[str]:
    return cells("reference")


def in_disguise(sources: list[str]) -> list[str]:
    """Other names, other comments, other texts, another order, other spaces."""
    names = {"X": "data", "y": "goal", "w": "theta", "b": "shift", "grad": "slope", "mean": "centre"}
    changed = []
    for source in sources:
        for old, new in names.items():
            source = re.sub(rf"(?<![.\w]){old}\b", new, source)
        source = re.sub(r"#.*", "", source).replace(", ", " ,  ")
        changed.append("# my own idea\n" + re.sub(r'"""(.|\n)*?"""', '"""Mine."""', source))
    return changed[::-1]


def test_a_copy_in_disguise_is_found(starter, reference):
    (pair,) = alike({"bob": reference, "charlie": in_disguise(reference)}, starter=starter)
    assert (pair.one, pair.other) == ("bob", "charlie")
    assert pair.exact > 0.8
    assert pair.estimated == pytest.approx(pair.exact, abs=0.15)


def test_cells_in_another_order_are_the_same(starter, reference):
    (pair,) = alike({"bob": reference, "charlie": reference[::-1]}, starter=starter)
    assert pair.exact == 1


def test_independent_work_is_no_hint(starter, reference):
    assert alike({"bob": reference, "charlie": [*starter, OTHERWISE]}, starter=starter) == []


def test_starters_have_nothing_in_common_but_what_was_given(starter):
    assert alike({"bob": starter, "charlie": starter}, starter=starter) == []


def test_a_short_solution_says_nothing():
    line = ["def predict(X, w, b):\n    return X @ w + b"]
    assert alike({"bob": line, "charlie": line}) == []


def test_what_most_have_is_the_usual_way(starter, reference):
    assert alike({f"learner-{number}": reference for number in range(12)}, starter=starter) == []


def test_two_among_many_are_found(starter, reference):
    own = {
        f"learner-{number}": [
            f"def solve_{number}(a, b):\n"
            + "".join(
                f"    a[{number * step}] = b.{chr(97 + (number * step) % 26)}(a, {step}) + {number}\n"
                for step in range(40)
            )
        ]
        for number in range(20)
    }
    (pair,) = alike({**own, "bob": reference, "charlie": in_disguise(reference)}, starter=starter)
    assert {pair.one, pair.other} == {"bob", "charlie"}


@pytest.mark.parametrize(
    "source", ["", "%matplotlib inline\n!pip install it", "def broken(", "x = '''never ends", "\t\x00\\", "1 +"]
)
def test_what_is_no_python_is_no_trouble(source):
    assert alike({"bob": [source], "charlie": [source]}) == []


def test_what_comes_before_a_mistake_counts(reference):
    broken = [f"{source}\nfor" for source in reference]
    assert alike({"bob": reference, "charlie": broken})[0].exact > 0.9


def test_lines_of_the_starter_are_left_out_wherever_they_stand(starter):
    given = similarity.given_by(starter)
    assert similarity.shingles(["\n".join(starter[::-1])], given) == set()
