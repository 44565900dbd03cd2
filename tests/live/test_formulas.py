"""A formula on a whole site: through the broker to a runner and back, also where its message is lost."""

import pytest

from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Quiz
from apps.quizzes.services import give_answer, start
from studyhub import broker
from tests.live.conftest import wait_for

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def impatient(settings):
    """The answer is sent from this process: it is as impatient as those of the site."""
    settings.CHECK_LEASE_S = 2


def give(user, text: str) -> Answer:
    attempt = start(user=user, quiz=Quiz.objects.get(slug="convolutions"))
    answer = Answer.objects.with_question().get(attempt=attempt, question__slug="waiting-twice")
    return give_answer(answer=answer, response={"text": text})


def compared(answer: Answer) -> Answer:
    def done():
        answer.refresh_from_db()
        return answer.state == AnswerState.SCORED

    wait_for(done, "the formula is compared")
    return answer


def test_a_formula_written_in_another_way_is_right(site, bob):
    site.start("control", "runner")
    answer = give(bob, "s*lambda^2/e^(λ s)")
    assert answer.state == AnswerState.CHECKING
    assert compared(answer).share == 1.0
    assert answer.checks == 1


def test_the_message_is_lost_and_the_formula_is_found_again(site, impatient, bob):
    site.start("control", "beat")
    answer = give(bob, "2*lambda*exp(-lambda*s)")
    wait_for(lambda: site.waiting(broker.CPU_QUEUE), "a message")
    assert site.empty(broker.CPU_QUEUE)
    site.start("runner")
    assert compared(answer).share == 0.0
    assert answer.checks > 1
    assert answer.chosen == ["mistake-1"]
