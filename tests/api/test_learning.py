"""Quizzes and reviews by a program: what gives an answer away is told when the page would tell it, and not before."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.quizzes.answers import right_response
from apps.quizzes.models import Answer, Card, Quiz, QuizAttempt, Review
from tests.quizzes import pages, site


@pytest.fixture
def bobs(program, bob):
    return program(bob, "read", "learn")


def begun(bobs, slug: str = "basics") -> dict:
    return bobs.send(f"/quizzes/{slug}/attempts").json()


def give(bobs, attempt: int, number: int, response: dict, **more: str):
    return bobs.send(f"/attempts/{attempt}/questions/{number}/answer", {"response": response, **more})


def right(attempt: int, number: int) -> dict:
    answer = Answer.objects.with_question().filter(attempt=attempt)[number - 1]
    return right_response(answer.variant)


def test_a_quiz_and_how_one_stands_with_it(bobs, quiz):
    assert bobs.get("/quizzes/basics").json()["standing"] is None
    attempt = begun(bobs)["attempt"]
    give(bobs, attempt, 1, right(attempt, 1))
    expected = {"attempt": attempt, "ended": False, "asked": 3, "answered": 1, "right": 1}
    assert bobs.get("/quizzes/basics").json()["standing"] == expected
    assert bobs.get("/quizzes", {"track": "numbers"}).json()["items"][0]["standing"] == expected


def test_who_begins_twice_goes_on(bobs, quiz):
    assert begun(bobs)["attempt"] == begun(bobs)["attempt"]


def test_an_answer_is_told_at_once(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    found = give(bobs, attempt, 2, right(attempt, 2), certainty="sure").json()
    assert (found["state"], found["feedback"]["verdict"], found["feedback"]["percent"]) == ("scored", "Right", 100)
    wrong = give(bobs, attempt, 3, {"text": "matrix"}).json()
    assert (wrong["feedback"]["verdict"], wrong["feedback"]["right_answer"]) == ("Not right", "tensor")
    assert Answer.objects.get(attempt=attempt, position=1).certainty == "sure"


def test_the_first_answer_counts(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    give(bobs, attempt, 3, {"text": "matrix"})
    again = give(bobs, attempt, 3, {"text": "tensor"})
    assert (again.status_code, again.json()["id"]) == (409, "answered-otherwise")
    assert give(bobs, attempt, 3, {"text": "matrix"}).json()["feedback"]["verdict"] == "Not right"


def test_what_can_not_be_read_is_not_taken(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    response = give(bobs, attempt, 2, {"text": "about ten"})
    assert (response.status_code, response.json()["id"]) == (422, "unreadable-answer")
    assert bobs.get(f"/attempts/{attempt}").json()["questions"][1]["state"] == "open"


BODIES = [b"{", b"[]", b'{"response": NaN}', b'{"response": {"key": 1}}', b'{"response": {"text": 5}}']
# Neither a database nor a page takes these.
TEXTS = [b'{"response": {"text": "a\\u0000b"}}', b'{"response": {"text": "\\ud800"}}']


@pytest.mark.parametrize("body", BODIES + TEXTS)
def test_a_body_that_is_no_answer(bobs, quiz, body):
    attempt = begun(bobs)["attempt"]
    response = bobs.send(f"/attempts/{attempt}/questions/2/answer", body)
    assert response.status_code in {400, 422}
    assert response.json()["id"] in {"unreadable-body", "invalid", "unreadable-answer"}


def test_an_attempt_that_has_ended_takes_nothing_more(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    give(bobs, attempt, 1, right(attempt, 1))
    ended = bobs.send(f"/attempts/{attempt}/finish").json()
    assert (ended["ended"], ended["points"], ended["right"]) == (True, 1.0, 1)
    assert {one["concept"] for one in ended["concepts"]} == {"gradient", "tensor"}
    response = give(bobs, attempt, 2, {"text": "1"})
    assert (response.status_code, response.json()["id"]) == (409, "attempt-ended")


def test_a_hint_and_its_cost(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    before = bobs.get(f"/attempts/{attempt}").json()["questions"][0]
    assert (before["hints"], before["next_hint_costs"]) == ([], 20)
    after = bobs.send(f"/attempts/{attempt}/questions/1/hint").json()
    assert (after["hints"], after["next_hint_costs"]) == (["Think of a hill."], None)
    assert bobs.send(f"/attempts/{attempt}/questions/1/hint").json()["id"] == "no-hint"


def test_the_time_counts_from_when_a_question_was_shown(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    bobs.get(f"/attempts/{attempt}")
    assert not Answer.objects.filter(shown_at__isnull=False).exists()
    bobs.send(f"/attempts/{attempt}/questions/2/show")
    assert [one.position for one in Answer.objects.filter(shown_at__isnull=False)] == [1]


def test_there_is_no_fourth_question(bobs, quiz):
    attempt = begun(bobs)["attempt"]
    assert bobs.send(f"/attempts/{attempt}/questions/4/show").status_code == 404


@pytest.fixture
def every_kind(db, tmp_path, settings) -> Quiz:
    """A quiz with a question of each kind, which tells at the end."""
    return pages.load_examples(tmp_path / "examples", settings, feedback="deferred")


def test_every_kind_can_be_asked_and_answered(bobs, bob, every_kind):
    found = begun(bobs, every_kind.slug)
    answers = list(Answer.objects.with_question().filter(attempt=found["attempt"]))
    assert len({one["kind"] for one in found["questions"]}) >= 10
    for number, answer in enumerate(answers, start=1):
        response = give(bobs, found["attempt"], number, right_response(answer.variant))
        assert (response.status_code, response.json()["state"]) == (200, "answered"), answer.question.kind
        assert response.json()["feedback"] is None
    before = bobs.get(f"/attempts/{found['attempt']}").json()
    assert (before["right"], before["points"], before["concepts"]) == (None, None, [])
    ended = bobs.send(f"/attempts/{found['attempt']}/finish").json()
    scored = [one for one in ended["questions"] if one["state"] == "scored"]
    assert [one["feedback"]["percent"] for one in scored] == [100] * len(scored)
    assert {one["kind"] for one in ended["questions"] if one["state"] == "checking"} <= {"expression"}


def test_nothing_in_an_open_attempt_gives_an_answer_away(bobs, every_kind):
    found = bobs.get(f"/attempts/{begun(bobs, every_kind.slug)['attempt']}")
    answers = Answer.objects.with_question().filter(attempt=found.json()["attempt"])
    for answer, asked in zip(answers, found.json()["questions"], strict=True):
        assert (asked["feedback"], asked["response"], asked["hints"]) == (None, None, [])
        question = answer.variant.question
        assert question.explanation.strip().split("\n")[0] not in found.text
        for hint in question.hints:
            assert hint.text not in found.text
        for option in [*getattr(question, "options", ()), *getattr(question, "pairs", ())]:
            assert not getattr(option, "why", None) or option.why not in found.text


def test_reviews_one_after_the_other(bobs, bob, quiz):
    attempt = begun(bobs)["attempt"]
    for number in (1, 2):
        give(bobs, attempt, number, right(attempt, number))
    Card.objects.update(due=timezone.now())
    assert (bobs.get("/reviews").json()["due"], bobs.get("/progress").json()["reviews_due"]) == (2, 2)
    review = bobs.send("/reviews/next").json()["review"]
    assert bobs.send("/reviews/next").json()["review"]["id"] == review["id"]
    early = bobs.send(f"/reviews/{review['id']}/rating", {"rating": 3})
    assert (early.status_code, early.json()["id"]) == (409, "not-answered")
    answer = Answer.objects.with_question().get(pk=review["id"])
    told = bobs.send(f"/reviews/{review['id']}/answer", {"response": right_response(answer.variant)}).json()
    assert [one["value"] for one in told["ratings"]] == [1, 2, 3, 4]
    assert bobs.send(f"/reviews/{review['id']}/rating", {"rating": 4}).json()["due"] == 1
    bobs.send(f"/reviews/{review['id']}/rating", {"rating": 1})
    assert [one.rating for one in Review.objects.filter(answer=review["id"])] == [4]


def test_nothing_is_due(bobs):
    assert bobs.send("/reviews/next").json() == {"due": 0, "review": None}


def test_the_list_of_attempts_has_a_constant_number_of_queries(bobs, bob, quiz, django_assert_max_num_queries):
    for _ in range(4):
        bobs.send(f"/attempts/{begun(bobs)['attempt']}/finish")
    with django_assert_max_num_queries(6):
        assert len(bobs.get("/attempts").json()["items"]) == 4
    assert QuizAttempt.objects.count() == 4


def test_an_attempt_has_a_constant_number_of_queries(bobs, every_kind, django_assert_max_num_queries):
    many = begun(bobs, every_kind.slug)["attempt"]
    site.load(site.entry())
    few = begun(bobs)["attempt"]
    for attempt in (few, many):
        with django_assert_max_num_queries(8):
            assert bobs.get(f"/attempts/{attempt}").status_code == 200
