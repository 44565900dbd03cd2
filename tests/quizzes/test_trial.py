"""A question for whoever comes for the first time: answered without an account, stored nowhere."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.catalog.models import Section, Track
from apps.quizzes.models import Answer, Question, Quiz
from apps.quizzes.trial import on_trial
from tests.quizzes.site import entry, load

URL = "/quizzes/try/"


@pytest.fixture
def quiz(db) -> Quiz:
    load(entry())
    return Quiz.objects.get()


def test_an_answer_gets_its_feedback_and_nothing_is_stored(client, quiz):
    page = client.get(URL)
    trial = page.context["trial"]
    assert "Which way does the gradient point?" in page.content.decode()
    assert "It points where the function grows fastest." not in page.content.decode()
    boxes = {box.text: box.id for box in trial.asked.fields["boxes"]}
    sent = {"question": trial.question.pk, "seed": trial.seed, trial.asked.prefix: boxes["Downhill"]}
    text = client.post(URL, sent).content.decode()
    assert "That is where one steps." in text
    assert "It points where the function grows fastest." in text
    assert reverse("account_signup") in text
    assert not Answer.objects.exists()


def test_without_a_choice_it_asks_for_one(client, quiz):
    text = client.post(URL, {"question": Question.objects.first().pk, "seed": 5}).content.decode()
    assert "Choose an answer first." in text
    assert "It points where" not in text


@pytest.mark.parametrize("sent", [{"question": "x", "seed": "-1"}, {"seed": "9" * 400}, {"seed": "²"}, {}])
def test_what_makes_no_sense_gets_a_question_all_the_same(client, quiz, sent):
    assert client.get(URL, sent).status_code == 200
    assert client.post(URL, sent).status_code == 200


def test_each_track_has_one_of_the_easy_kind(quiz):
    assert [question.slug for question in on_trial()] == ["which-one"]
    Question.objects.update(level="advanced")
    assert on_trial() == []


def test_without_a_quiz_it_says_so(client, db):
    assert "No question yet" in client.get(URL).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_first_visit_has_something_done_after_three_clicks(open_page, quiz):
    section = Section.objects.get(pk=quiz.section_id)
    Track.objects.filter(pk=section.track_id).update(is_spine=False)
    page = open_page("/", viewport={"width": 390, "height": 800})
    page.get_by_role("link", name="Try a question").click()
    page.get_by_text("Uphill").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("It points where the function grows fastest.")).to_be_visible()
    expect(page.get_by_text("Right", exact=True)).to_be_visible()
