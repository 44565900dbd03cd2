"""Runners by their own account: the operators' page, and who gets a GPU."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.submissions.models import Run, Runner
from apps.submissions.services import reconcile, record_runner, release_runs
from studyhub import broker

from .conftest import fresh, with_manifest

PAGE = reverse("submissions:runners")


def said(**changes):
    report = {
        "name": "run.cpu@host-a#17",
        "queue": broker.CPU_QUEUE,
        "host": "host-a",
        "slots": 2,
        "problem": "",
        "started": 1_780_000_000,
        "memory_mb": 812,
        "available_mb": 9000,
        "gpu": {},
        "zygotes": [
            {"profile": "torch", "forbid": ["sklearn"], "load_s": 3.1, "forks": 12, "runs": 1, "spare": True,
             "resident_mb": 640}
        ],
    }  # fmt: skip
    return record_runner(report=report | changes)


def gpu_runner(number=0):
    card = {"uuid": f"GPU-{number}", "model": "NVIDIA Test 80GB", "memory_mb": 81920, "driver": "580.65"}
    return said(name=f"run.gpu@host-b#{number}", queue=broker.GPU_QUEUE, host="host-b", slots=1, gpu=card)


def silent(name):
    Runner.objects.filter(name=name).update(seen_at=timezone.now() - timedelta(minutes=2))


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return lambda: client.get(PAGE).content.decode()


@pytest.mark.django_db
class TestReports:
    def test_a_report_is_kept_once_for_each_worker(self):
        assert said()
        assert said(slots=1)
        assert [runner.slots for runner in Runner.objects.all()] == [1]

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": ""},
            {"name": "x" * 201},
            {"name": 7},
            {"queue": "control"},
            {"slots": -1},
            {"slots": "2"},
            {"slots": 10**6},
            {"zygotes": ["x" * 70_000]},
        ],
    )
    def test_what_is_no_report_is_refused(self, changes):
        assert not said(**changes)
        assert not Runner.objects.exists()

    def test_a_worker_that_ends_as_it_was_told_to_is_forgotten(self):
        said()
        said(slots=0)
        assert not Runner.objects.exists()

    def test_one_that_stopped_by_itself_keeps_its_reason(self):
        said()
        said(slots=0, problem="a known-good notebook failed")
        said(slots=0)
        assert Runner.objects.get().problem == "a known-good notebook failed"

    def test_one_that_works_again_has_no_problem_any_more(self):
        said(slots=0, problem="a known-good notebook failed")
        said()
        assert Runner.objects.get().problem == ""

    def test_after_a_day_of_silence_it_is_forgotten(self):
        said(name="old")
        Runner.objects.update(seen_at=timezone.now() - timedelta(hours=25))
        said()
        assert [runner.name for runner in Runner.objects.all()] == ["run.cpu@host-a#17"]


@pytest.mark.django_db
class TestPage:
    def test_a_learner_may_not_see_it(self, client, bob):
        client.force_login(bob)
        assert client.get(PAGE).status_code == 403

    def test_a_stranger_is_asked_to_sign_in(self, client):
        assert client.get(PAGE).status_code == 302

    def test_a_worker_with_its_zygotes_and_memory(self, page):
        said()
        text = page()
        for word in ("Processors on host-a", "Takes work", "812 MB in all", "torch", "sklearn", "640 MB"):
            assert word in text

    def test_a_gpu_by_its_model(self, page):
        gpu_runner()
        assert "NVIDIA Test 80GB" in page()

    def test_a_worker_that_stopped_says_why(self, page):
        said(slots=0, problem="a known-good notebook failed")
        text = page()
        assert "Stopped" in text
        assert "a known-good notebook failed" in text

    @pytest.mark.parametrize(
        "changes",
        [
            {"started": "x"},
            {"started": 1e20},
            {"zygotes": 5},
            {"zygotes": [{"forbid": 3}, "x"]},
            {"gpu": {"memory_mb": "many"}},
            {"host": ["a"]},
            {"memory_mb": None},
        ],
    )
    def test_whatever_a_runner_says_the_page_stands(self, page, changes):
        assert said(**changes)
        assert "Takes work" in page()

    def test_gpu_runs_that_nobody_takes_name_their_queue(self, page, desk, bob):
        run = desk.hand_in(bob)
        Run.objects.filter(pk=run.pk).update(queue=broker.GPU_QUEUE)
        assert "--queue run.gpu" in page()

    def test_a_silent_worker(self, page):
        said()
        silent("run.cpu@host-a#17")
        assert "Silent" in page()

    def test_runs_that_nobody_takes_are_an_alarm(self, page, desk, bob):
        desk.hand_in(bob)
        assert "no runner takes any" in page()
        said()
        assert "no runner takes any" not in page()

    def test_a_reconciler_that_does_not_pass_is_an_alarm(self, page):
        assert "The reconciler does not pass" in page()
        reconcile()
        assert "The reconciler does not pass" not in page()

    def test_queries_do_not_grow_with_the_workers(self, client, alice, django_assert_num_queries):
        client.force_login(alice)
        for number in range(20):
            said(name=f"run.cpu@host#{number}")
        with django_assert_num_queries(14):
            client.get(PAGE)


class TestWhoGetsAGpu:
    def hand_in(self, desk, learner, accelerator):
        with_manifest(desk.exercise, accelerator=accelerator)
        return desk.hand_in(learner)

    def test_a_gpu_that_reports_is_a_place(self, desk, bob):
        gpu_runner()
        run = self.hand_in(desk, bob, "gpu")
        assert reconcile()["released"] == 1
        assert desk.messages[-1][2] == broker.GPU_QUEUE
        assert fresh(run).queue == broker.GPU_QUEUE

    def test_one_that_fell_silent_is_none(self, desk, bob):
        gpu_runner()
        silent("run.gpu@host-b#0")
        run = self.hand_in(desk, bob, "gpu")
        assert reconcile()["released"] == 0
        assert fresh(run).released_at is None

    @pytest.mark.parametrize(("there", "queue"), [(True, broker.GPU_QUEUE), (False, broker.CPU_QUEUE)])
    def test_who_prefers_one_gets_it_where_there_is_one(self, desk, bob, there, queue):
        if there:
            gpu_runner()
        assert self.hand_in(desk, bob, "prefer-gpu").queue == queue

    def test_who_prefers_one_does_not_wait_for_ever(self, desk, bob, settings):
        gpu_runner()
        run = self.hand_in(desk, bob, "prefer-gpu")
        silent("run.gpu@host-b#0")
        reconcile()
        assert fresh(run).queue == broker.GPU_QUEUE
        Run.objects.update(queued_at=timezone.now() - timedelta(seconds=settings.GPU_PATIENCE_S + 1))
        assert reconcile()["went without a GPU"] == 1
        assert fresh(run).queue == broker.CPU_QUEUE
        assert "No GPU was free in time: it runs on processors" in {t.reason for t in run.transitions.all()}
        assert fresh(run).released_at is not None

    def test_who_needs_one_waits(self, desk, bob, settings):
        run = self.hand_in(desk, bob, "gpu")
        Run.objects.update(queued_at=timezone.now() - timedelta(days=1))
        reconcile()
        assert (fresh(run).queue, fresh(run).released_at) == (broker.GPU_QUEUE, None)


class TestRunnersThatComeAndGo:
    """As many runs are out as runners report places, and never fewer than are set."""

    def test_more_runners_take_more_runs(self, desk, bob, settings):
        settings.RUN_SLOTS_CPU = 1
        for _ in range(4):
            desk.hand_in(bob)
        assert release_runs() == 1
        for number in range(3):
            said(name=f"run.cpu@host-{number}#1", slots=1)
        assert release_runs() == 2

    def test_runners_that_fell_silent_count_no_more(self, desk, bob, settings):
        settings.RUN_SLOTS_CPU = 1
        said(slots=3)
        silent("run.cpu@host-a#17")
        for _ in range(3):
            desk.hand_in(bob)
        assert release_runs() == 1
