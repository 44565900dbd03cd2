"""A session of reviews: answered, rated, taken back, set aside; by keyboard in two keys a question."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.quizzes.answers import right_response
from apps.quizzes.models import Answer, Card, Review
from apps.quizzes.services import finish, give_answer, start

from .site import QUESTIONS, entry, load, respond

SESSION = reverse("learning:session")


@pytest.fixture
def cards(bob):
    """Bob has taken the small quiz, and all of it is due."""
    quiz = load(entry())
    attempt = start(user=bob, quiz=quiz)
    for answer in attempt.answers.all():
        respond(answer)
    finish(attempt=attempt)
    Card.objects.update(due=timezone.now() - timedelta(days=1))
    return list(Card.objects.all())


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def asked(client) -> Answer:
    return client.get(SESSION).context["asked"].answer


def fields(answer: Answer, *, right: bool = True) -> dict[str, str]:
    """What the form of a question of the small quiz sends."""
    given = right_response(answer.variant)
    value = given.get("option") or given.get("text")
    return {f"q{answer.pk}": value if right else "1000"}


def reply(client, answer: Answer, *, right: bool = True):
    return client.post(reverse("learning:answer", args=[answer.pk]), fields(answer, right=right), follow=True)


def rate(client, answer: Answer, rating: int):
    return client.post(reverse("learning:rate", args=[answer.pk]), {"rating": str(rating)}, follow=True)


class TestSession:
    def test_one_after_the_other_until_nothing_is_due(self, cards, bobs):
        bobs.post(reverse("learning:begin"))
        for _ in cards:
            answer = asked(bobs)
            assert "How well did you know it?" in reply(bobs, answer).content.decode()
            response = rate(bobs, answer, 3)
        assert "3 reviewed." in response.content.decode()
        assert "Nothing is due now" in response.content.decode()
        assert Review.objects.filter(answer__attempt__isnull=True).count() == 3

    def test_the_key_is_not_on_the_page_before_the_answer(self, cards, bobs):
        for _ in cards:
            answer = asked(bobs)
            text = bobs.get(SESSION).content.decode()
            assert answer.variant.question.explanation not in text
            reply(bobs, answer)
            assert "How well did you know it?" in bobs.get(SESSION).content.decode()
            rate(bobs, answer, 3)

    def test_what_can_not_be_read_stays_in_the_field(self, cards, bobs):
        Card.objects.exclude(question__slug="how-many").update(due=timezone.now() + timedelta(days=9))
        answer = asked(bobs)
        response = bobs.post(
            reverse("learning:answer", args=[answer.pk]), {f"q{answer.pk}": "about seven"}, follow=True
        )
        text = response.content.decode()
        assert "about seven" in text
        assert 'role="alert"' in text
        assert Answer.objects.get(pk=answer.pk).is_open

    def test_a_wrong_answer_suggests_again(self, cards, bobs):
        answer = asked(bobs)
        wrong = reply(bobs, answer, right=False) if answer.question.kind != "single" else None
        if wrong is None:
            respond(answer, right=False)
            wrong = bobs.get(SESSION)
        suggested = [one.value for one in wrong.context["ratings"] if one.suggested]
        assert suggested == [1]

    def test_after_ten_there_is_a_rest(self, cards, bobs):
        bobs.get(reverse("learning:reviews"))
        session = bobs.session
        session["reviewed"] = 10
        session.save()
        assert "10 reviewed." in bobs.get(SESSION, follow=True).content.decode()

    def test_rating_twice_counts_once(self, cards, bobs):
        answer = asked(bobs)
        reply(bobs, answer)
        rate(bobs, answer, 3)
        rate(bobs, answer, 1)
        assert Review.objects.get(answer=answer).rating == 3

    def test_a_rating_that_is_none_follows_from_the_answer(self, cards, bobs):
        answer = asked(bobs)
        reply(bobs, answer)
        bobs.post(reverse("learning:rate", args=[answer.pk]), {"rating": "99"})
        assert Review.objects.get(answer=answer).rating == 3

    def test_the_last_one_is_taken_back(self, cards, bobs):
        answer = asked(bobs)
        reply(bobs, answer)
        rate(bobs, answer, 4)
        bobs.post(reverse("learning:undo"))
        assert asked(bobs).question == answer.question

    def test_a_question_is_set_aside(self, cards, bobs):
        answer = asked(bobs)
        card = Card.objects.get(question=answer.question)
        bobs.post(reverse("learning:suspend", args=[card.pk]), {"suspended": "1"})
        assert asked(bobs).question != answer.question

    def test_a_stranger_gets_nothing(self, cards, bobs, charlie):
        answer = asked(bobs)
        bobs.force_login(charlie)
        for name in ("answer", "draft", "rate"):
            assert bobs.post(reverse(f"learning:{name}", args=[answer.pk])).status_code == 404

    def test_a_quizs_question_is_not_answered_here(self, cards, bobs):
        in_quiz = Answer.objects.filter(attempt__isnull=False).first()
        assert bobs.post(reverse("learning:rate", args=[in_quiz.pk])).status_code == 404

    def test_its_queries_do_not_grow_with_the_cards(self, cards, bobs, django_assert_max_num_queries):
        with django_assert_max_num_queries(14):
            bobs.get(SESSION)


class TestSetAside:
    """What was set aside is named by what it asks, with numbers in it and formulas whole."""

    CODE = """\
