"""sync_curriculum puts quizzes into the tables, and takes them out of what is offered."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from apps.quizzes.models import Question, Quiz

from .conftest import HEADER, SINGLE, SVG

pytestmark = pytest.mark.django_db
PICTURE = SINGLE.replace("    options:", "    picture: {file: tree.svg, alt: A tree.}\n    options:")


@pytest.fixture
def sync(notebooks, settings):
    settings.CURRICULUM_DIR = notebooks
    return lambda: call_command("sync_curriculum", verbosity=0)


def test_a_file_becomes_a_quiz_on_offer(write, sync):
    write(SINGLE)
    sync()
    quiz = Quiz.objects.on_offer().get()
    assert (quiz.slug, quiz.section.slug, quiz.question_count) == ("trees", "first-steps", 1)
    assert [concept.slug for concept in quiz.questions.get().concepts.all()] == ["decision-tree"]


def test_again_changes_nothing_and_a_file_that_is_gone_retires_it(write, sync):
    path = write(SINGLE)
    sync()
    before = list(Question.objects.values())
    sync()
    assert list(Question.objects.values()) == before
    path.unlink()
    sync()
    assert not Quiz.objects.on_offer().exists()
    assert Question.objects.get().retired


def test_another_picture_under_the_same_name_is_a_new_version(write, sync, notebooks):
    path = write(PICTURE)
    path.with_name("tree.svg").write_text(SVG)
    sync()
    first = Question.objects.get().current_version
    path.with_name("tree.svg").write_text(SVG.replace("9", "8"))
    sync()
    second = Question.objects.get().current_version
    assert first != second
    assert first.picture["file"] != second.picture["file"]


def test_layout_and_feedback_are_what_the_file_says(write, sync):
    write(SINGLE, header=HEADER.replace("position: 1", "position: 1\nfeedback: deferred\nlayout: all\noptional: true"))
    sync()
    quiz = Quiz.objects.get()
    assert (quiz.feedback, quiz.layout, quiz.optional) == ("deferred", "all", True)
