"""Two beats are one: whichever holds the lease sends what is due, and the other takes over when it is gone."""

import signal
from datetime import datetime, timedelta
from queue import Empty

import pytest

from studyhub import broker
from studyhub.celery import RECONCILE_S, app
from studyhub.models import BeatEntry
from tests.live.conftest import IMPATIENT, wait_for

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
PERIOD_S = int(IMPATIENT["STUDYHUB_RECONCILE_S"])


class Heard:
    """What beats send: for each "reconcile" in the queue, the process that sent it."""

    def __init__(self, queue) -> None:
        self.queue = queue
        self.senders: list[int] = []

    def listen(self) -> int:
        """Take what came; returns how many ticks there were so far."""
        while True:
            try:
                message = self.queue.get_nowait()
            except Empty:
                return len(self.senders)
            message.ack()
            if message.headers["task"] == "submissions.reconcile":
                self.senders.append(int(message.headers["origin"].split("@")[0].removeprefix("gen")))

    def next(self, count: int, seconds: float = 60.0) -> set[int]:
        """Who sent the next `count` ticks."""
        before = self.listen()
        wait_for(lambda: self.listen() >= before + count, f"{count} more ticks", seconds)
        return set(self.senders[before:])


@pytest.fixture
def heard():
    with app.connection_for_read() as link:
        queue = link.SimpleQueue(broker.CONTROL_QUEUE)
        yield Heard(queue)
        queue.close()


def last_tick() -> datetime | None:
    return BeatEntry.objects.filter(name="reconcile").values_list("last_run_at", flat=True).first()


def test_of_two_one_sends_and_the_other_takes_over_within_seconds(empty_site, heard):
    empty_site.start("beat-1", "beat-2")
    pids = {empty_site.running[name].pid: name for name in ("beat-1", "beat-2")}
    wait_for(heard.listen, "a first tick")
    since = last_tick()
    before = heard.listen()
    (first,) = heard.next(3)

    empty_site.kill(pids[first])
    # The lease is three turns of the loop, and who waits looks once a turn; the rest is for a machine that is busy.
    (second,) = heard.next(3, seconds=20 * PERIOD_S)
    assert second == (set(pids) - {first}).pop()

    # One that was stopped, and not dead, goes on as the one that waits.
    empty_site.start("beat-3")
    empty_site.signal(pids[second], signal.SIGSTOP)
    assert heard.next(3) == {empty_site.running["beat-3"].pid}
    empty_site.signal(pids[second], signal.SIGCONT)
    assert heard.next(3) == {empty_site.running["beat-3"].pid}

    # However often the lease changed hands: no more ticks than periods.
    ticks = heard.listen() - before
    assert ticks <= (last_tick() - since) / timedelta(seconds=0.98 * PERIOD_S) + 1


def test_one_that_is_told_to_end_hands_over_at_once(empty_site, heard):
    empty_site.start("beat-1")
    wait_for(heard.listen, "a first tick")
    empty_site.running["beat-1"].terminate()
    assert empty_site.running.pop("beat-1").wait(timeout=20) == 0
    since, before = last_tick(), heard.listen()
    empty_site.start("beat-2")
    heard.next(2)
    assert heard.listen() - before <= (last_tick() - since) / timedelta(seconds=0.98 * PERIOD_S) + 1


def test_beat_outlives_a_database_that_does_not_answer(monkeypatch):
    """One turn of the loop, in this process: no exception leaves it, and the next turn asks again."""
    from django.db import OperationalError

    from studyhub.beat import LeasedScheduler

    scheduler = LeasedScheduler(app, lazy=False)
    with monkeypatch.context() as patch:
        patch.setattr(scheduler, "_hold", lambda: (_ for _ in ()).throw(OperationalError("gone")))
        assert scheduler.tick() == min(RECONCILE_S, 5)
    scheduler.tick()
    assert scheduler.holds
