"""Runners on hosts of their own: one is cut off in mid-run, one is far away, and no two clocks agree."""

import subprocess
import sys
from urllib.parse import urlsplit

import psutil
import pytest

from apps.submissions.constants import State
from apps.submissions.models import Run, Runner, Transition
from apps.submissions.services import accept_result
from studyhub import roles
from tests import s3
from tests.hosts import ADDRESSES, Host, clock
from tests.live.conftest import PROJECT, wait_for
from tests.live.test_killed import SLOW_CELL, SOLUTION, ended_once, hand_in, reaches

pytestmark = [
    pytest.mark.live,
    pytest.mark.hosts,
    pytest.mark.servers,
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
]
LATE_S = 0.15
NAMES = ("STUDYHUB_BROKER_URL", "STUDYHUB_S3_ENDPOINT")


class Hosts:
    """Starts processes of the site on hosts: a runner finds the broker and the run store over the network."""

    def __init__(self, site, folder) -> None:
        self.site, self.folder = site, folder

    def run(self, name: str, command: list[str], host: Host, environment: dict[str, str]) -> None:
        process = subprocess.Popen(
            host.command(command),
            env=environment,
            cwd=PROJECT,
            stdout=self.site.log,
            stderr=self.site.log,
            start_new_session=True,
        )
        self.site.running[name] = process

    def start_runner(self, host: Host, **changes: str) -> None:
        own = self.folder / host.name
        own.mkdir()
        told = {
            name: value
            for name, value in self.site.environment.items()
            if not name.startswith("STUDYHUB_") or name.startswith("STUDYHUB_S3_") or name in NAMES
        }
        told |= {"STUDYHUB_RUN_STORE": self.site.environment["STUDYHUB_RUN_STORE"], "STUDYHUB_VAR": str(own), **changes}
        self.run(f"runner-{host.name}", roles.invocation("run.cpu"), host, told)

    def far_away(self, host: Host) -> dict[str, str]:
        """Where a runner on `host` finds what it needs when each piece takes LATE_S in each direction."""
        found = {}
        for number, name in enumerate(NAMES):
            address = urlsplit(self.site.environment[name])
            port = 7001 + number
            target = f"{address.hostname}:{address.port}"
            self.run(
                f"late-{number}", [sys.executable, "-m", "tests.hosts", "delay", str(port), target, str(LATE_S)],
                host, self.site.environment,
            )  # fmt: skip
            found[name] = address._replace(netloc=f"127.0.0.1:{port}").geturl()
        return found


@pytest.fixture
def hosts(site, bucket, s3_server, settings, tmp_path):
    """The site's run store is a bucket: what hosts share a disk could not be cut off from each other."""
    assert ADDRESSES["control"] in s3_server
    settings.RUN_STORE = bucket
    site.environment |= s3.settings(s3_server) | {"STUDYHUB_RUN_STORE": str(bucket)}
    return Hosts(site, tmp_path)


def in_its_cell(run: Run) -> bool:
    return Run.objects.get(pk=run.pk).progress.get("cell") == 1


def test_a_host_that_is_cut_off_in_mid_run_loses_the_run_and_its_late_result_is_refused(site, hosts, bob):
    a, b = Host("a"), Host("b")
    site.start("control", "beat")
    hosts.start_runner(a)
    run = hand_in(bob, SOLUTION, SLOW_CELL)
    wait_for(lambda: in_its_cell(run), "the slow cell runs on host a", 120)
    a.cut_off()
    wait_for(lambda: Run.objects.get(pk=run.pk).attempt == 2, "the silent attempt is superseded")
    hosts.start_runner(b)
    reaches(run, State.DONE, seconds=120)
    before = (run.score, run.finished_at, run.attempt)
    assert run.faults == 1
    assert not run.stored_at(1).has("result/result.json")

    a.join()
    wait_for(lambda: run.stored_at(1).has("result/result.json"), "host a brings its result after all", 120)
    assert not accept_result(run_id=str(run.pk), attempt=1)
    run.refresh_from_db()
    assert (run.score, run.finished_at, run.attempt) == before
    ended_once(run)

    # And it takes work again, now that there is no other.
    site.kill("runner-b")
    again = reaches(hand_in(bob, SOLUTION), State.DONE, seconds=120)
    assert again.faults == 0
    ended_once(again)


def test_a_far_host_and_clocks_that_disagree_cost_no_attempt(site, hosts, bob, alice, charlie):
    a, b = Host("a"), Host("b")
    # To bring a run's files so far takes a good part of the few seconds that these tests allow; a real site allows 60.
    site.environment["STUDYHUB_RUN_START_LEASE_S"] = "20"
    site.start("control")
    for name, wrong_by in (("beat-1", 60), ("beat-2", -60)):
        hosts.run(name, roles.invocation("beat"), Host("control"), site.environment | clock(wrong_by))
    hosts.start_runner(a, **clock(-60))
    hosts.start_runner(b, **clock(60), **hosts.far_away(b))
    wait_for(lambda: {"a", "b"} <= hosts_that_report(), "both hosts report", 120)
    runs = [hand_in(user, SOLUTION, SLOW_CELL) for user in (alice, bob, charlie)]
    for run in runs:
        reaches(run, State.DONE, seconds=120)
        moves = Transition.objects.filter(run=run).order_by("id")
        assert (run.attempt, run.faults) == (1, 0), [f"{move.at:%M:%S} {move.reason}" for move in moves]
        ended_once(run)
        at = [move.at for move in moves]
        assert at == sorted(at)
        assert run.queued_at <= run.started_at <= run.finished_at
        assert run.resources["peak_mb"] > 0
    assert {process.pid for process in psutil.process_iter()} >= {site.running[n].pid for n in ("beat-1", "beat-2")}


def hosts_that_report() -> set[str]:
    return {runner.report["host"] for runner in Runner.objects.filter(slots__gt=0)}
