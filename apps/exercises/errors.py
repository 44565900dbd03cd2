"""What is wrong with a package, said so that its author can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: `line` counts from 1, or is 0 where no line is to blame; `advice` says what to do instead."""

    path: Path
    line: int
    message: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.message} {self.advice}".rstrip()


class PackageError(Exception):
    """A package that can't be used; `problems` holds every mistake that was found, its text one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def at(cls, path: Path, line: int, message: str, advice: str = "") -> PackageError:
        """An error of a single problem."""
        return cls([Problem(path, line, message, advice)])
