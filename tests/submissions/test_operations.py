"""What operators see of queues and faults, on their page and as metrics."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from apps.submissions.constants import Lane, State, Verdict
from apps.submissions.models import Run
from apps.submissions.operations import Operations
from apps.submissions.services import record_runner
from studyhub import broker

METRICS = reverse("metrics")


def ago(**time):
    return timezone.now() - timedelta(**time)


def set_(run, **fields):
    Run.objects.filter(pk=run.pk).update(**fields)


@pytest.fixture
def scrape(client, settings):
    """All samples, by name and the values of their labels in any order."""
    settings.METRICS_TOKEN = "prometheus-token"

    def go():
        text = client.get(METRICS, headers={"Authorization": "Bearer prometheus-token"}).content.decode()
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return {(sample.name, frozenset(sample.labels.values())): sample.value for sample in samples}

    return go


class TestFigures:
    def test_what_waits_by_lane_and_how_long(self, desk, bob, charlie):
        set_(desk.hand_in(bob), queued_at=ago(seconds=90))
        set_(desk.hand_in(charlie), queued_at=ago(seconds=30))
        set_(desk.hand_in(charlie), lane=Lane.REGRADE)
        cpu = Operations().queues[0]
        assert [(lane.lane, lane.runs) for lane in cpu.lanes] == [("live", 2), ("regrade", 1)]
        assert 89 < cpu.lanes[0].oldest_s < 120

    @pytest.mark.parametrize(
        "standing",
        [
            {"state": State.RUNNING, "heartbeat_at": ago(minutes=10)},
            {"state": State.GRADING, "grading_at": ago(minutes=10)},
            {"state": State.QUEUED, "released_at": ago(minutes=10)},
        ],
    )
    def test_what_stands_still_is_stuck(self, desk, bob, standing):
        set_(desk.hand_in(bob), **standing)
        assert Operations().stuck == 1

    @pytest.mark.parametrize(
        "standing",
        [
            {"state": State.QUEUED, "released_at": None, "queued_at": ago(days=1)},
            {"state": State.RUNNING},  # its heartbeat is of now: this is read when the tests are collected
            {"state": State.DONE, "heartbeat_at": ago(days=1)},
        ],
    )
    def test_what_waits_its_turn_or_moves_is_not(self, desk, bob, standing):
        run = desk.hand_in(bob)
        set_(run, heartbeat_at=ago(seconds=1))
        set_(run, **standing)
        assert Operations().stuck == 0

    def test_our_faults_by_reason_the_latest_first(self, desk, bob):
        for reason, minutes in (("The disk was full.", 30), ("The runner went away.", 5), ("The disk was full.", 20)):
            run = desk.done(bob)
            set_(run, verdict=Verdict.PLATFORM_ERROR, reason=reason, finished_at=ago(minutes=minutes))
        assert [(row["reason"], row["runs"]) for row in Operations().failures] == [
            ("The runner went away.", 1),
            ("The disk was full.", 2),
        ]

    def test_the_page_shows_them(self, client, alice, desk, bob):
        run = desk.done(bob)
        set_(run, verdict=Verdict.PLATFORM_ERROR, reason="The disk was full.", detail="OSError: 28", finished_at=ago())
        client.force_login(alice)
        text = client.get(reverse("submissions:runners")).content.decode()
        for word in ("The disk was full.", "OSError: 28", "Stuck: 0", "regrade"):
            assert word in text


class TestMetrics:
    def test_the_same_figures(self, scrape, desk, bob):
        desk.done(bob)
        set_(desk.hand_in(bob), queued_at=ago(seconds=90))
        set_(desk.hand_in(bob), state=State.RUNNING, heartbeat_at=ago(minutes=10))
        found = scrape()
        assert found["studyhub_runs_waiting", frozenset([broker.CPU_QUEUE, "live"])] == 1
        assert found["studyhub_oldest_wait_seconds", frozenset([broker.CPU_QUEUE, "live"])] > 89
        assert found["studyhub_runs_out", frozenset([broker.CPU_QUEUE])] == 1
        assert found["studyhub_runs_stuck", frozenset()] == 1
        assert found["studyhub_runs_ended_last_day", frozenset(["passed"])] == 1
        assert found["studyhub_reconciler_passed_timestamp_seconds", frozenset()] == 0

    def test_runners_with_their_zygotes_and_gpu(self, scrape, db):
        zygote = {
            "profile": "torch",
            "forbid": [],
            "load_s": 3.0,
            "forks": 1,
            "runs": 0,
            "spare": True,
            "resident_mb": 2,
        }
        card = {"uuid": "GPU-1", "model": "Test", "memory_mb": 4, "driver": "1"}
        record_runner(
            report={"name": "one", "queue": broker.GPU_QUEUE, "slots": 1, "memory_mb": 3, "gpu": card,
                    "zygotes": [zygote, zygote]}
        )  # fmt: skip
        found = scrape()
        assert found["studyhub_runner_slots", frozenset(["one", broker.GPU_QUEUE])] == 1
        assert found["studyhub_runner_memory_bytes", frozenset(["one"])] == 3 * 2**20
        assert found["studyhub_gpu_memory_bytes", frozenset(["one", "Test"])] == 4 * 2**20
        assert found["studyhub_zygotes", frozenset(["one", "torch"])] == 2
        assert found["studyhub_zygote_resident_bytes", frozenset(["one", "torch"])] == 4 * 2**20

    def test_staff_may_look(self, client, alice):
        client.force_login(alice)
        assert client.get(METRICS).status_code == 200

    @pytest.mark.parametrize("token", ["", "prometheus-token"])
    @pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "prometheus-token"])
    def test_nobody_else(self, client, bob, settings, token, given):
        settings.METRICS_TOKEN = token
        client.force_login(bob)
        assert client.get(METRICS, headers={"Authorization": given}).status_code == 403

    def test_queries_do_not_grow_with_runs_or_runners(self, scrape, desk, bob, django_assert_max_num_queries):
        for number in range(12):
            desk.done(bob)
            record_runner(report={"name": f"{number}", "queue": broker.CPU_QUEUE, "slots": 1})
        with django_assert_max_num_queries(12):
            scrape()
