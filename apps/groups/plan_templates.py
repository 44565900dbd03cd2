"""Plans to begin with, as their files have them: notebooks/plans/*.yaml, read strictly. Imports no Django."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from apps.catalog.curriculum import Entry, LongSlug, Slug, Text, Title
from apps.catalog.yamlfile import CurriculumError, Place, Problem, YamlFile, read_yaml

FOLDER = "plans"
KINDS = ("resource", "quiz", "exercise")
# What may be planned: for each kind the slugs that there are.
Known = Mapping[str, Collection[str]]


class ItemEntry(Entry):
    """One thing to do before a meeting: a resource, a quiz or an exercise, by its slug."""

    resource: LongSlug = ""
    quiz: LongSlug = ""
    exercise: LongSlug = ""
    optional: bool = False
    note: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _one_thing(self) -> ItemEntry:
        if sum(bool(getattr(self, kind)) for kind in KINDS) != 1:
            raise ValueError("An item is one thing: give resource:, quiz: or exercise:, and only one of them.")
        return self

    @property
    def kind(self) -> str:
        """Which of the three it is."""
        return next(kind for kind in KINDS if getattr(self, kind))

    @property
    def slug(self) -> str:
        """What the curriculum calls it."""
        found: str = getattr(self, self.kind)
        return found


class MeetingEntry(Entry):
    """One meeting, in the order of the file."""

    title: Title
    minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 90
    agenda: str = ""
    items: Annotated[tuple[ItemEntry, ...], Field(strict=False)] = ()


class PlanEntry(Entry):
    """A plan; its slug is the name of its file."""

    slug: Slug
    title: Title
    summary: Text
    position: Annotated[int, Field(ge=0)] = 0
    meetings: Annotated[tuple[MeetingEntry, ...], Field(strict=False, min_length=1)]


def load_plans(folder: Path, known: Known | None = None) -> tuple[PlanEntry, ...]:
    """Every plan below the curriculum's `folder`, by position. With `known` what they name is looked up there.

    Raises CurriculumError with all faults found, each with file, line and advice.
    """
    paths = tuple(sorted((folder / FOLDER).glob("*.yaml")))
    plans, problems = [], []
    for path in paths:
        try:
            file, plan = _read(path, path.stat().st_mtime_ns)
        except CurriculumError as error:
            problems += error.problems
            continue
        problems += _dangling(file, plan, known) if known is not None else []
        plans.append(plan)
    if problems:
        raise CurriculumError(problems)
    return tuple(sorted(plans, key=lambda plan: (plan.position, plan.slug)))


@cache
def _read(path: Path, changed_ns: int) -> tuple[YamlFile, PlanEntry]:
    """Read a file; once, for as long as it stays the same."""
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise CurriculumError([file.problem((), "A plan is a mapping. Begin the file with title: and summary:")])
    if "slug" in file.data:
        text = f"Remove slug: the file's name {path.stem!r} is the plan's slug."
        raise CurriculumError([file.problem(("slug",), text)])
    try:
        plan = PlanEntry.model_validate({**file.data, "slug": path.stem})
    except ValidationError as error:
        raise CurriculumError([file.problem(fault["loc"], _advice(dict(fault))) for fault in error.errors()]) from error
    if twice := _twice(file, plan):
        raise CurriculumError(twice)
    return file, plan


def _places(plan: PlanEntry) -> list[tuple[Place, ItemEntry]]:
    return [
        (("meetings", i, "items", j), item)
        for i, meeting in enumerate(plan.meetings)
        for j, item in enumerate(meeting.items)
    ]


def _twice(file: YamlFile, plan: PlanEntry) -> list[Problem]:
    """A group does a thing once."""
    first: dict[tuple[str, str], int] = {}
    problems = []
    for place, item in _places(plan):
        line = file.problem((*place, item.kind), "").line
        if (item.kind, item.slug) in first:
            text = (
                f"The {item.kind} {item.slug!r} is already on line {first[item.kind, item.slug]}. Remove one of them."
            )
            problems.append(Problem(file.path, line, text))
        first.setdefault((item.kind, item.slug), line)
    return problems


def _dangling(file: YamlFile, plan: PlanEntry, known: Known) -> list[Problem]:
    problems = []
    for place, item in _places(plan):
        if item.slug not in known[item.kind]:
            near = difflib.get_close_matches(item.slug, sorted(known[item.kind]), n=1)
            advice = f" Did you mean {near[0]!r}?" if near else " Look it up in its track's folder."
            problems.append(file.problem((*place, item.kind), f"There is no {item.kind} {item.slug!r}.{advice}"))
    return problems


def _advice(fault: dict[str, Any]) -> str:
    key = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "")
    match fault["type"]:
        case "extra_forbidden":
            return f"Unknown key {key!r}. Remove it, or correct its spelling."
        case "missing":
            return f"The key {key!r} is missing. Add it."
        case "string_pattern_mismatch":
            return f"{fault['input']!r} is no slug. Use small letters, digits and single hyphens."
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return f"{key}: {fault['msg']} (it is {fault['input']!r})."
