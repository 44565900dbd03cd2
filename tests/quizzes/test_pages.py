"""Taking a quiz on its pages, by plain forms: every kind of question, both layouts, both times of feedback."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.models import Completion, Concept, Resource
from apps.quizzes.answers import right_response
from apps.quizzes.constants import AnswerState
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Answer, Quiz, QuizAttempt
from studyhub import bell

from .pages import as_form, asked, begin, load_examples
from .site import QUESTIONS, entry, load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def messages(monkeypatch):
    """What would have been sent to a runner."""
    sent = []
    monkeypatch.setattr(bell, "send", lambda *arguments, **options: sent.append((arguments, options)))
    return sent


@pytest.fixture
def quiz(tmp_path, settings):
    return load_examples(tmp_path / "notebooks", settings)


@pytest.fixture
def attempt(quiz, bob, client):
    client.force_login(bob)
    return begin(bob, quiz)


def page_of(client, answer: Answer) -> str:
    return client.get(answer.attempt.get_absolute_url(), {"question": answer.position + 1}).content.decode()


def post(client, name: str, answer: Answer, form: dict | None = None, **headers):
    return client.post(reverse(f"quizzes:{name}", args=[answer.pk]), form or {}, headers=headers or None)


def words(text: str) -> str:
    """The words of a page or of Markdown, so that one can be looked for in the other."""
    return re.sub(r"\W+", " ", html.unescape(re.sub(r"</?[a-z][^>]*>", " ", text))).strip()


class TestFinding:
    def test_everybody_reads_the_list_and_the_front_page(self, client, quiz):
        listed = client.get(reverse("quizzes:list")).content.decode()
        assert quiz.get_absolute_url() in listed
        front = client.get(quiz.get_absolute_url()).content.decode()
        assert "Sign in to take it" in front

    def test_taking_needs_an_account(self, client, quiz):
        response = client.post(reverse("quizzes:start", args=[quiz.slug]))
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]
        assert not QuizAttempt.objects.exists()

    def test_the_track_lists_it(self, client, quiz):
        page = client.get(quiz.section.track.get_absolute_url()).content.decode()
        assert "Test yourself" in page
        assert quiz.get_absolute_url() in page

    def test_without_quizzes_the_list_says_so(self, client):
        assert "No quizzes yet" in client.get(reverse("quizzes:list")).content.decode()

    def test_a_retired_quiz_is_gone_and_its_attempts_stay(self, client, quiz, attempt):
        quiz.retired = True
        quiz.save()
        gone = client.get(quiz.get_absolute_url())
        assert gone.status_code == 410
        assert "This quiz is no longer in the curriculum." in gone.content.decode()
        assert f'href="{attempt.get_absolute_url()}"' in gone.content.decode()
        assert client.get(attempt.get_absolute_url()).status_code == 200
        assert client.get(reverse("quizzes:quiz", args=["there-was-none"])).status_code == 404

    def test_of_a_retired_quiz_a_stranger_sees_no_attempts(self, client, quiz, attempt, charlie):
        Quiz.objects.update(retired=True)
        client.force_login(charlie)
        assert attempt.get_absolute_url() not in client.get(quiz.get_absolute_url()).content.decode()

    def test_the_list_says_how_one_stands(self, client, quiz, attempt):
        respond_to_first(client, attempt)
        assert f"1 of {quiz.questions.count()} answered" in client.get(reverse("quizzes:list")).content.decode()
        client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
        assert f"1 of {quiz.questions.count()} right" in client.get(reverse("quizzes:list")).content.decode()


def respond_to_first(client, attempt):
    answer = asked(attempt, "single")
    post(client, "answer", answer, as_form(answer, right_response(answer.variant)))


class TestStarting:
    def test_starting_twice_goes_on(self, client, quiz, attempt):
        response = client.post(reverse("quizzes:start", args=[quiz.slug]))
        assert response["Location"] == attempt.get_absolute_url()

    def test_it_goes_on_at_the_first_open_question(self, client, attempt):
        respond_to_first(client, attempt)
        assert "Question 2 " in client.get(attempt.get_absolute_url()).content.decode()

    def test_a_question_that_is_shown_is_noted_once(self, client, attempt):
        answer = asked(attempt, "numeric")
        page_of(client, answer)
        first = Answer.objects.get(pk=answer.pk).shown_at
        assert first
        page_of(client, answer)
        assert Answer.objects.get(pk=answer.pk).shown_at == first


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "expression"])
class TestEachKind:
    def test_is_answered_rightly(self, client, attempt, kind):
        answer = asked(attempt, kind)
        response = post(client, "answer", answer, as_form(answer, right_response(answer.variant)))
        assert response.status_code == 302
        answer.refresh_from_db()
        assert (answer.state, answer.share) == (AnswerState.SCORED, 1.0)
        page = page_of(client, answer)
        assert 'class="feedback feedback--good"' in page

    def test_an_empty_form_is_no_answer(self, client, attempt, kind):
        answer = asked(attempt, kind)
        response = post(client, "answer", answer)
        assert response.status_code == 422
        assert "field-error" in response.content.decode()
        assert Answer.objects.get(pk=answer.pk).is_open

    def test_what_was_filled_in_is_there_again(self, client, attempt, kind):
        answer = asked(attempt, kind)
        form = as_form(answer, right_response(answer.variant))
        post(client, "draft", answer, form)
        page = page_of(client, answer)
        for value in (one for values in form.values() for one in (values if isinstance(values, list) else [values])):
            assert str(value).splitlines()[0].replace("'", "&#x27;") in page
        assert Answer.objects.get(pk=answer.pk).is_open


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_answer_is_never_in_the_page_before_it_was_given(client, attempt, kind):
    answer = asked(attempt, kind)
    question = answer.variant.question
    pages = [page_of(client, answer), post(client, "answer", answer).content.decode()]
    pages.append(post(client, "draft", answer, {}, HX_Request="true").content.decode())
    secrets = [question.explanation, *(hint.text for hint in question.hints)]
    secrets += [mistake.why for mistake in getattr(question, "mistakes", ())]
    for name in ("options", "regions", "distractors", "pairs"):
        secrets += [one.why for one in getattr(question, name, ()) if one.why]
    if kind in {"text", "expression", "numeric", "code-output", "shape"}:
        secrets.append(f'value="{right_response(answer.variant)["text"]}"')
    for page in pages:
        for secret in filter(None, secrets):
            assert secret not in page
            assert words(secret) not in words(page)
        assert "mistake-" not in page
    # The same look finds it all once the question has been answered.
    client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
    assert words(question.explanation) in words(client.get(attempt.get_absolute_url()).content.decode())


def test_pages_of_two_seeds_name_their_options_differently(client, attempt, quiz, bob):
    answer = asked(attempt, "single")
    one = set(re.findall(r'value="(i[0-9a-f]{10})"', page_of(client, answer)))
    client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
    other = set(re.findall(r'value="(i[0-9a-f]{10})"', page_of(client, asked(begin(bob, quiz), "single"))))
    assert one
    assert not one & other


class TestOrdering:
    def test_lines_are_moved_by_plain_buttons(self, client, attempt):
        answer = asked(attempt, "ordering")
        lines = right_response(answer.variant)["lines"]
        prefix = f"q{answer.pk}"
        for line in lines:
            form = as_form(answer, Answer.objects.get(pk=answer.pk).response or {"lines": []})
            post(client, "draft", answer, form | {f"{prefix}-move": f"add:{line['id']}"})
        kept = Answer.objects.get(pk=answer.pk).response["lines"]
        assert [line["id"] for line in kept] == [line["id"] for line in lines]
        for move, check in (
            (f"down:{lines[0]['id']}", lambda found: found[1]["id"] == lines[0]["id"]),
            (f"up:{lines[0]['id']}", lambda found: found[0]["id"] == lines[0]["id"]),
            (f"in:{lines[1]['id']}", lambda found: found[1]["indent"] == 1),
            (f"out:{lines[1]['id']}", lambda found: found[1]["indent"] == 0),
            (f"remove:{lines[2]['id']}", lambda found: len(found) == len(lines) - 1),
        ):
            form = as_form(answer, Answer.objects.get(pk=answer.pk).response)
            post(client, "draft", answer, form | {f"{prefix}-move": move})
            assert check(Answer.objects.get(pk=answer.pk).response["lines"]), move


class TestHints:
    def test_a_hint_is_shown_only_once_it_was_taken_and_costs(self, client, attempt):
        answer = next(one for one in attempt.answers.all() if one.version.asked.hints)
        text = answer.variant.question.hints[0].text
        assert words(text) not in words(page_of(client, answer))
        post(client, "hint", answer)
        assert words(text) in words(page_of(client, answer))
        post(client, "answer", answer, as_form(answer, right_response(answer.variant)))
        answer = Answer.objects.with_question().get(pk=answer.pk)
        assert answer.worth < 1.0

    def test_it_keeps_what_was_filled_in(self, client, attempt):
        answer = next(one for one in attempt.answers.all() if one.version.asked.hints)
        form = as_form(answer, right_response(answer.variant))
        post(client, "hint", answer, form)
        assert Answer.objects.get(pk=answer.pk).response == right_response(answer.variant)


class TestOnce:
    def test_a_double_submit_counts_once(self, client, attempt):
        answer = asked(attempt, "text")
        post(client, "answer", answer, {f"q{answer.pk}": answer.version.asked.answers[0]})
        post(client, "answer", answer, {f"q{answer.pk}": "something else"})
        answer.refresh_from_db()
        assert answer.share == 1.0

    def test_a_draft_never_overwrites_an_answer(self, client, attempt):
        answer = asked(attempt, "text")
        post(client, "answer", answer, {f"q{answer.pk}": answer.version.asked.answers[0]})
        post(client, "draft", answer, {f"q{answer.pk}": "something else"})
        answer.refresh_from_db()
        assert answer.response == {"text": answer.version.asked.answers[0]}

    def test_after_the_end_nothing_is_taken(self, client, attempt):
        answer = asked(attempt, "text")
        client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
        post(client, "answer", answer, {f"q{answer.pk}": answer.version.asked.answers[0]})
        answer.refresh_from_db()
        assert answer.is_open

    def test_the_certainty_is_recorded(self, client, attempt):
        answer = asked(attempt, "text")
        post(client, "answer", answer, {f"q{answer.pk}": "tree", f"q{answer.pk}-certainty": "guess"})
        answer.refresh_from_db()
        assert answer.certainty == "guess"


class TestPermissions:
    @pytest.mark.parametrize("name", ["answer", "draft", "hint", "understood"])
    def test_a_stranger_finds_no_answer(self, client, attempt, charlie, name):
        client.force_login(charlie)
        answer = asked(attempt, "text")
        url = reverse(f"quizzes:{name}", args=[answer.pk])
        response = client.get(url) if name == "understood" else client.post(url, {f"q{answer.pk}": "x"})
        assert response.status_code == 404
        answer.refresh_from_db()
        assert answer.is_open
        assert answer.response is None

    def test_a_stranger_finds_no_attempt(self, client, attempt, charlie):
        client.force_login(charlie)
        assert client.get(attempt.get_absolute_url()).status_code == 404
        assert client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"}).status_code == 404

    def test_staff_see_an_attempt_and_answer_for_nobody(self, client, attempt, alice):
        client.force_login(alice)
        answer = asked(attempt, "text")
        assert client.get(attempt.get_absolute_url()).status_code == 200
        assert Answer.objects.get(pk=answer.pk).shown_at is None
        assert post(client, "answer", answer, {f"q{answer.pk}": "x"}).status_code == 404


class TestFinishing:
    def test_open_questions_are_asked_about_first(self, client, attempt):
        response = client.post(reverse("quizzes:finish", args=[attempt.pk]))
        assert "have no answer yet" in response.content.decode()
        attempt.refresh_from_db()
        assert not attempt.has_ended

    def test_the_result_shows_every_answer(self, client, attempt):
        respond_to_first(client, attempt)
        client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
        page = client.get(attempt.get_absolute_url()).content.decode()
        assert f"1 of {attempt.answers.count()} points" in page
        assert page.count("Not answered") == attempt.answers.count() - 1
        assert "By concept" in page

    def test_what_is_not_read_is_told(self, client, attempt):
        answer = asked(attempt, "numeric")
        response = post(client, "answer", answer, {f"q{answer.pk}": "about seven"})
        assert "about seven" in response.content.decode()


class TestDeferred:
    @pytest.fixture
    def quiz(self, tmp_path, settings):
        return load_examples(tmp_path / "notebooks", settings, feedback="deferred")

    def test_nothing_is_told_before_the_end(self, client, attempt):
        answer = asked(attempt, "single")
        response = post(client, "answer", answer, as_form(answer, right_response(answer.variant)))
        assert response["Location"].endswith("?question=2")
        page = page_of(client, answer)
        assert "You are told at the end" in page
        assert words(answer.version.asked.explanation) not in words(page)
        client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
        page = client.get(attempt.get_absolute_url()).content.decode()
        assert words(answer.version.asked.explanation) in words(page)

    def test_htmx_is_sent_to_the_next_question(self, client, attempt):
        answer = asked(attempt, "single")
        form = as_form(answer, right_response(answer.variant))
        response = post(client, "answer", answer, form, HX_Request="true")
        assert response["HX-Redirect"].endswith("?question=2")


class TestAllOnOnePage:
    @pytest.fixture
    def quiz(self, db):
        return load(entry(layout="all"))

    def test_one_answer_keeps_the_others_as_drafts(self, client, attempt):
        one, other, _ = attempt.answers.all()
        form = as_form(one, right_response(one.variant)) | {f"q{other.pk}": "77"}
        post(client, "answer", one, form)
        other.refresh_from_db()
        assert other.is_open
        assert other.response == {"text": "77"}
        assert 'value="77"' in client.get(attempt.get_absolute_url()).content.decode()

    def test_all_are_handed_in_together(self, client, attempt):
        form = {}
        for answer in attempt.answers.all():
            form |= as_form(answer, right_response(answer.variant))
        client.post(reverse("quizzes:finish", args=[attempt.pk]), form)
        attempt.refresh_from_db()
        assert attempt.has_ended
        assert set(attempt.answers.values_list("share", flat=True)) == {1.0}

    def test_what_is_missing_or_unreadable_is_told_first(self, client, attempt):
        one, other, _ = attempt.answers.all()
        form = as_form(one, right_response(one.variant)) | {f"q{other.pk}": "about seven"}
        page = client.post(reverse("quizzes:finish", args=[attempt.pk]), form).content.decode()
        assert "2 questions have no answer yet." in page
        assert "about seven" in page
        assert "field-error" in page
        assert Answer.objects.get(pk=one.pk).share == 1.0


class TestFragments:
    def test_the_question_comes_back_by_itself_with_the_focus_on_the_feedback(self, client, attempt):
        answer = asked(attempt, "single")
        form = as_form(answer, right_response(answer.variant))
        page = post(client, "answer", answer, form, HX_Request="true").content.decode()
        assert "<html" not in page
        assert re.search(r'id="feedback-1"[^>]* autofocus', page)
        assert 'hx-swap-oob="true"' in page

    def test_what_can_not_be_read_comes_back_as_well(self, client, attempt):
        response = post(client, "answer", asked(attempt, "numeric"), HX_Request="true")
        assert response.status_code == 200
        assert re.search(r"field-error[^>]* autofocus", response.content.decode())


class TestPictures:
    def test_a_picture_is_served_from_its_frozen_copy(self, client, attempt):
        answer = asked(attempt, "hotspot")
        assert answer.version.picture["width"] == 360
        url = re.search(r"/quizzes/pictures/[0-9a-f]{40}\.svg", page_of(client, answer))[0]
        client.logout()
        response = client.get(url)
        assert response["Content-Type"] == "image/svg+xml"
        assert response["Content-Security-Policy"].startswith("default-src 'none'")
        assert b"<svg" in b"".join(response.streaming_content)

    def test_there_is_no_way_to_other_files(self, client):
        assert client.get("/quizzes/pictures/..%2f..%2fsettings.py").status_code == 404
        assert client.get(f"/quizzes/pictures/{'0' * 40}.svg").status_code == 404


class TestQueries:
    @pytest.mark.parametrize("ended", [False, True])
    @pytest.mark.parametrize("layout", ["one", "all"])
    def test_pages_take_as_many_queries_for_three_questions_as_for_thirty(self, client, bob, ended, layout):
        many = "".join(QUESTIONS.replace("- id: ", f"- id: n{n}-") for n in range(10))
        client.force_login(bob)
        counts = []
        load(entry("few", layout=layout), entry("many", many, layout=layout))
        for quiz in Quiz.objects.order_by("slug"):
            attempt = begin(bob, quiz)
            for number, answer in enumerate(attempt.answers.all()):
                if number % 3 == 0:
                    post(client, "answer", answer, as_form(answer, right_response(answer.variant)))
            if ended:
                client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
            client.get(attempt.get_absolute_url())
            with CaptureQueriesContext(connection) as captured:
                client.get(attempt.get_absolute_url())
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert counts[1] <= 12

    def test_the_list_does_not_grow_with_the_quizzes(self, client, bob, django_assert_max_num_queries):
        load(*(entry(f"quiz-{n}") for n in range(8)))
        client.force_login(bob)
        with django_assert_max_num_queries(5):
            client.get(reverse("quizzes:list"))


def test_another_perspective_names_what_was_not_done(client, bob, quiz, attempt):
    answer = asked(attempt, "single")
    concept = Concept.objects.get(slug=answer.version.asked.concepts[0])
    made = []
    for slug in ("done-one", "open-one"):
        resource = Resource.objects.create(
            section=quiz.section,
            slug=slug,
            title=slug,
            url="https://example.org/",
            kind="article",
            level="beginner",
            why="x",
        )
        resource.concepts.add(concept)
        made.append(resource)
    Completion.objects.create(user=bob, resource=made[0])
    client.post(reverse("quizzes:finish", args=[attempt.pk]), {"sure": "1"})
    page = client.get(attempt.get_absolute_url()).content.decode()
    assert "Another perspective on this" in page
    assert "open-one" in page
    assert "done-one" not in page
