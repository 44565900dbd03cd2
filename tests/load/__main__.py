"""`make load`: two hundred people at once on a site as in production; before that, the track's page by a yardstick.

    python -m tests.load [--users 200] [--seconds 120] [--report var/load/report.json]

Exit status 1 where a request failed, a hand-in did not end, or the track's page has less than half of the throughput
of an empty view.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from redis import Redis

from studyhub import broker
from tests.load.site import PROJECT, Site, site
from tests.load.yardstick import CONNECTIONS, ROUNDS, compare

ROLES = ("web", "control", "beat", broker.CPU_QUEUE)
LEARNERS = 250
PAST = 20_000  # hand-ins that there are already
LEAST_SHARE = 0.5
DRAIN_S = 120
# What became of the hand-ins of the load: those that are newer than the ones that were there.
ENDS = """
import django, json, sys
django.setup()
from django.db.models import F
from apps.submissions.constants import FINAL_STATES
from apps.submissions.models import Run
runs = Run.objects.filter(seed__gte=int(sys.argv[1]))
times = runs.filter(state__in=FINAL_STATES).values_list("queued_at", "finished_at")
ended = sorted((end - start).total_seconds() for start, end in times)
verdicts = {}
for verdict in runs.values_list("verdict", flat=True):
    verdicts[verdict] = verdicts.get(verdict, 0) + 1
print(json.dumps({"accepted": runs.count(), "ended": len(ended), "verdicts": verdicts, "seconds": ended}))
"""


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the yardstick")
    parser.add_argument("--report", type=Path, default=PROJECT / "var" / "load" / "report.json")
    options = parser.parse_args()
    say(f"Starting a site: {', '.join(ROLES)}, PostgreSQL, Redis ...")
    with site(*ROLES) as running:
        people = running.folder / "people" / "people.json"
        running.python("-m", "tests.load.people", str(LEARNERS), str(PAST), str(people))
        known = json.loads(people.read_text(encoding="utf-8"))
        report: dict[str, Any] = {"machine": machine()}
        say(f"Yardstick: {CONNECTIONS} connections, {options.rounds} rounds ...")
        report["yardstick"] = compare(running.address, readers(known["learners"][0]["session"]), rounds=options.rounds)
        say(f"{options.users} people for {options.seconds} s ...")
        report["load"] = load(running, people, options.users, options.seconds)
        report["hand_ins"] = hand_ins(running)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(report)
    say(f"Written to {options.report}")
    for problem in (found := problems(report)):
        say(f"NOT MET: {problem}")
    return bool(found)


def readers(session: str) -> dict[str, dict[str, str]]:
    """A stranger and somebody who is signed in, by what their browsers send."""
    token = "csrftoken=" + "a" * 32
    return {"stranger": {"Cookie": token}, "signed in": {"Cookie": f"{token}; sessionid={session}"}}


def machine() -> dict[str, Any]:
    """Where this was measured."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "busy_before": round(os.getloadavg()[0], 2)}


def load(running: Site, people: Path, users: int, seconds: int) -> dict[str, Any]:
    """Locust's figures, and the processor's time that each role took, in cores."""
    results = people.with_name("results.json")
    before, started, rung = running.cpu_seconds(), time.monotonic(), messages(running)
    command = [sys.executable, "-m", "locust", "--locustfile", str(Path(__file__).with_name("users.py")), "--headless"]
    command += ["--host", running.address, "--users", str(users), "--spawn-rate", str(max(1, users // 10))]
    command += ["--run-time", f"{seconds}s", "--stop-timeout", "20", "--only-summary", "--loglevel", "ERROR"]
    environment = {**running.environment, "LOAD_PEOPLE": str(people), "LOAD_RESULTS": str(results)}
    done = subprocess.run(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not results.is_file():
        raise RuntimeError(f"locust broke off: {done.stdout.decode(errors='replace')[-2000:]}")
    lasted, after, rung = time.monotonic() - started, running.cpu_seconds(), messages(running) - rung
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    cores = {name: round((after[name] - before[name]) / lasted, 3) for name in after}
    return {"users": users, "seconds": round(lasted, 1), "cores": cores, "messages": rung, **found}


def messages(running: Site) -> int:
    """How many the broker has taken so far."""
    with Redis.from_url(running.environment["STUDYHUB_BROKER_URL"]) as broker_:
        return int(broker_.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))


def hand_ins(running: Site) -> dict[str, Any]:
    """What became of them, once all have ended or there is no more patience."""
    until = time.monotonic() + DRAIN_S
    while True:
        found: dict[str, Any] = json.loads(running.python("-c", ENDS, str(PAST)))
        if found["ended"] == found["accepted"] or time.monotonic() > until:
            break
        time.sleep(2)
    seconds = found.pop("seconds")
    at = {share: seconds[min(len(seconds) - 1, len(seconds) * share // 100)] if seconds else None for share in (50, 95)}
    kept = sum(path.stat().st_size for path in (running.folder / "runs").rglob("*") if path.is_file())
    each = round(kept / 1024 / found["accepted"]) if found["accepted"] else None
    return {**found, "p50_s": at[50], "p95_s": at[95], "run_store_kb_each": each}


def problems(report: dict[str, Any]) -> list[str]:
    """What was promised and is not so."""
    found = [f"{fault}" for fault in report["load"]["faults"]]
    for reader, figures in report["yardstick"].items():
        if figures["share_of_empty_view"] < LEAST_SHARE:
            found.append(
                f"the track's page has {figures['share_of_empty_view']} of an empty view's throughput ({reader})"
            )
    ends = report["hand_ins"]
    if ends["ended"] < ends["accepted"]:
        found.append(f"{ends['accepted'] - ends['ended']} hand-ins did not end")
    return found


def show(report: dict[str, Any]) -> None:
    """The figures for people."""
    say(f"\nMachine: {report['machine']}")
    for reader, figures in report["yardstick"].items():
        rates = ", ".join(f"{name} {rate:.0f}/s" for name, rate in figures["per_s"].items())
        say(f"{reader}: {rates}; track = {figures['share_of_empty_view']:.2f} of the empty view")
    found = report["load"]
    say(f"\n{found['users']} people, {found['seconds']} s: {found['requests']} requests, {found['errors']} errors")
    say(f"{'page':<22}{'requests':>9}{'per s':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'errors':>8}")
    for name, one in [*found["pages"].items(), ("all", found["all"])]:
        times = "".join(f"{one[f'p{share}_ms'] or 0:>8.0f}" for share in (50, 95, 99))
        say(f"{name:<22}{one['requests']:>9}{one['per_s']:>8.2f}{times}{one['errors']:>8}")
    say(f"Cores: {found['cores']}; messages: {found['messages']}")
    say(f"Hand-ins: {report['hand_ins']}")


def say(text: str) -> None:
    """A line now, also into a pipe."""
    print(text, flush=True)  # noqa: T201 - a program's output


if __name__ == "__main__":
    sys.exit(main())
