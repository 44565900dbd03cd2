"""`make load-million`: what pages cost before and after a million hand-ins lie in the database.

    python -m tests.load.million [--hand-ins 1000000] [--report var/load/million.json]

Exit status 1 where a page takes another number of queries then, or over one and a half times as long (p95; what stays
below a few milliseconds is noise).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.load.__main__ import LEARNERS, machine, say
from tests.load.site import PROJECT, Site, site

BEFORE = 10_000
EACH = 50  # hand-ins of each learner
SLOWER = 1.5
NOISE_MS = 3.0
FILL = "import django, sys; django.setup(); from tests.load import rows; learners, count = map(int, sys.argv[1:]); "
FILL += "rows.add_learners('other', learners); rows.add_hand_ins('other', count)"
SIZES = "import django, json; django.setup(); from tests.load import rows; print(json.dumps(rows.table_sizes()))"


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.million", description=__doc__.split("\n")[0])
    parser.add_argument("--hand-ins", type=int, default=1_000_000)
    parser.add_argument("--report", type=Path, default=PROJECT / "var" / "load" / "million.json")
    options = parser.parse_args()
    with site() as running:
        people = running.folder / "people" / "people.json"
        running.python("-m", "tests.load.people", str(LEARNERS), str(BEFORE), str(people))
        say(f"Measuring with {BEFORE:,} hand-ins ...")
        before = measured(running, people)
        more = options.hand_ins - BEFORE
        say(f"Adding {more:,} hand-ins of {more // EACH:,} learners ...")
        started = time.monotonic()
        running.python("-c", FILL, str(more // EACH), str(more))
        took = round(time.monotonic() - started, 1)
        say(f"In {took:.0f} s. Measuring again ...")
        after = measured(running, people)
        sizes = json.loads(running.python("-c", SIZES))
    pages = {
        name: {
            "before": before[name],
            "after": after[name],
            "times": round(after[name]["p95_ms"] / before[name]["p95_ms"], 2),
        }
        for name in before
    }
    report = {"machine": machine(), "hand_ins": options.hand_ins, "filled_in_s": took, "pages": pages, "tables": sizes}
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(report)
    say(f"Written to {options.report}")
    for problem in (found := problems(pages)):
        say(f"NOT MET: {problem}")
    return bool(found)


def measured(running: Site, people: Path) -> dict[str, dict[str, float]]:
    """Queries and times of everything, on the rows that there are now."""
    results = people.with_name("measured.json")
    running.python("-m", "tests.load.measure", str(people), str(results))
    found: dict[str, dict[str, float]] = json.loads(results.read_text(encoding="utf-8"))
    return found


def problems(pages: dict[str, Any]) -> list[str]:
    """What does not stay as it was."""
    found = []
    for name, page in pages.items():
        before, after = page["before"], page["after"]
        if after["queries"] != before["queries"]:
            found.append(f"{name}: {before['queries']} queries before, {after['queries']} after")
        if after["p95_ms"] > SLOWER * before["p95_ms"] + NOISE_MS:
            found.append(f"{name}: p95 {before['p95_ms']} ms before, {after['p95_ms']} ms after")
    return found


def show(report: dict[str, Any]) -> None:
    """The figures for people."""
    say(f"\n{'':<22}{'queries':>16}{'p95 before':>14}{'p95 after':>12}{'times':>8}")
    for name, page in report["pages"].items():
        queries = f"{page['before']['queries']} / {page['after']['queries']}"
        times = f"{page['before']['p95_ms']:>11.1f} ms{page['after']['p95_ms']:>9.1f} ms{page['times']:>8.2f}"
        say(f"{name:<22}{queries:>16}{times}")
    say("\nRows and megabytes, with indexes:")
    for table, size in report["tables"].items():
        say(f"  {table:<34}{size['rows']:>12,}{size['bytes'] / 1e6:>10.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
