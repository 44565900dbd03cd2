"""Who goes first is decided in the database: live before regrades, learners in turns, as many as there are slots."""

import errno
import json
from datetime import timedelta

import pytest

from apps.runner.contract import RunRequest
from apps.submissions import folders
from apps.submissions.constants import Lane, State, Verdict
from apps.submissions.models import Run
from apps.submissions.services import release_runs
from studyhub import broker
from tests.stores import names, read
from tests.submissions.conftest import fresh


@pytest.fixture(autouse=True)
def one_slot(settings):
    settings.RUN_SLOTS_CPU = 1


def order(queue: str = broker.CPU_QUEUE) -> list:
    return list(Run.objects.waiting(queue).values_list("pk", flat=True))


def test_never_more_are_out_than_there_are_slots(desk, bob, settings):
    settings.RUN_SLOTS_CPU = 2
    runs = [desk.hand_in(bob) for _ in range(4)]
    assert release_runs() == 2
    assert release_runs() == 0
    assert [args[0] for _, args, _ in desk.messages] == [str(run.pk) for run in runs[:2]]


def test_a_run_that_ended_makes_room(desk, bob):
    first = desk.done(bob)
    second = desk.hand_in(bob)
    assert release_runs() == 1
    assert (fresh(first).state, fresh(second).released_at is not None) == (State.DONE, True)


def test_who_came_first_goes_first(desk, bob, charlie):
    runs = [desk.hand_in(user) for user in (charlie, bob)]
    assert order() == [run.pk for run in runs]


def test_learners_take_turns(desk, bob, charlie):
    bobs = [desk.hand_in(bob) for _ in range(3)]
    charlies = [desk.hand_in(charlie) for _ in range(2)]
    expected = [bobs[0], charlies[0], bobs[1], charlies[1], bobs[2]]
    assert order() == [run.pk for run in expected]


def test_one_who_runs_already_lets_others_go_first(desk, bob, charlie):
    desk.running(bob)
    bobs, charlies = desk.hand_in(bob), desk.hand_in(charlie)
    assert order() == [charlies.pk, bobs.pk]


def test_a_learner_alone_gets_every_slot(desk, bob, settings):
    settings.RUN_SLOTS_CPU = 3
    for _ in range(3):
        desk.hand_in(bob)
    assert release_runs() == 3


def test_a_regrade_never_delays_a_learner(desk, alice, bob):
    old = [desk.hand_in(alice) for _ in range(3)]
    Run.objects.update(lane=Lane.REGRADE, queued_at=old[0].queued_at - timedelta(days=1))
    live = desk.hand_in(bob)
    assert order()[0] == live.pk
    assert len(order()) == 4


def test_queues_do_not_wait_for_each_other(desk, bob, settings):
    settings.RUN_SLOTS_GPU = 1
    desk.running(bob)
    waiting = desk.hand_in(bob)
    Run.objects.filter(pk=waiting.pk).update(queue=broker.GPU_QUEUE)
    assert release_runs() == 1
    assert desk.messages[-1] == (broker.EXECUTE_TASK, (str(waiting.pk), 1), broker.GPU_QUEUE)


def test_without_a_gpu_slot_it_waits(desk, bob):
    waiting = desk.hand_in(bob)
    Run.objects.filter(pk=waiting.pk).update(queue=broker.GPU_QUEUE)
    assert release_runs() == 0
    assert fresh(waiting).released_at is None


def test_the_runner_is_given_the_notebook_and_no_secret(desk, bob):
    run = desk.released(bob)
    request = RunRequest.from_json(read(run.stored, "request.json"))
    assert (request.run_id, request.attempt, request.forbid) == (str(run.pk), 1, ("sklearn",))
    assert [given.name for given in request.inputs] == ["x"]
    everything = b"".join(read(run.stored, name) for name in names(run.stored))
    # With the seed and the exercise's source one could draw the hidden labels.
    assert str(run.seed).encode() not in everything
    assert request.seed != run.seed
    assert json.loads(read(run.stored, "notebook.ipynb"))["cells"][0]["source"] == "import numpy as np"


def test_while_the_broker_is_down_it_waits_and_loses_nothing(desk, bob):
    run = desk.hand_in(bob)
    desk.broker_up = False
    for _ in range(5):
        assert release_runs() == 0
    assert (fresh(run).released_at, fresh(run).attempt, fresh(run).faults) == (None, 1, 0)
    desk.broker_up = True
    assert release_runs() == 1
    assert run.transitions.count() == 2


def test_while_the_store_is_full_it_waits_at_no_cost(desk, bob, monkeypatch):
    run = desk.hand_in(bob)

    def full(folder, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "prepare", full)
        assert release_runs() == 0
    assert (fresh(run).released_at, fresh(run).faults) == (None, 0)
    assert release_runs() == 1


def test_an_exercise_that_can_not_be_prepared_is_our_fault(desk, package, bob):
    package.broken = ValueError("No draw today")
    run = desk.hand_in(bob)
    for attempt in (2, 3):
        release_runs()
        assert (fresh(run).state, fresh(run).attempt) == (State.QUEUED, attempt)
    release_runs()
    run = fresh(run)
    assert (run.state, run.verdict) == (State.DONE, Verdict.PLATFORM_ERROR)
    assert "No draw today" in run.detail
    assert "No draw today" not in run.reason
    assert not run.counts()


def test_one_bad_exercise_does_not_hold_up_the_next_run(desk, package, bob, charlie, settings):
    settings.RUN_SLOTS_CPU = 2
    bad, good = desk.hand_in(bob), desk.hand_in(charlie)
    spec, calls = package.spec, []

    def breaks_once():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("No draw today")
        return spec()

    package.spec = breaks_once
    assert release_runs() == 1
    assert fresh(good).released_at is not None
    assert (fresh(bad).released_at, fresh(bad).attempt) == (None, 2)
