"""One check of an exercise, for a lead: how many fail it, and the code of some of them side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from apps.exercises.errors import PackageError
from apps.submissions.models import CheckResult, SubmittedNotebook

from ..similar_page import code_of, starter_of
from .board import address
from .item_page import ever_failed, latest_runs
from .reading import learners
from .relevant import names_of, relevant

if TYPE_CHECKING:
    from ..models import Assignment, Membership

SIDE_BY_SIDE = 3


@dataclass(frozen=True)
class Example:
    """One learner who fails the check: what it says to them, and the cells it is about (number and source)."""

    name: str
    message: str
    hint: str
    cells: list[tuple[int, str]]
    page: str
    work: str


class CheckPage:
    """Everybody's latest graded hand-in, by one check; six queries. Raises Http404 for an unknown check."""

    def __init__(self, reader: Membership, assignment: Assignment, check: str, start: int = 0) -> None:
        self.reader, self.assignment, self.check, self.group = reader, assignment, check, reader.group
        if assignment.exercise is None or not self.results:
            raise Http404("Nobody has been checked for this.")
        self.start = start if start < len(self.failing) else 0

    @cached_property
    def results(self) -> list[CheckResult]:
        """What the check found in each learner's latest graded hand-in, by name."""
        runs = latest_runs(self.assignment.exercise_id or 0, learners(self.group).values("user"))
        found = CheckResult.objects.filter(run__in=[run for run, _ in runs.values()], check_id=self.check)
        by_name = found.select_related("run__submission__user").defer("plot_svg", "compared")
        return sorted(by_name, key=lambda result: result.run.submission.user.display_name.casefold())

    @cached_property
    def failing(self) -> list[CheckResult]:
        """Those that fail."""
        return [result for result in self.results if not result.passed]

    @property
    def title(self) -> str:
        """What the check is called."""
        return self.results[0].title

    @property
    def sentence(self) -> str:
        """How many fail, in words."""
        failing = len(self.failing)
        told = ngettext(
            "%(n)d of %(all)d fails it in their latest graded hand-in.",
            "%(n)d of %(all)d fail it in their latest graded hand-in.",
            failing,
        ) % {"n": failing, "all": len(self.results)}
        ever = ever_failed(self.assignment.exercise_id or 0, learners(self.group).values("user"))
        before = ever.get(self.check, 0) - failing
        if before <= 0:
            return told
        more = ngettext("%(n)d more did before.", "%(n)d more did before.", before) % {"n": before}
        return f"{told} {more}"

    @cached_property
    def names(self) -> list[str]:
        """What the check calls, by its probes: `fit`, `model`; empty where its package can't be read any more."""
        exercise = self.assignment.exercise
        if exercise is None or exercise.current_version is None:
            return []
        try:
            spec = exercise.current_version.package().spec()
        except PackageError:
            return []
        probes = {
            probe
            for check in spec.checks
            if check.id == self.check
            for probe in (check.probe, *getattr(check, "also", ()))
        }
        return sorted(names_of(probe.target for probe in spec.probes if probe.id in probes))

    @property
    def names_told(self) -> SafeString:
        """The same for a sentence."""
        return format_html_join(", ", "<code>{}</code>", ((name,) for name in self.names))

    @cached_property
    def examples(self) -> list[Example]:
        """Some of those that fail, side by side."""
        shown = self.failing[self.start : self.start + SIDE_BY_SIDE]
        keys = [result.run.submission_id for result in shown]
        texts = dict(SubmittedNotebook.objects.filter(pk__in=keys).values_list("pk", "text"))
        given = starter_of({result.run.submission.version_id for result in shown})
        found = []
        for result in shown:
            work = result.run.submission
            found.append(
                Example(
                    name=work.user.display_name,
                    message=result.message,
                    hint=result.hint,
                    cells=relevant(_code_cells(texts.get(work.pk)), set(self.names), given),
                    page=address("member", self.group.slug, work.user_id),
                    work=address("work", self.group.slug, work.pk),
                )
            )
        return found

    @property
    def next_start(self) -> int | None:
        """Where the next ones begin; None where there are no others."""
        if len(self.failing) <= SIDE_BY_SIDE:
            return None
        following = self.start + SIDE_BY_SIDE
        return following if following < len(self.failing) else 0

    @property
    def others(self) -> list[tuple[str, str]]:
        """Everybody who fails it: name and the address of their hand-in."""
        return [
            (result.run.submission.user.display_name, address("work", self.group.slug, result.run.submission_id))
            for result in self.failing
        ]


def _code_cells(text: str | None) -> list[tuple[int, str]]:
    return list(enumerate(code_of(json.loads(text)), 1)) if text else []
