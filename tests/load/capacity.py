"""What a hundred thousand learners would take, by calculation: `python -m tests.load.capacity [--write]`.

Figures measured by `make load` and `make load-million` on two cores are multiplied by what learners are assumed to do.
CAPACITY.md beside this file holds the outcome, and --write makes it anew; --measured prints it with the figures of the
reports in var/load instead of those below.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

HERE = Path(__file__).parent
REPORTS = HERE.parents[1] / "var" / "load"
DAY_S = 86_400


@dataclass(frozen=True)
class Assumed:
    """What learners do. None of it is measured: change it, and the rest follows."""

    learners: int = 100_000
    active_share: float = 0.2  # of them on a day
    pages: float = 40  # of each who is active, on a day; without the polls of a running hand-in
    answers: float = 12
    hand_ins: float = 1.5
    busiest_hour: float = 0.12  # of a day's work: the evening
    rush: float = 3.0  # times that, in the last minutes before a deadline
    utilisation: float = 0.6  # no process is planned for more
    years_kept: float = 1.0


@dataclass(frozen=True)
class Measured:
    """What it costs: on two cores of x86_64, Python 3.11, PostgreSQL 15, by 200 people in 140 s on a quiet machine."""

    web_ms: float = 16.4  # of a core for a request, in the mix of `make load`
    control_ms: float = 355.0  # of a core for a hand-in: reading, grading, moves
    database_ms: float = 12.5  # of a core for a request, in the same mix
    slot_s: float = 3.6  # a hand-in holds a place: 2.2 s is the mean of 27 exercises, 0.1 to 0.5 start, 0.9 the rest
    polls: float = 4.0  # of the page of a hand-in, every two seconds until it is graded
    messages: float = 41.6  # for a hand-in: bells, progress each second or cell, result
    rows_per_hand_in: float = 14.3  # a submission, notebook, run, four moves, seven checks, a third of a standing
    row_kb_per_hand_in: float = 9.8  # with indexes; five of them are a notebook of 15 KB, compressed
    rows_per_answer: float = 3.0
    row_kb_per_answer: float = 2.0
    run_store_kb: float = 549.0  # the files of a run until they are cleared away
    kept_kb: float = 60.0  # the executed notebook, which stays
    keep_days: int = 30
    release_ms: float = 2.6  # under the gate's lock: one at a time for each queue
    pool: int = 8  # connections of a process to PostgreSQL
    connections: int = 100  # what PostgreSQL allows by default


def measured(folder: Path) -> Measured:
    """The figures, those of the reports in `folder` put in where there are any."""
    known = Measured()
    load, million = folder / "report.json", folder / "million.json"
    if load.is_file():
        report = json.loads(load.read_text(encoding="utf-8"))
        found, ends = report["load"], report["hand_ins"]
        seconds, cores = found["seconds"], found["cores"]
        known = replace(
            known,
            web_ms=round(1000 * seconds * cores["web"] / found["requests"], 1),
            database_ms=round(1000 * seconds * cores["database"] / found["requests"], 1),
            control_ms=round(1000 * seconds * cores["control"] / max(1, ends["accepted"]), 1),
            messages=round(found["messages"] / max(1, ends["accepted"]), 1),
            run_store_kb=ends["run_store_kb_each"] or known.run_store_kb,
        )
    if million.is_file():
        report = json.loads(million.read_text(encoding="utf-8"))
        known = replace(known, release_ms=report["pages"]["release"]["after"]["p95_ms"])
    return known


def estimate(assumed: Assumed, known: Measured) -> dict[str, float]:
    """The day, the busiest second, and what has to stand there for it."""
    active = assumed.learners * assumed.active_share
    hand_ins, answers = active * assumed.hand_ins, active * assumed.answers
    requests = active * (assumed.pages + 2 * assumed.answers + 4 * assumed.hand_ins) + hand_ins * known.polls
    peak = assumed.busiest_hour / 3600
    rush = peak * assumed.rush
    web = math.ceil(requests * rush * known.web_ms / 1000 / assumed.utilisation)
    control = math.ceil(hand_ins * rush * known.control_ms / 1000 / assumed.utilisation)
    rows = hand_ins * known.rows_per_hand_in + answers * known.rows_per_answer
    row_gb = (hand_ins * known.row_kb_per_hand_in + answers * known.row_kb_per_answer) / 1e6
    return {
        "active learners a day": active,
        "requests a day": requests,
        "hand-ins a day": hand_ins,
        "answers a day": answers,
        "requests a second, busiest hour": requests * peak,
        "requests a second, before a deadline": requests * rush,
        "hand-ins a second, before a deadline": hand_ins * rush,
        "web processes": web,
        "control processes": control,
        "runner places, busiest hour": math.ceil(hand_ins * peak * known.slot_s / assumed.utilisation),
        "runner places, before a deadline": math.ceil(hand_ins * rush * known.slot_s / assumed.utilisation),
        "database cores": math.ceil(requests * rush * known.database_ms / 1000 / assumed.utilisation),
        "database connections, at most": (web + 2 * control) * known.pool,
        "broker messages a day": hand_ins * known.messages,
        "broker messages a second, before a deadline": hand_ins * rush * known.messages,
        "database rows a day": rows,
        "database GB a day": row_gb,
        "database GB kept": row_gb * 365 * assumed.years_kept,
        "run store GB a day": hand_ins * known.run_store_kb / 1e6,
        "run store GB kept": hand_ins
        * (known.run_store_kb * known.keep_days + known.kept_kb * 365 * assumed.years_kept)
        / 1e6,
    }


@dataclass(frozen=True)
class Bound:
    """Something that is bounded as it is delivered, or can't be had twice; `used` is the share of it that is needed."""

    what: str
    then: str
    used: float


