"""From a result and the grader's report to verdict and score. Imports no database: the site and `grade` share it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apps.grading import GradeReport, grade
from apps.runner.contract import Outcome, RunResult

from .constants import UNGRADED_OUTCOMES, Verdict, verdict_for

if TYPE_CHECKING:
    from apps.exercises.package import ExercisePackage
    from apps.runner.store import Attempt

MIB = 1024 * 1024


def report_on(result: RunResult, *, package: ExercisePackage, seed: int, stored: Attempt) -> GradeReport | None:
    """What the grader finds in the artefacts of `stored`; None where the run ended so that it earns nothing.

    After an error of the learner's there is something to grade: what the cells before it defined was probed.
    Raises whatever the exercise's own grading raises, and what the run store does: faults of ours.
    """
    if result.outcome in UNGRADED_OUTCOMES:
        return None
    with stored.artefacts(package.manifest.limits.artefact_mb * MIB) as artefacts:
        return grade(package.spec(), seed=seed, artefacts=artefacts)


def checks_of(report: GradeReport | None) -> list[dict[str, Any]]:
    """What each check found, as the fields of a CheckResult: plain data, points in hundredths."""
    return [
        {
            "check_id": check.id,
            "title": check.title,
            "position": position,
            "points": round(check.points, 2),
            "max_points": check.max_points,
            "passed": check.passed,
            "message": check.message,
            "hint": check.hint,
            "compared": check.compared,
            "plot_svg": check.plot_svg,
            "plot_alt": check.plot_alt,
            "lesson": {name: value for name, value in asdict(check.lesson).items() if value},
        }
        for position, check in enumerate(report.checks if report else ())
    ]


def entry_of(report: GradeReport | None) -> dict[str, float]:
    """The figures of a competition's entry; empty where it is none."""
    entry = report.entry if report else None
    return {"public": entry.public, "private": entry.private} if entry else {}


def score_of(report: GradeReport | None) -> float:
    """Points, between 0 and the most there are, in hundredths."""
    return round(min(max(report.score, 0.0), report.max_score), 2) if report else 0.0


def verdict_of(outcome: Outcome, score: float, max_score: float) -> Verdict:
    """The verdict on a graded run. An error of the learner's stays one, whatever the cells before it earned."""
    if outcome in UNGRADED_OUTCOMES:
        return UNGRADED_OUTCOMES[outcome]
    if outcome == Outcome.PLATFORM_ERROR:
        return Verdict.PLATFORM_ERROR
    if outcome == Outcome.LEARNER_ERROR:
        return Verdict.LEARNER_ERROR
    return verdict_for(score, max_score)
