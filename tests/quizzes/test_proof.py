"""Every answer of the curriculum's quizzes that can be computed is computed, over several seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.catalog.curriculum import load_curriculum
from apps.quizzes.answers import answer_markdown, right_response
from apps.quizzes.loading import find_quizzes, load_quizzes, read_quiz
from apps.quizzes.proof import disproved
from apps.quizzes.scoring import Score, Undecided, score
from apps.quizzes.soundness import fault_of
from apps.quizzes.variants import vary
from apps.quizzes.view import public_view

CURRICULUM = Path(__file__).resolve().parents[2] / "notebooks"
SEEDS = (1, 2, 3, 20, 77)
QUIZZES = [pytest.param(path, id=path.stem) for path in find_quizzes(CURRICULUM)]


def test_all_quizzes_load_together():
    load_quizzes(CURRICULUM, load_curriculum(CURRICULUM))


@pytest.mark.parametrize("path", QUIZZES)
def test_computable_answers_are_what_computing_them_gives(path):
    assert disproved(read_quiz(path), SEEDS) == []


@pytest.mark.parametrize("path", QUIZZES)
def test_the_right_answer_earns_everything_with_every_seed(path):
    quiz = read_quiz(path)
    for question in quiz.questions:
        for seed in range(20):
            variant = vary(quiz.slug, question, seed)
            result = score(variant, right_response(variant))
            assert isinstance(result, Undecided) or (isinstance(result, Score) and result.right), (
                question.id,
                seed,
                result,
            )
            assert answer_markdown(variant)
            assert public_view(variant).prompt


@pytest.mark.parametrize("path", QUIZZES)
def test_no_mistake_is_right_by_chance(path):
    """Reading a file tries three seeds; numbers that happen to agree are rarer than that."""
    quiz = read_quiz(path)
    found = {question.id: list(fault_of(question, quiz.slug, range(150))) for question in quiz.questions}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_matrix_that_is_too_deep_is_named(write):
    question = entry("matrix", "answer: [[1, 2]]\n    compute: '[[[1], [2]]]'")
    (found,) = disproved(read_quiz(write(question)), SEEDS)
    assert "is no list of rows of numbers" in found


def test_the_examples_of_the_documentation_are_proven(examples):
    assert disproved(examples, SEEDS) == []


WRONG = {
    "numeric": "answer: 5\n    compute: 2 + 2",
    "code-output": 'answer: "3"\n    code: print(2 + 2)',
    "shape": "answer: (2, 3)\n    code: |\n      import numpy as np\n      a = np.zeros((3, 2))\n    read: a",
    "matrix": "answer: [[1, 2], [3, 5]]\n    compute: '[[1, 2], [3, 4]]'",
    "expression": "variables: {x: {from: 0.5, to: 2}}\n    reference: 2*x\n    compute: {derivative: x^3, by: x}",
}
SOUND = {
    "numeric": "answer: 0.333\n    significant: 3\n    compute: Fraction(1, 3)",
    "code-output": 'answer: "4"\n    code: print(2 + 2)',
    "shape": "answer: (3, 1)\n    compute: torch.zeros(3, 1)",
    "matrix": "answer: [[1/3, 2]]\n    compute: |\n      a = 1 / 3\n      [[a, 2]]",
    "expression": "variables: {x: {from: 0.5, to: 2}}\n    reference: x^2/2\n    compute: {integral: x, by: x}",
}


def entry(kind: str, keys: str) -> str:
    return (
        f"  - id: q\n    kind: {kind}\n    level: beginner\n    concepts: [decision-tree]\n    prompt: What?\n"
        f"    explanation: So.\n    {keys}\n"
    )


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_is_found_out(write, kind):
    (found,) = disproved(read_quiz(write(entry(kind, WRONG[kind]))), SEEDS)
    assert found.startswith("trees/q (seed 1): ")


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_answer_is_let_pass(write, kind):
    assert disproved(read_quiz(write(entry(kind, SOUND[kind]))), SEEDS) == []


@pytest.mark.parametrize(
    ("compute", "sound"),
    [("2 * x + 1", True), ("2 * x + 2", False), ("np.exp(np.log(2 * x + 1))", True), ("y", False)],
)
def test_an_expression_is_compared_with_python_at_points(write, compute, sound):
    keys = f"variables: {{x: {{from: 0, to: 2}}}}\n    reference: 2x + 1\n    compute: {compute}"
    assert (disproved(read_quiz(write(entry("expression", keys))), SEEDS) == []) is sound


def test_code_that_fails_is_named(write):
    keys = 'answer: "4"\n    code: print(1 / 0)'
    (found,) = disproved(read_quiz(write(entry("code-output", keys))), SEEDS)
    assert "ZeroDivisionError" in found


def test_each_seed_is_proven(write):
    keys = (
        "answer: '{{n}}'\n    compute: min(n, 3)\n    variants: |\n      def variant(rng):\n"
        "          return {'n': rng.randint(1, 9)}"
    )
    found = disproved(read_quiz(write(entry("numeric", keys))), SEEDS)
    assert 0 < len(found) < len(SEEDS)
