"""A runner that stood still, as its machine was paused or far too busy, takes that for no mistake of the learner."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from nbclient.exceptions import CellTimeoutError

from apps.runner import monitor as module
from apps.runner.contract import CellReport, CellStatus, Outcome, RunRequest, RunResult
from apps.runner.execute import judge_error
from apps.runner.monitor import PERIOD_S, Monitor
from apps.runner.provisioner import KernelSite


class Clock:
    """Time as the watchdog sees it: each of its waits takes as long as it is told."""

    def __init__(self, *waits: float) -> None:
        self.now, self.waits = 1000.0, list(waits)

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        if not self.waits:
            return True
        self.now += self.waits.pop(0)
        return False


@pytest.fixture
def monitor(monkeypatch, tmp_path: Path):
    """A watchdog after waits of these lengths; before them a cell got 30 s."""

    def after(*waits: float) -> Monitor:
        clock = Clock(*waits)
        monkeypatch.setattr(module, "time", clock)
        site = KernelSite(request=RunRequest(run_id="r", attempt=1, exercise="e", profile="numpy"), inbox=tmp_path)
        watchdog = Monitor(site, tmp_path / "cancel", beat=lambda: None)
        watchdog.expect("cell", 30, "The cell took too long.")
        watchdog._closed = clock
        watchdog.run()
        return watchdog

    return after


def test_time_that_the_runner_stood_still_is_nobodys(monitor):
    watchdog = monitor(PERIOD_S, 40.0, PERIOD_S)
    assert watchdog.stalled_s == pytest.approx(40.0 - PERIOD_S)
    assert watchdog.left("cell") == pytest.approx(30 - 3 * PERIOD_S)


def test_a_busy_machine_is_no_stall(monitor):
    watchdog = monitor(*[0.6] * 10)
    assert watchdog.stalled_s == 0
    assert watchdog.left("cell") == pytest.approx(24)


@pytest.mark.parametrize(
    ("waits", "outcome"), [([PERIOD_S] * 5, Outcome.OUTPUT_TOO_LARGE), ([PERIOD_S, 12.0], Outcome.PLATFORM_ERROR)]
)
def test_output_that_never_arrived_is_too_large_only_where_it_was_waited_for(monitor, waits, outcome):
    session = SimpleNamespace(cells=[CellReport(index=1, status=CellStatus.RUNNING)], monitor=monitor(*waits))
    result = RunResult(run_id="r", attempt=1, outcome=Outcome.COMPLETED)
    judge_error(result, CellTimeoutError("Timeout waiting for IOPub output"), session)
    assert result.outcome == outcome
    assert ("our fault" in result.reason) == (outcome == Outcome.PLATFORM_ERROR)