- id: what-it-prints
  kind: code-output
  level: beginner
  concepts: [tensor]
  prompt: What does this print?
  code: print({{n}} + 1)
  variants: |
    def variant(rng):
        n = rng.randint(1, 9)
        return {"n": n, "m": n + 1}
  answer: "{{m}}"
  explanation: "{{m}}"
"""

    def page(self, client, user, questions=QUESTIONS) -> str:
        """The reviews of somebody who has set every question of a quiz aside."""
        attempt = start(user=user, quiz=load(entry(questions=questions)))
        for answer in attempt.answers.all():
            give_answer(answer=answer, response=right_response(answer.variant))
        finish(attempt=attempt)
        Card.objects.update(suspended=True)
        return client.get(reverse("learning:reviews")).content.decode()

    def test_a_question_is_named_by_its_own_words_with_numbers_in_them(self, bobs, bob):
        text = self.page(bobs, bob)
        assert "Which way does the gradient point?" in text
        assert re.search(r"What is \d \+ 2\?", text)
        assert "{{" not in text
        assert "how-many" not in text

    def test_a_formula_in_it_is_whole(self, bobs, bob):
        formula = "f(x) = " + " + ".join(["x^2"] * 60)
        text = self.page(bobs, bob, QUESTIONS.replace("the gradient point", f"the gradient of ${formula}$ point"))
        assert rf"\({formula}\)" in text

    def test_of_two_that_ask_in_the_same_words_the_code_says_which_it_is(self, bobs, bob):
        assert re.search(r"<code>print\(\d \+ 1\)</code>", self.page(bobs, bob, self.CODE))

    def test_its_queries_do_not_grow_with_the_cards(self, cards, bobs, django_assert_num_queries):
        Card.objects.exclude(pk=cards[0].pk).update(suspended=True)
        with CaptureQueriesContext(connection) as two:
            bobs.get(reverse("learning:reviews"))
        Card.objects.exclude(pk=cards[1].pk).update(suspended=False)
        Card.objects.filter(pk=cards[1].pk).update(suspended=True)
        with django_assert_num_queries(len(two)):
            bobs.get(reverse("learning:reviews"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_session_by_keyboard_alone(open_page, cards, bob):
    page = open_page(reverse("learning:reviews"), user=bob)
    page.wait_for_selector("button:focus:has-text('Review 3 now')")
    page.keyboard.press("Enter")
    for left in (3, 2, 1):
        field = page.get_attribute("form [data-answer]", "formaction")
        answer = Answer.objects.get(pk=field.rstrip("/").split("/")[-2])
        given = right_response(answer.variant)
        if "option" in given:
            page.focus(f"input[value='{given['option']}']")
            page.keyboard.press("Space")
        else:
            page.focus(f"input[name='q{answer.pk}']")
            page.keyboard.type(given["text"])
        page.keyboard.press("Enter")
        page.wait_for_selector("button[name=rating]:focus")
        page.wait_for_load_state()  # the script that listens to the keys is there
        page.keyboard.press("3" if left % 2 else "Enter")
    page.wait_for_selector("text=3 reviewed.")
    assert Review.objects.filter(answer__attempt__isnull=True).count() == 3
