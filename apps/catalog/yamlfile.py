"""YAML read with the line of every key, so that an error can say where it is. Imports no Django."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Place = tuple[Hashable, ...]
# The parser in C where PyYAML has one: several times as fast, with the same nodes.
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file, where, and what to do about it."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class CurriculumError(ValueError):
    """The curriculum's files can't be used; `problems` holds every fault found, its text lists one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class YamlFile:
    """The content of a file, and on which line each place in it stands.

    A place is the way down to a value: ("sections", 0, "title").
    """

    path: Path
    data: Any
    lines: dict[Place, int] = field(repr=False)

    def problem(self, place: Place, text: str) -> Problem:
        """A problem at `place`, or at the nearest thing around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return Problem(self.path, self.lines.get(place, 1), text)


def read_yaml(path: Path) -> YamlFile:
    """Read a file of plain YAML. Raises CurriculumError for what is no YAML, or has one key twice in a mapping."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=PARSER)
        lines: dict[Place, int] = {}
        problems: list[Problem] = []
        if node is not None:
            _note_lines(node, (), path, lines, problems)
        if problems:
            raise CurriculumError(problems)
        data = None if node is None else yaml.SafeLoader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        text = f"This is not valid YAML: {error.problem or error.context}. Check the indentation and the quotes."
        raise CurriculumError([Problem(path, mark.line + 1 if mark else 1, text)]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CurriculumError([Problem(path, 1, f"This is not valid YAML: {error}. Save it as UTF-8 text.")]) from error
    return YamlFile(path, data, lines)


def _note_lines(node: yaml.Node, place: Place, path: Path, lines: dict[Place, int], problems: list[Problem]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, key.value)
            line = key.start_mark.line + 1
            if below in lines:
                problems.append(
                    Problem(path, line, f"The key {key.value!r} stands here twice (first on line {lines[below]}).")
                )
            lines[below] = line
            _note_lines(value, below, path, lines, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*place, index), path, lines, problems)