def bounds(assumed: Assumed, known: Measured) -> list[Bound]:
    """What is full first comes first."""
    needs = estimate(assumed, known)
    found = (
        Bound(
            f"PostgreSQL's `max_connections` of {known.connections}; each process opens up to {known.pool}",
            "A pooler in front, or a smaller `STUDYHUB_DATABASE_POOL`",
            needs["database connections, at most"] / known.connections,
        ),
        Bound(
            "Sixteen places of runners: before a deadline the queue grows, and nothing is lost",
            "More runners, by queue age",
            needs["runner places, before a deadline"] / 16,
        ),
        Bound(
            "Eight cores of one PostgreSQL server, which every page and move needs",
            "A larger one; only reports could read from a copy",
            needs["database cores"] / 8,
        ),
        Bound(
            "The gate's lock: a queue's runs are released one after the other",
            "More queues",
            needs["hand-ins a second, before a deadline"] * known.release_ms / 1000,
        ),
        Bound(
            "A broker that takes 20,000 messages a second",
            "A broker for each queue",
            needs["broker messages a second, before a deadline"] / 20_000,
        ),
    )
    return sorted(found, key=lambda bound: -bound.used)


def document(assumed: Assumed, known: Measured) -> str:
    """CAPACITY.md."""
    lines = [
        "# A hundred thousand learners, on paper",
        "",
        "Made by `python -m tests.load.capacity --write` from what was measured on two cores and what is assumed. It",
        "is a calculation: nobody has run a site of this size. What you know better than we assume, change it there.",
        "",
        "| assumed | |",
        "|---|---|",
        *(f"| {one.name.replace('_', ' ')} | {_n(getattr(assumed, one.name))} |" for one in fields(assumed)),
        "",
        "| measured, or counted in the code | |",
        "|---|---|",
        *(f"| {name.replace('_', ' ')} | {_n(value)} |" for name, value in asdict(known).items()),
        "",
        "| it takes | |",
        "|---|---|",
        *(f"| {name} | {_n(value)} |" for name, value in estimate(assumed, known).items()),
        "",
        "What is full first, and at how many learners, with everything else as large as it needs to be:",
        "",
        "| at learners | full is | then |",
        "|---|---|---|",
        *(f"| {_n(assumed.learners / one.used)} | {one.what} | {one.then} |" for one in bounds(assumed, known)),
        "",
        "A web process is one of `STUDYHUB_WEB_WORKERS`, a control process one of `STUDYHUB_CONTROL_CONCURRENCY`. A",
        "place of a runner takes a core, and about 1.5 GB for an exercise with PyTorch. GPUs are left out: no exercise",
        "needs one.",
        "",
    ]
    return "\n".join(lines)


def _n(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}".removesuffix(".0") if value >= 1 else f"{value:g}"


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.capacity", description=__doc__.split("\n")[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--write", action="store_true", help="into CAPACITY.md")
    choice.add_argument("--measured", action="store_true", help="with the figures in var/load")
    options = parser.parse_args()
    text = document(Assumed(), measured(REPORTS) if options.measured else Measured())
    if options.write:
        (HERE / "CAPACITY.md").write_text(text, encoding="utf-8")
    else:
        print(text)  # noqa: T201 - a program's output


if __name__ == "__main__":
    main()
