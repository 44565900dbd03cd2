"""From artefacts to a grade. Runs nothing of the learner's, and is the same each time for a seed and artefacts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from apps.grading.artefacts import DEFAULT_LIMITS, Artefact, ArtefactLimits, clean_text, read_artefact
from apps.grading.checks import Check
from apps.grading.competition import Entry
from apps.grading.errors import ArtefactError, SpecError
from apps.grading.inputs import Inputs
from apps.grading.report import CheckOutcome, Finding, GradeReport, Kinds, Lesson
from apps.grading.spec import GradingSpec, probes_of
from apps.runner.contract import ProbeCall

T = TypeVar("T")


def grade(spec: GradingSpec, *, seed: int, artefacts: Path, limits: ArtefactLimits = DEFAULT_LIMITS) -> GradeReport:
    """Judge what a run left in the folder `artefacts`.

    1. draw the run's inputs again from its seed; 2. read each probe's artefact once, strictly; 3. judge each check,
    draw it and say what kind it is; 4. in a competition, work out the entry.

    Whatever is missing, damaged or wrong there costs the points of its check. Raises SpecError where the exercise
    itself is at fault, which must cost nobody points.
    """
    inputs = spec.draw(seed)
    read = {probe.id: _read(artefacts, probe, limits) for probe in spec.probes}
    checks = tuple(_outcome(check, *_find(check, read, inputs)) for check in spec.checks)
    entry = _entry(spec, read)
    score = round(sum(check.points for check in checks), 4)
    return GradeReport(score=score, max_score=spec.max_score, checks=checks, entry=entry)


def _entry(spec: GradingSpec, read: dict[str, Any]) -> Entry | None:
    if spec.competition is None:
        return None
    try:
        return spec.competition.entry(read[spec.competition.probe])
    except Exception as error:
        raise SpecError(f"the competition raised {type(error).__name__}: {error}") from error


def _read(folder: Path, probe: ProbeCall, limits: ArtefactLimits) -> Any:
    """The probe's value, or the ArtefactError that says why there is none."""
    try:
        return _value(read_artefact(folder, probe.id, limits), probe)
    except ArtefactError as error:
        return error


def _value(artefact: Artefact, probe: ProbeCall) -> Any:
    name = f"`{probe.target}`"
    said = ": ".join(part for part in artefact.error or () if part)
    match artefact.status:
        case "ok":
            return artefact.value
        case "absent":
            raise ArtefactError(f"The run left no result for {name}.")
        case "missing":
            raise ArtefactError(f"The notebook doesn't define {name}.")
        case "raised":
            raise ArtefactError(f"Calling {name} raised {said or 'an exception'}")
        case "timed_out":
            raise ArtefactError(f"Calling {name} took longer than the {probe.timeout_s:g} s that it has.")
        case "too_large":
            raise ArtefactError(f"What {name} gives is too large to be compared.")
    detail = f" ({artefact.error[1]})" if artefact.error and artefact.error[1] else ""
    raise ArtefactError(f"What {name} gives is of a type that can't be compared{detail}.")


def _find(check: Check, read: dict[str, Any], inputs: Inputs) -> tuple[Finding, tuple[Kinds, ...]]:
    found = [read[probe] for probe in probes_of(check)]
    for value in found:
        if isinstance(value, ArtefactError):
            return Finding.wrong(str(value)), ()
    value = found[0] if len(found) == 1 else tuple(found)
    try:
        finding = _judged(check, value, inputs)
        # What is stored has to be JSON, and a share has to be one: an author's slip is found here, not in the database.
        json.dumps(dict(finding.compared), allow_nan=False)
        if not 0 <= finding.share <= 1:
            raise SpecError(f"the check {check.id} gives the share {finding.share}")
        nothing: tuple[Kinds, ...] = ()
        return finding, nothing if finding.share == 1 else _or_nothing(lambda: check.kinds(value, inputs), nothing)
    except SpecError:
        raise
    except Exception as error:
        raise SpecError(f"the check {check.id} raised {type(error).__name__}: {error}") from error


def _judged(check: Check, value: Any, inputs: Inputs) -> Finding:
    """With a picture, also of a value that is of no use."""
    try:
        finding = check.judge(value, inputs)
    except ArtefactError as error:
        finding = Finding.wrong(str(error))
    if finding.plot.svg:
        return finding
    return replace(finding, plot=_or_nothing(lambda: check.picture(value, inputs), finding.plot))


def _or_nothing(say: Callable[[], T], nothing: T) -> T:
    try:
        return say()
    except ArtefactError:
        return nothing


def _outcome(check: Check, finding: Finding, kinds: tuple[Kinds, ...]) -> CheckOutcome:
    passed = finding.share == 1
    return CheckOutcome(
        id=check.id,
        title=check.title,
        points=round(check.points * finding.share, 4),
        max_points=float(check.points),
        passed=passed,
        message=clean_text(finding.message, at_most=1000),
        hint="" if passed else check.hint,
        compared=dict(finding.compared),
        plot_svg=finding.plot.svg,
        plot_alt=finding.plot.alt,
        lesson=Lesson(
            kinds=kinds,
            concept=check.concept,
            look_again=None if passed else check.look_again,
            columns=finding.plot.columns,
            rows=finding.plot.rows,
        ),
    )
