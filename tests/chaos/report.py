"""What a run of the suite came to: a table for people, a file for programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# A promise was broken where one of these is not zero.
PROMISES = (
    "not_final", "double_scored", "score_differs", "attempts_not_refunded", "illegal_transitions", "left_behind",
    "lost", "standing_differs",
)  # fmt: skip
# Of a list the table shows so many.
SHOWN = 10


def say(text: str = "") -> None:
    """A line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def kept(report: dict[str, Any]) -> bool:
    """Whether every promise was."""
    return not any(report[name] for name in PROMISES)


def show(report: dict[str, Any]) -> None:
    """The figures, one a line."""
    say()
    for name, value in report.items():
        if isinstance(value, dict):
            say(f"{name}:")
            for key, count in value.items():
                say(f"  {key:<28}{count!s:>8}")
        elif isinstance(value, list):
            for line in value[:SHOWN]:
                say(f"{name}: {line}")
        else:
            say(f"{name:<30}{value:>8}")


def write(report: dict[str, Any], path: Path) -> None:
    """The same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")
