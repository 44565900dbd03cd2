"""exercise.yaml: what an exercise says about itself, read strictly. Imports no Django."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from apps.catalog.yamlfile import CurriculumError, YamlFile, read_yaml
from apps.exercises.errors import PackageError
from apps.runner.contract import Limits

MANIFEST_FILE = "exercise.yaml"


def _limits(value: object) -> Limits:
    """The limits of a run from the mapping in the file; a cell left at its default gets no more than the run has."""
    defaults = dataclasses.asdict(Limits())
    if not isinstance(value, dict):
        raise _limit_error(None, "limits is a mapping such as {wall_s: 60, memory_mb: 1024}")
    for name, amount in value.items():
        if name not in defaults:
            near = difflib.get_close_matches(str(name), defaults, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise _limit_error(name, f"Unknown limit {name!r}.{hint} Known: {', '.join(defaults)}")
        kind = "whole number" if isinstance(defaults[name], int) else "number"
        allowed = int if isinstance(defaults[name], int) else (int, float)
        if isinstance(amount, bool) or not isinstance(amount, allowed) or not 0 < amount < 10**6:
            raise _limit_error(name, f"The limit {name} must be a {kind} above 0 and below a million, not {amount!r}")
    limits = Limits(**value)
    if "cell_s" in value and limits.cell_s > limits.wall_s:
        raise _limit_error(
            "cell_s", f"One cell may not have more time ({limits.cell_s:g} s) than the whole run ({limits.wall_s:g} s)"
        )
    return dataclasses.replace(limits, cell_s=min(limits.cell_s, limits.wall_s))


def _limit_error(key: object, text: str) -> PydanticCustomError:
    return PydanticCustomError("limit", "{text}", {"key": key, "text": text})


def _nothing_twice(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands here twice")
    return names


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Module = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")]
# Lists from YAML are no tuples: here a type may bend.
Slugs = Annotated[tuple[Slug, ...], Field(strict=False, min_length=1), AfterValidator(_nothing_twice)]
Modules = Annotated[tuple[Module, ...], Field(strict=False), AfterValidator(_nothing_twice)]


class CompetitionRules(BaseModel):
    """When a competition ends (a day, in UTC, its end; None: never), and how often a day one may enter."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    entries_per_day: Annotated[int, Field(ge=1, le=100)] = 5
    ends: datetime.date | None = None


class Manifest(BaseModel):
    """The keys of exercise.yaml. `minutes` is the time a learner is likely to need; `attempts` None is unlimited.

    `forbid` names importable packages that are taken out of the sandbox; `limits` are complete, defaults filled in;
    `starter_points` is what the starter deserves as it is, where some check passes without any work.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)

    title: Annotated[str, Field(min_length=1, max_length=200)]
    section: Slug
    summary: Annotated[str, Field(min_length=1)]
    level: Literal["beginner", "intermediate", "advanced"]
    minutes: Annotated[int, Field(ge=1, le=6000)]
    concepts: Slugs
    profile: Literal["numpy", "sklearn", "torch", "fastai", "diffusers"]
    accelerator: Literal["cpu", "gpu", "prefer-gpu"] = "cpu"
    attempts: Annotated[int, Field(ge=1, le=1000)] | None = None
    forbid: Modules = ()
    limits: Annotated[Limits, PlainValidator(_limits), PlainSerializer(dataclasses.asdict)] = Limits()
    position: Annotated[int, Field(ge=0)] = 0
    competition: CompetitionRules | None = None
    starter_points: Annotated[float, Field(ge=0, strict=False)] = 0


def read_manifest(path: Path) -> Manifest:
    """Read exercise.yaml. Raises PackageError that names each mistake with its line."""
    file = read_yaml_file(path)
    if not isinstance(file.data, dict):
        raise PackageError.at(path, 1, "This is not a mapping. Write one 'key: value' a line, from title: on.")
    try:
        return Manifest.model_validate(file.data)
    except ValidationError as error:
        raise PackageError(file.problem(_place(detail), _advice(detail)) for detail in error.errors()) from None


def read_yaml_file(path: Path) -> YamlFile:
    """Read a file of YAML. Raises PackageError for one that is missing or is not YAML."""
    try:
        return read_yaml(path)
    except OSError as error:
        raise PackageError.at(path, 1, f"The file can't be read ({error.strerror}). Every exercise has one.") from None
    except CurriculumError as error:
        raise PackageError(error.problems) from None


def _place(detail: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*detail["loc"], detail["ctx"]["key"]) if detail["type"] == "limit" else tuple(detail["loc"])


def _advice(detail: Mapping[str, Any]) -> str:
    """One of pydantic's findings, in the words of somebody who edits the file."""
    name = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(name, Manifest.model_fields, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            return f"Unknown key {name!r}.{hint} Known: {', '.join(Manifest.model_fields)}."
        case "missing":
            return f"The key {name!r} is missing. Add it."
        case "literal_error":
            return f"{detail['input']!r} is no {name}. Use one of: {detail['ctx']['expected']}."
        case "limit":
            return f"{detail['msg']}."
        case "value_error":
            return f"{name}: {detail['ctx']['error']}."
        case _:
            return f"{name}: {detail['msg']} (it is {detail['input']!r})."
