"""`manage.py try_quiz`: a quiz in the terminal, straight from its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.quizzes.answers import right_response
from apps.quizzes.loading import read_quiz
from apps.quizzes.results import UnreadableError
from apps.quizzes.scoring import Score, score
from apps.quizzes.terminal import ask, read_line
from apps.quizzes.variants import vary
from tests.quizzes.conftest import HEADER, SINGLE, question, write_examples
from tests.quizzes.test_scoring import HOTSPOT, LINES, MATRIX, PAIRS

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"
NUMERIC = """\
  - id: how-many
    kind: numeric
    level: beginner
    concepts: [decision-tree]
    prompt: How many?
    answer: 4
    compute: 2 + 2
    hints: [Count., Count again.]
    explanation: There are four.
"""


@pytest.fixture
def take(monkeypatch, capsys):
    """Run the command with these lines typed, and return what it prints."""

    def go(path, *lines: str, **options) -> str:
        typed = iter(lines)

        def read(prompt: str) -> str:
            line = next(typed, None)
            if line is None:
                raise EOFError
            return line

        monkeypatch.setattr("builtins.input", read)
        call_command("try_quiz", str(path), **options)
        return capsys.readouterr().out

    return go


def test_an_answer_is_scored_and_explained(take, write):
    shown = take(write(NUMERIC), "4", seed=1)
    assert "Right." in shown
    assert "There are four." in shown
    assert "1.00 of 1." in shown


def test_hints_are_given_one_by_one_and_cost(take, write):
    shown = take(write(NUMERIC), "?", "?", "?", "4", seed=1)
    assert "Hint, costs 20%: Count." in shown
    assert "There is no further hint." in shown
    assert "0.60 of 1." in shown


def test_what_can_not_be_read_is_asked_again(take, write):
    shown = take(write(NUMERIC), "four", "4", seed=1)
    assert "“four” is no number" in shown
    assert "1.00 of 1." in shown


def test_an_empty_line_skips_and_the_end_of_the_input_ends(take, write):
    assert "0.00 of 1." in take(write(NUMERIC, SINGLE), "", seed=1)


def test_one_question_is_asked_alone(take, write):
    shown = take(write(NUMERIC, SINGLE), "q", question="what-splits", seed=1)
    assert "1/1 what-splits" in shown
    assert "How many" not in shown


def test_what_can_not_be_asked_is_said_with_status_2(write, tmp_path):
    for arguments in (
        [str(tmp_path / "none.yaml")],
        [str(write("  - id: x\n", name="broken"))],
        [str(write(NUMERIC)), "--question", "none"],
    ):
        with pytest.raises(CommandError) as caught:
            call_command("try_quiz", *arguments)
        assert caught.value.returncode == 2


@pytest.mark.sandbox
def test_a_formula_is_judged_in_the_sandbox(take, tmp_path):
    shown = take(write_examples(tmp_path), "-2x/exp(x^2)", question="derivative-of-a-gaussian")
    assert "1.00 of 1." in shown


LETTERED = re.compile(r"^  (\w)\) (.*)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("kind", "keys", "line"),
    [
        ("ordering", LINES, "{for x in xs:}0 {total += x}1 {count += 1}1 {print(total)}"),
        ("hotspot", HOTSPOT, "{disc}"),
        ("hotspot", HOTSPOT, "50 50"),
        ("matrix", MATRIX, "2; 1/2 4"),
        ("matrix", MATRIX, "1 2; 1/2 4"),
        ("code-output", '{code: pass, answer: "a\\nb"}', "a\\nb"),
        ("shape", "{compute: x, answer: (3, 4)}".replace("(3, 4)", "'(3, 4)'"), "3x4"),
        ("text", "{answers: [a b]}", "a b"),
    ],
)
def test_a_line_stands_for_a_response(kind, keys, line):
    asked = vary("quiz", question(kind, keys), 3)
    letters = {text: letter for letter, text in LETTERED.findall(ask(asked))}
    typed = re.sub(r"\{(.*?)\}", lambda found: letters[found[1]], line)
    result = score(asked, read_line(asked, typed))
    assert isinstance(result, Score)
    assert result.right


@pytest.mark.parametrize(("keys", "asked_for"), [("", True), ("language: text", False), ("indent: false", False)])
def test_the_indentation_is_asked_for_where_there_is_one(keys, asked_for):
    asked = vary("quiz", question("ordering", f"lines: |\n  a\n  b\n{keys}"), 3)
    assert ("indentation" in ask(asked)) is asked_for
    letters = {text: letter for letter, text in LETTERED.findall(ask(asked))}
    assert score(asked, read_line(asked, f"{letters['a']} {letters['b']}")).right


def test_rows_are_matched_by_number_and_letter():
    asked = vary("quiz", question("matching", PAIRS), 3)
    shown = ask(asked)
    letters = {text: letter for letter, text in LETTERED.findall(shown)}
    rows = {text: number for number, text in re.findall(r"^  (\d)\. (.*)$", shown, re.MULTILINE)}
    line = f"{rows['a']}{letters['A']} {rows['b']}{letters['B']} {rows['c']}{letters['A']}"
    assert read_line(asked, line) == right_response(asked)


@pytest.mark.parametrize(
    ("kind", "keys", "line"),
    [("ordering", LINES, "z0"), ("ordering", LINES, "axx"), ("matching", PAIRS, "9a"), ("hotspot", HOTSPOT, "a b")],
)
def test_a_line_that_stands_for_nothing_is_sent_back(kind, keys, line):
    with pytest.raises(UnreadableError):
        read_line(vary("quiz", question(kind, keys), 3), line)


def test_the_question_of_the_contributors_guide_is_sound(tmp_path):
    section = CONTRIBUTING.read_text(encoding="utf-8").split("## Add a quiz question")[1].split("\n## ")[0]
    (block,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    path = tmp_path / "track" / "quizzes" / "guide.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + block, encoding="utf-8")
    (asked,) = read_quiz(path).questions
    assert asked.look_again
