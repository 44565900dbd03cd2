"""Counters and histograms of what happens behind the site: kept in the database, so they outlive every process.

Control processes come and go, on several machines, and nobody can ask them by HTTP. What they do is rare beside a row's
price: a run's end, a pass of the reconciler, a mail. Whichever web process is asked for its figures tells these too.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from django.db import DatabaseError, connection, transaction
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from studyhub import logs

logger = logging.getLogger(__name__)
TABLE = "studyhub_tally"
Key = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """A counter, or with `buckets` (upper bounds, in seconds) a histogram."""

    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


RUN_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
FIGURES = {
    "runs_ended": Figure("Runs that have ended.", ("queue", "verdict")),
    "faults": Figure("Faults of the platform's: tried again, or at last owned up to.", ("kind",)),
    "wait_seconds": Figure("From handing in to the first word of a runner.", ("queue",), (1, 2, 5, *RUN_S[3:], 1800)),
    "run_seconds": Figure("From there to the result: the runner's time.", ("queue",), RUN_S),
    "grading_seconds": Figure("From the result to the score.", (), (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)),
    "reconciler_passes": Figure("Passes of the reconciler."),
    "reconciler_acts": Figure("What it did in them.", ("act",)),
    "passbacks": Figure("Tries to pass a score on: delivered, to be retried, or failed for good.", ("outcome",)),
    "webhooks": Figure("Tries to send a webhook: delivered, to be retried, or failed for good.", ("outcome",)),
    "links": Figure("Looks at links of resources: good, failed, or nothing learnt.", ("outcome",)),
    "mails_given_up": Figure("Mails that could not be handed over at any try.", ("kind",)),
    "own_data_failed": Figure("Exports of one's data given up, and accounts not deleted in time.", ("what",)),
    "mails": Figure("Mails handed to the mail server, or refused by it.", ("outcome",)),
}
SUM = "sum"


class Tallied:
    """Collects what happened, then writes all of it in one statement."""

    def __init__(self) -> None:
        self.found: Counter[Key] = Counter()

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """Something has happened `by` times."""
        assert len(labels) == len(FIGURES[name].labels)
        self.found[name, json.dumps(labels)] += by  # type: ignore[assignment]

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Something has taken so long."""
        bound = next((bound for bound in FIGURES[name].buckets if seconds <= bound), float("inf"))
        self.found[name, json.dumps([*labels, _bound(bound)])] += 1
        self.found[name, json.dumps([*labels, SUM])] += max(0.0, seconds)  # type: ignore[assignment]

    def write(self) -> None:
        """Add it to what there is, once the transaction that it happened in is committed. Never fails: figures wait."""
        if self.found:
            transaction.on_commit(lambda: _add(self.found))


def count(name: str, *labels: str, by: float = 1) -> None:
    """Something has happened `by` times: written on commit."""
    tallied = Tallied()
    tallied.count(name, *labels, by=by)
    tallied.write()


def collect() -> Iterator[Metric]:
    """All of FIGURES, as Prometheus is told."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, labels, value FROM {TABLE} ORDER BY name, labels")  # noqa: S608 - our own table
        rows = cursor.fetchall()
    for name, figure in FIGURES.items():
        found = {tuple(json.loads(labels)): float(value) for of, labels, value in rows if of == name}
        yield _histogram(name, figure, found) if figure.buckets else _counter(name, figure, found)


def _counter(name: str, figure: Figure, found: dict[tuple[str, ...], float]) -> Metric:
    family = CounterMetricFamily(f"studyhub_{name}", figure.help, labels=figure.labels)
    if not figure.labels:
        found = {(): 0.0, **found}
    for labels, value in found.items():
        family.add_metric(labels, value)
    return family


def _histogram(name: str, figure: Figure, found: dict[tuple[str, ...], float]) -> Metric:
    family = HistogramMetricFamily(f"studyhub_{name}", figure.help, labels=figure.labels)
    bounds = [_bound(bound) for bound in (*figure.buckets, float("inf"))]
    for labels in sorted({key[:-1] for key in found}):
        counts = accumulate(found.get((*labels, bound), 0.0) for bound in bounds)
        buckets = list(zip(bounds, counts, strict=True))
        family.add_metric(labels, buckets, found.get((*labels, SUM), 0.0))
    return family


def _bound(bound: float) -> str:
    return "+Inf" if bound == float("inf") else str(float(bound))


def _add(found: Counter[Key]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_statement(len(found)), _parameters(found.items()))
    except DatabaseError as error:
        logger.warning("Figures were lost: %s", logs.say(error))


def _statement(rows: int) -> str:
    values = ", ".join(["(%s, %s, %s)"] * rows)
    return (
        f"INSERT INTO {TABLE} (name, labels, value) VALUES {values} "  # noqa: S608 - our own table, no value in it
        f"ON CONFLICT (name, labels) DO UPDATE SET value = {TABLE}.value + excluded.value"
    )


def _parameters(found: Iterable[tuple[Key, float]]) -> list[object]:
    """In one order for everybody: two processes that write the same rows wait, and don't block each other."""
    return [part for (name, labels), value in sorted(found) for part in (name, labels, float(value))]
