"""What a run of the suite came to: a table for people, a file for programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.submissions.models import Run
    from tests.chaos.promises import Broken

# A promise was broken where one of these is not zero.
PROMISES = (
    "not_final", "double_scored", "score_differs", "attempts_not_refunded", "illegal_transitions", "left_behind",
    "lost", "standing_differs",
)  # fmt: skip
# Of these nothing can be compared; they cost no attempt. (apps.submissions needs Django set up, this module does not.)
PLATFORM_ERROR = "platform_error"
# Of a list the table shows so many.
SHOWN = 10


def say(text: str = "") -> None:
    """A line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def compose(
    runs: list[Run], faults: dict[str, int], broken: Broken, left: list[str], further: dict[str, Any]
) -> dict[str, Any]:
    """The report, but for what is seen only once the site is down; `further` are figures that nothing depends on."""
    seconds = sorted((run.finished_at - run.queued_at).total_seconds() for run in runs if run.finished_at)
    ours = [run for run in runs if run.verdict == PLATFORM_ERROR]
    return {
        "seed": further.pop("seed"),
        "submissions": len(runs),
        "faults": faults,
        **broken.counts(),
        "left_behind": len(left),
        "worst_seconds_to_final": round(max(seconds, default=0.0), 1),
        "median_seconds_to_final": round(seconds[len(seconds) // 2], 1) if seconds else 0.0,
        "retried": sum(run.attempt > 1 for run in runs),
        "ended_by_our_fault": len(ours),
        **further,
        "which": {name: sorted(found)[:SHOWN] for name, found in vars(broken).items() if found},
        "left": left,
        "our_faults": [f"{run.pk} {run.detail[:300]}" for run in ours],
    }


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
