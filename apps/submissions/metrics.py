"""The operators' figures for Prometheus. OPERATIONS.md says what each means.

What concerns the whole site is read from the database at each scrape, so every web process says the same; requests are
those of the server that was asked.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator

from django import get_version
from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from studyhub import tally
from studyhub.readiness import GOOD, readiness
from studyhub.requests import figures

from .operations import Operations

MIB = 2**20


class SiteCollector:
    """This process and what it reaches; what the page of runners shows; what has been counted."""

    def collect(self) -> Iterator[Metric]:
        """Called by the registry. Without its database a site tells at least that."""
        found = readiness.find()
        yield from _process(found)
        if found["database"] == GOOD:
            view = Operations()
            yield from _queues(view)
            yield from _runs(view)
            yield from _runners(view)
            yield from tally.collect()


def exposition() -> bytes:
    """All figures of now in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SiteCollector())
    return generate_latest(registry) + generate_latest(figures())


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"studyhub_{name}", text, labels=labels)


def _process(found: dict[str, str]) -> Iterator[Metric]:
    reachable = _gauge("reachable", "Whether this server can use a part of the site: 1 or 0.", "part")
    for part, word in found.items():
        reachable.add_metric([part], word == GOOD)
    yield reachable
    build = InfoMetricFamily("studyhub_build", "What runs here.")
    versions = {"version": importlib.metadata.version("studyhub"), "release": settings.RELEASE}
    build.add_metric([], versions | {"python": platform.python_version(), "django": get_version()})
    yield build


def _queues(view: Operations) -> Iterator[Metric]:
    waiting = _gauge("runs_waiting", "Runs that wait for a free slot.", "queue", "lane")
    oldest = _gauge("oldest_wait_seconds", "How long the first of them has waited.", "queue", "lane")
    out = _gauge("runs_out", "Runs that are with the runners.", "queue")
    places = _gauge("places", "How many may be with them at once.", "queue")
    alive = _gauge("living_places", "Places of runners that report.", "queue")
    for queue in view.queues:
        for lane in queue.lanes:
            waiting.add_metric([queue.key, lane.lane], lane.runs)
            oldest.add_metric([queue.key, lane.lane], lane.oldest_s)
        for metric, value in ((out, queue.out), (places, queue.places), (alive, queue.alive)):
            metric.add_metric([queue.key], value)
    yield from (waiting, oldest, out, places, alive)


def _runs(view: Operations) -> Iterator[Metric]:
    stuck = _gauge("runs_stuck", "Runs that stand still although the reconciler should have moved them on.")
    stuck.add_metric([], view.stuck)
    yield stuck
    ended = _gauge("runs_ended_last_day", "Runs that ended in the last 24 hours.", "verdict")
    for verdict, _, runs in view.ended:
        ended.add_metric([verdict], runs)
    yield ended
    faults = _gauge("faults_last_week", "Runs that ended by the platform's fault in the last 7 days.", "reason")
    for row in view.failures:
        faults.add_metric([row["reason"]], row["runs"])
    yield faults
    passed = _gauge("reconciler_passed_timestamp_seconds", "When the reconciler passed last; 0 for never.")
    passed.add_metric([], view.passed_at.timestamp() if view.passed_at else 0)
    yield passed


def _runners(view: Operations) -> Iterator[Metric]:
    slots = _gauge("runner_slots", "Places of a worker; 0: it takes no work any more.", "runner", "queue")
    seen = _gauge("runner_seen_timestamp_seconds", "When a worker reported last.", "runner")
    memory = _gauge("runner_memory_bytes", "What a worker and all below it take, shared pages in part.", "runner")
    gpu = _gauge("gpu_memory_bytes", "Memory of a worker's GPU or slice of one.", "runner", "model")
    zygotes = _gauge("zygotes", "Warm parents of kernels.", "runner", "profile")
    resident = _gauge("zygote_resident_bytes", "Resident memory of a profile's zygotes.", "runner", "profile")
    for one in view.runners:
        name, report = one.runner.name, one.report
        slots.add_metric([name, one.runner.queue], one.runner.slots)
        seen.add_metric([name], one.runner.seen_at.timestamp())
        memory.add_metric([name], report.get("memory_mb", 0) * MIB)
        if card := report.get("gpu"):
            gpu.add_metric([name, card["model"]], card["memory_mb"] * MIB)
        profiles: dict[str, list[float]] = {}
        for zygote in report.get("zygotes", []):
            profiles.setdefault(zygote["profile"], []).append(zygote["resident_mb"] * MIB)
        for profile, sizes in profiles.items():
            zygotes.add_metric([name, profile], len(sizes))
            resident.add_metric([name, profile], sum(sizes))
    yield from (slots, seen, memory, gpu, zygotes, resident)
