"""Real servers are ended without a word and come back: nobody waits for them, and everybody takes work again."""

import pytest
from django.db import connection

from apps.submissions.constants import State
from apps.submissions.models import Run
from studyhub import bell, broker
from studyhub.celery import app
from tests.live.conftest import wait_for
from tests.live.test_killed import SLOW_CELL, SOLUTION, ended_once, hand_in, reaches
from tests.servers import reopened

pytestmark = [pytest.mark.live, pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def brokers_server():
    return reopened("TEST_BROKER_URL")


def in_its_cell(run: Run) -> bool:
    return Run.objects.get(pk=run.pk).progress.get("cell") == 1


def test_who_sends_does_not_wait_for_a_broker_and_finds_it_again(empty_site, brokers_server):
    assert bell.send("nobody.knows", 1)
    brokers_server.crash()
    assert not bell.send("nobody.knows", 2)
    assert not bell.send("nobody.knows", 3)
    brokers_server.start()
    with app.connection_for_write() as link, link.channel() as channel:
        channel.queue_declare(broker.CONTROL_QUEUE, durable=True, auto_delete=False)
    before = empty_site.waiting(broker.CONTROL_QUEUE)  # what was durable is still there
    assert bell.send("nobody.knows", 4)
    assert empty_site.waiting(broker.CONTROL_QUEUE) == before + 1
    # The connection in hand is a broken one, and this is found out by the message itself.
    brokers_server.crash()
    brokers_server.start()
    assert bell.send("nobody.knows", 5)


@pytest.mark.sandbox
def test_the_broker_is_killed_while_a_cell_runs(site, bob, brokers_server):
    site.start("control", "beat", "runner")
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    wait_for(lambda: in_its_cell(run), "the slow cell runs")
    brokers_server.crash()
    wait_for(run.stored.path.joinpath("result", "result.json").exists, "the run ends, and nobody can be told")
    brokers_server.start()
    reaches(run, State.DONE)
    ended_once(run)

    # All of them take work again, with no message of before to help, and as often as this happens.
    for _ in range(3):
        brokers_server.crash()
        brokers_server.start()
        after = reaches(hand_in(bob, SOLUTION), State.DONE)
        assert after.faults == 0
        ended_once(after)


@pytest.mark.sandbox
def test_the_database_is_restarted_while_a_cell_runs(site, bob):
    server = reopened("TEST_DATABASE_URL")
    site.start("control", "beat", "runner", "web")
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    wait_for(lambda: in_its_cell(run), "the slow cell runs")
    server.crash()
    server.start()
    connection.close()  # the test's own, which was cut too
    reaches(run, State.DONE)
    assert run.attempt == 1
    ended_once(run)
    ended_once(reaches(hand_in(bob, SOLUTION), State.DONE))
