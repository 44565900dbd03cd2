"""Formulas at the sandbox: sent, compared, sent again, given back; nobody loses by our fault."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.quizzes import tasks
from apps.quizzes.answers import right_response
from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Review
from apps.quizzes.services import accept_outcome, finish, give_answer, recheck_stale
from apps.runner import worker
from studyhub import bell, broker
from studyhub.limits import read_limits
from studyhub.ratelimits import take

from .pages import asked, begin, load_examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(monkeypatch):
    sent = []
    monkeypatch.setattr(bell, "send", lambda name, *arguments, queue: sent.append((name, arguments, queue)))
    return sent


@pytest.fixture
def answer(tmp_path, settings, bob, messages):
    return asked(begin(bob, load_examples(tmp_path / "notebooks", settings)), "expression")


@pytest.fixture
def give(answer, django_capture_on_commit_callbacks):
    def go(text: str) -> Answer:
        with django_capture_on_commit_callbacks(execute=True):
            return give_answer(answer=answer, response={"text": text})

    return go


def late(answer: Answer) -> None:
    Answer.objects.filter(pk=answer.pk).update(check_due_at=timezone.now() - timedelta(seconds=1))


def values(task, worth=lambda point: 0.0):
    return {"status": "ok", "values": [repr(worth(point)) for point in task["points"]]}


class TestSending:
    def test_a_formula_waits_while_it_is_compared(self, give, messages, answer):
        taken = give("-2x exp(-x^2)")
        assert (taken.state, taken.share) == (AnswerState.CHECKING, None)
        ((name, (pk, check, task), queue),) = messages
        assert (name, pk, check, queue) == (broker.JUDGE_TASK, answer.pk, 1, broker.CPU_QUEUE)
        assert set(task) == {"tree", "points"}

    def test_the_reference_stays_here(self, give, messages, answer):
        give("x")
        assert answer.version.asked.reference not in str(messages)
        assert Answer.objects.get(pk=answer.pk).check_nonce not in str(messages)

    def test_too_many_at_once_wait_and_none_is_lost(self, give, messages, answer, bob, settings, client, monkeypatch):
        now = time.time()
        monkeypatch.setattr("studyhub.ratelimits.time.time", lambda: now)  # its window may end between them
        settings.RATE_LIMITS = read_limits(["formula=1/600"])
        take("formula", f"user:{bob.pk}")
        client.force_login(bob)
        response = client.post(reverse("quizzes:answer", args=[answer.pk]), {f"q{answer.pk}": "x"})
        assert (response.status_code, messages) == (429, [])
        kept = Answer.objects.get(pk=answer.pk)
        assert (kept.is_open, kept.response) == (True, {"text": "x"})

    def test_what_is_no_formula_is_not_sent(self, give, messages, answer):
        assert "can't be read" in give("__import__('os')").message
        assert messages == []
        assert Answer.objects.get(pk=answer.pk).is_open


class TestOutcome:
    def test_wrong_values_are_a_wrong_answer(self, give, messages, answer):
        give("x")
        task = messages[0][1][2]
        tasks.accept_outcome(answer.pk, 1, values(task))
        answer.refresh_from_db()
        assert (answer.state, answer.share) == (AnswerState.SCORED, 0.0)
        assert Review.objects.filter(answer=answer).exists()

    def test_it_counts_once(self, give, messages, answer):
        give("x")
        task = messages[0][1][2]
        assert accept_outcome(answer_id=answer.pk, check=1, outcome=values(task))
        assert not accept_outcome(answer_id=answer.pk, check=1, outcome=values(task))

    def test_one_of_an_earlier_check_is_refused(self, give, messages, answer):
        give("x")
        late(answer)
        recheck_stale()
        assert not accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        assert accept_outcome(answer_id=answer.pk, check=2, outcome=values(messages[0][1][2]))

    @pytest.mark.parametrize("outcome", [{"status": "platform_error"}, {}, None, {"status": "ok", "values": [1]}, "?"])
    def test_our_fault_changes_nothing(self, give, answer, outcome):
        give("x")
        assert not accept_outcome(answer_id=answer.pk, check=1, outcome=outcome)
        assert Answer.objects.get(pk=answer.pk).state == AnswerState.CHECKING

    def test_one_that_is_too_hard_is_given_back(self, client, bob, give, answer):
        give("x")
        accept_outcome(answer_id=answer.pk, check=1, outcome={"status": "too_hard"})
        answer = Answer.objects.get(pk=answer.pk)
        assert answer.is_open
        assert answer.answered_at is None
        client.force_login(bob)
        page = client.get(answer.attempt.get_absolute_url(), {"question": answer.position + 1}).content.decode()
        assert "took too long to evaluate" in page
        assert 'value="x"' in page

    def test_after_the_end_it_can_not_be_given_back(self, give, answer):
        give("x")
        finish(attempt=answer.attempt)
        accept_outcome(answer_id=answer.pk, check=1, outcome={"status": "too_hard"})
        answer.refresh_from_db()
        assert (answer.state, answer.share) == (AnswerState.SCORED, 0.0)

    def test_of_an_answer_that_is_gone_nothing_comes(self, db):
        assert not accept_outcome(answer_id=99, check=1, outcome={})


class TestRechecking:
    def test_what_is_silent_is_sent_again_and_ever_later(
        self, give, messages, answer, django_capture_on_commit_callbacks
    ):
        give("x")
        assert recheck_stale() == 0
        waits = []
        for _ in range(3):
            late(answer)
            with django_capture_on_commit_callbacks(execute=True):
                assert recheck_stale() == 1
            waits.append(Answer.objects.get(pk=answer.pk).check_due_at - timezone.now())
        assert [message[1][1] for message in messages] == [1, 2, 3, 4]
        assert waits == sorted(waits)

    def test_the_check_of_an_earlier_formula_does_not_decide_on_a_later_one(self, give, messages, answer):
        give("x")
        late(answer)
        recheck_stale()
        accept_outcome(answer_id=answer.pk, check=2, outcome={"status": "too_hard"})
        answer.refresh_from_db()
        give("2x")
        assert not accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        assert accept_outcome(answer_id=answer.pk, check=3, outcome=values(messages[-1][1][2]))

    def test_what_no_runner_can_take_is_given_back_in_the_end(self, give, answer):
        give("x")
        Answer.objects.filter(pk=answer.pk).update(checks=50)
        late(answer)
        assert recheck_stale() == 0
        answer.refresh_from_db()
        assert answer.is_open
        assert "which is our fault" in answer.message

    def test_what_is_known_is_not_sent_again(self, give, messages, answer):
        give("x")
        accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        late(answer)
        assert recheck_stale() == 0

    def test_beat_sees_to_it(self):
        from studyhub.celery import app

        assert app.conf.beat_schedule["recheck"]["task"] == tasks.recheck_stale.name


class TestPage:
    def test_it_polls_while_it_waits_and_stops_by_itself(self, client, bob, give, messages, answer):
        client.force_login(bob)
        give("x")
        url = reverse("quizzes:answer", args=[answer.pk])
        page = client.get(answer.attempt.get_absolute_url(), {"question": answer.position + 1})
        assert 'hx-trigger="every 1s"' in page.content.decode()
        # Nothing to swap: whoever has gone on by keyboard keeps the focus.
        assert client.get(url, headers={"HX-Request": "true"}).status_code == 204
        accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        done = client.get(url, headers={"HX-Request": "true"})
        assert done.status_code == 286
        assert "hx-trigger" not in done.content.decode()
        assert "feedback--bad" in done.content.decode()

    def test_the_result_says_what_is_still_compared(self, client, bob, give, answer):
        client.force_login(bob)
        give("x")
        finish(attempt=answer.attempt)
        assert "1 formula still being compared" in client.get(answer.attempt.get_absolute_url()).content.decode()

    def test_the_result_polls_until_all_is_compared(self, client, bob, give, messages, answer):
        client.force_login(bob)
        give("x")
        finish(attempt=answer.attempt)
        url = answer.attempt.get_absolute_url()
        assert f'hx-get="{url}?checking=1" hx-trigger="every 1s"' in client.get(url).content.decode()
        assert client.get(url, {"checking": "1"}, headers={"HX-Request": "true"}).status_code == 204
        # Without scripts, and to whoever comes back by the browser's own way, it is the page.
        assert client.get(url, {"checking": "1"}).status_code == 200
        accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        done = client.get(url, {"checking": "1"}, headers={"HX-Request": "true"})
        assert done.status_code == 286
        assert "hx-trigger" not in done.content.decode()
        assert client.get(url).status_code == 200

    def test_one_more_that_is_compared_is_shown_while_others_are_not(self, client, bob, give, messages, answer):
        client.force_login(bob)
        give("x")
        other = Answer.objects.filter(attempt=answer.attempt).exclude(pk=answer.pk).first()
        Answer.objects.filter(pk=other.pk).update(state=AnswerState.CHECKING, response={})
        finish(attempt=answer.attempt)
        url = answer.attempt.get_absolute_url()
        accept_outcome(answer_id=answer.pk, check=1, outcome=values(messages[0][1][2]))
        changed = client.get(url, {"checking": "2"}, headers={"HX-Request": "true"})
        assert changed.status_code == 200
        assert "?checking=1" in changed.content.decode()

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("-2x exp(-x^2)", "Understood as"),
            ("__import__('os')", "understood-error"),
            ("9**9**9**9", ""),
            ("(" * 3000, "understood-error"),
            ("", ""),
            ("х + 1", "understood-error"),
        ],
    )
    def test_what_is_typed_is_shown_as_it_is_understood(self, client, bob, answer, text, shown):
        client.force_login(bob)
        page = client.get(reverse("quizzes:understood", args=[answer.pk]), {f"q{answer.pk}": text}).content.decode()
        assert shown in page
        assert "<html" not in page


@pytest.mark.sandbox
class TestWithTheSandbox:
    """The message goes through the runner's own task, and its answer through ours."""

    @pytest.fixture
    def runner(self, messages, monkeypatch):
        answers = []
        monkeypatch.setattr(worker, "send", lambda name, *arguments: answers.append((name, arguments)))

        def work() -> None:
            worker.judge_formula(*messages[-1][1])
            name, arguments = answers[-1]
            assert name == broker.JUDGED_TASK
            tasks.accept_outcome(*arguments)

        return work

    @pytest.mark.parametrize(("text", "share"), [("-2x*e^(-x²)", 1.0), ("exp(-x^2)", 0.0), ("1/0", 0.0)])
    def test_equal_formulas_are_right_however_they_are_written(self, give, runner, answer, text, share):
        give(text)
        runner()
        answer.refresh_from_db()
        assert (answer.state, answer.share) == (AnswerState.SCORED, share)

    def test_the_right_answer_is_right(self, give, runner, answer):
        give(right_response(answer.variant)["text"])
        runner()
        answer.refresh_from_db()
        assert answer.share == 1.0

    def test_what_is_no_task_is_our_fault(self, monkeypatch):
        sent = []
        monkeypatch.setattr(worker, "send", lambda *arguments: sent.append(arguments))
        worker.judge_formula(1, 1, {"tree": 5})
        assert sent[0][3]["status"] == "platform_error"
