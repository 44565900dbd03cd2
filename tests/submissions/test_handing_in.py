"""Once a hand-in is accepted it is safe; what may not be handed in is refused with what to do."""

import json

import pytest
from django.db import IntegrityError

from apps.submissions import bell, services
from apps.submissions.constants import UNFINISHED_PER_LEARNER, State, Verdict
from apps.submissions.models import Run, Submission
from apps.submissions.services import handin
from apps.submissions.validation import UploadRefused
from studyhub import broker
from tests.submissions.conftest import fresh, notebook_bytes, with_manifest


def refused(desk, user) -> str:
    with pytest.raises(UploadRefused) as refusal:
        desk.hand_in(user)
    return refusal.value.id


def test_a_hand_in_is_a_submission_its_notebook_and_a_waiting_run(desk, bob):
    run = desk.hand_in(bob)
    submission = run.submission
    assert (submission.number, submission.filename, submission.version) == (
        1,
        "mine.ipynb",
        desk.exercise.current_version,
    )
    assert json.loads(submission.notebook.text)["cells"][2]["source"] == "double(21)"
    assert (run.state, run.verdict, run.attempt, run.queue, run.wall_s) == (State.QUEUED, "", 1, broker.CPU_QUEUE, 30.0)
    assert [move.reason for move in run.transitions.all()] == ["Handed in"]


def test_the_bell_rings_on_commit(desk, bob, committed):
    with committed():
        desk.hand_in(bob)
        assert desk.messages == []
    assert desk.messages == [(bell.RELEASE_TASK, (), broker.CONTROL_QUEUE)]


def test_the_reconciler_finds_a_hand_in_of_which_nobody_told(desk, bob, reconcile):
    run = desk.hand_in(bob)  # its process dies before on_commit
    reconcile()
    assert (broker.EXECUTE_TASK, (str(run.pk), 1), broker.CPU_QUEUE) in desk.messages
    assert fresh(run).released_at is not None


def test_each_run_draws_its_own_inputs(desk, bob):
    assert desk.hand_in(bob).seed != desk.hand_in(bob).seed


def test_numbers_count_per_learner_and_exercise(desk, bob, charlie):
    numbers = [desk.hand_in(user).submission.number for user in (bob, charlie, bob)]
    assert numbers == [1, 1, 2]


def test_two_at_once_get_different_numbers(desk, bob, monkeypatch):
    create, calls = handin._create, []

    def second_was_faster(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise IntegrityError("submission_number_once")
        return create(*arguments)

    monkeypatch.setattr(handin, "_create", second_was_faster)
    assert desk.hand_in(bob).submission.number == 1
    assert len(calls) == 2


def test_the_folder_in_a_file_name_is_dropped(desk, bob):
    submission = services.submit(user=bob, exercise=desk.exercise, filename="..\\..//etc/passwd", data=notebook_bytes())
    assert submission.filename == "passwd"


def test_attempts_are_limited(desk, bob, charlie):
    with_manifest(desk.exercise, attempts=2)
    desk.done(bob)
    desk.done(bob)
    assert refused(desk, bob) == "no-attempts"
    assert desk.hand_in(charlie)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"state": State.DONE, "verdict": Verdict.FAILED}, True),
        ({"state": State.DONE, "verdict": Verdict.TIMED_OUT}, True),
        ({"state": State.DONE, "verdict": Verdict.PLATFORM_ERROR}, False),
        ({"state": State.CANCELLED, "started_at": None}, False),
        ({"state": State.CANCELLED}, True),
        ({}, True),
    ],
)
def test_what_uses_up_an_attempt(desk, bob, changes, counts):
    with_manifest(desk.exercise, attempts=1)
    run = desk.running(bob)
    Run.objects.filter(pk=run.pk).update(**changes)
    assert fresh(run).counts() is counts
    assert Submission.objects.attempts_used(bob, desk.exercise) == int(counts)
    if counts:
        assert refused(desk, bob) == "no-attempts"
    else:
        assert desk.hand_in(bob).submission.number == 2


def test_one_learner_does_not_fill_the_queue(desk, bob, charlie):
    for _ in range(UNFINISHED_PER_LEARNER):
        desk.hand_in(bob)
    assert refused(desk, bob) == "too-many-waiting"
    assert desk.hand_in(charlie)


def test_nothing_is_handed_in_for_a_retired_exercise(desk, bob):
    desk.exercise.retired = True
    assert refused(desk, bob) == "retired"


def test_a_refused_file_leaves_no_trace(desk, bob):
    with pytest.raises(UploadRefused):
        services.submit(user=bob, exercise=desk.exercise, filename="n.ipynb", data=b"{}")
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("accelerator", "slots", "queue"),
    [
        ("cpu", 1, broker.CPU_QUEUE),
        ("gpu", 0, broker.GPU_QUEUE),
        ("prefer-gpu", 0, broker.CPU_QUEUE),
        ("prefer-gpu", 1, broker.GPU_QUEUE),
    ],
)
def test_the_queue_follows_what_the_exercise_asks_for(desk, bob, settings, accelerator, slots, queue):
    settings.RUN_SLOTS_GPU = slots
    with_manifest(desk.exercise, accelerator=accelerator)
    assert desk.hand_in(bob).queue == queue
