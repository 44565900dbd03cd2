"""What the control side does on a message: load by id, call a service. Names are those of studyhub/broker.py."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from studyhub import broker, logs, tally

from . import bell, services


@shared_task(name=bell.RELEASE_TASK)
def release_runs() -> None:
    """A hand-in came or a slot became free."""
    services.release_runs()


@shared_task(name=broker.PROGRESS_TASK)
def record_progress(progress: dict[str, Any]) -> None:
    """A runner says what it is doing, and that it lives."""
    logs.bind(run_id=progress.get("run_id"), attempt=progress.get("attempt"))
    services.record_progress(progress=progress)


@shared_task(name=broker.FINISHED_TASK)
def accept_result(run_id: str, attempt: int) -> None:
    """A runner says that a result lies in the store."""
    logs.bind(run_id=run_id, attempt=attempt)
    services.accept_result(run_id=run_id, attempt=attempt)


@shared_task(name=broker.REPORT_TASK)
def record_runner(report: dict[str, Any]) -> None:
    """A runner's worker says what it is, and that it lives."""
    services.record_runner(report=report)


# A grader that hangs is ended by its worker; the reconciler then starts another, at most as often as any fault.
@shared_task(name=bell.GRADE_TASK, soft_time_limit=60, time_limit=75)
def grade_run(run_id: str, attempt: int) -> None:
    """A run is ready to be compared with the reference."""
    logs.bind(run_id=run_id, attempt=attempt)
    services.grade_run(run_id=run_id, attempt=attempt)


# As above: an exercise's own code may hang here too.
@shared_task(name=bell.REGRADE_TASK, soft_time_limit=60, time_limit=75)
def regrade(pk: int, number: int) -> None:
    """A slice of a regrade's work is due."""
    services.regrading.work(pk=pk, number=number)


@shared_task(name="submissions.reconcile")
def reconcile() -> None:
    """Beat's turn: whatever fell silent is found here."""
    did = services.reconcile()
    tallied = tally.Tallied()
    tallied.count("reconciler_passes")
    for act, times in did.items():
        tallied.count("reconciler_acts", act, by=times)
    tallied.write()
