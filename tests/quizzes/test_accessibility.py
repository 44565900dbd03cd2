"""axe-core looks at the pages of quizzes: every kind of question, open and answered, in light and in dark."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.quizzes.answers import right_response
from apps.quizzes.services import finish, give_answer, take_hint
from studyhub import bell
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

from .pages import begin, load_examples, wrong_response

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def quiz(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(bell, "send", lambda *arguments, **options: None)
    return load_examples(tmp_path / "notebooks", settings, layout="all")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_quiz_before_and_after_its_answers(quiz, violations, bob, theme, width):  # noqa: F811
    attempt = begin(bob, quiz)
    answers = list(attempt.answers.all())
    take_hint(answer=next(answer for answer in answers if answer.version.asked.hints))
    front = [reverse("quizzes:list"), quiz.get_absolute_url(), attempt.get_absolute_url()]
    assert violations(front, theme=theme, user=bob, width=width) == []
    for answer in answers[::2]:
        give_answer(answer=answer, response=right_response(answer.variant), certainty="sure")
    assert violations(front, theme=theme, user=bob, width=width) == []
    for answer in answers[1::2]:
        give_answer(answer=answer, response=wrong_response(answer))
    finish(attempt=attempt)
    assert violations(front, theme=theme, user=bob, width=width) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_practice_and_the_weekly_goal(quiz, violations, bob, theme):  # noqa: F811
    answer = begin(bob, quiz).answers.first()
    give_answer(answer=answer, response=right_response(answer.variant))
    pages = [reverse(name) for name in ("home", "learning:reviews", "learning:practice", "profile")]
    assert violations(pages, theme=theme, user=bob, width=390) == []


def test_what_can_not_be_read_and_what_is_asked_before_the_end(quiz, violations, bob):  # noqa: F811
    attempt = begin(bob, quiz)

    def hand_in(page):
        page.locator("input[type=text]").first.fill("about seven")
        page.get_by_role("button", name="Hand in").click()
        page.get_by_text("no answer yet").wait_for()

    assert violations([attempt.get_absolute_url()], theme="light", user=bob, act=hand_in) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_for_staff(quiz, violations, alice, theme):  # noqa: F811
    pages = [reverse("quizzes:analysis", args=[quiz.slug])]
    for question in quiz.questions.all():
        pages.append(reverse("quizzes:preview", args=[quiz.slug, question.slug]) + "?seed=7")
    assert violations(pages, theme=theme, user=alice, width=390) == []
