"""`manage.py sync_curriculum --check` reads the quizzes too."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.quizzes.conftest import SINGLE
from tests.quizzes.test_try_quiz import NUMERIC


@pytest.fixture
def check(settings, notebooks, capsys):
    """Run the check, and return what it prints to both."""

    def go(**options):
        settings.CURRICULUM_DIR = notebooks
        call_command("sync_curriculum", check=True, **options)
        return capsys.readouterr().out

    return go


def test_quizzes_are_counted_and_questions_by_kind(check, write):
    write(SINGLE, NUMERIC)
    write(SINGLE, name="more")
    found = json.loads(check(json=True))
    assert (found["quizzes"], found["questions"]) == (2, {"single": 2, "numeric": 1})


def test_the_sentence_says_how_many(check, write):
    write(SINGLE, NUMERIC)
    assert "quizzes 1, questions 2." in check()


def test_a_mistake_in_a_quiz_is_named_with_its_line(check, write, capsys):
    path = write(SINGLE.replace("level: beginner", "level: easy"))
    with pytest.raises(CommandError):
        check()
    assert f"{path}:8: 'easy' is no level" in capsys.readouterr().err
