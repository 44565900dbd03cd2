"""Hands in many notebooks while processes are killed, servers restarted, disks filled; then looks whether all is right.

    python -m tests.chaos [--submissions 1000] [--seed 7] [--broker redis|rabbitmq] [--store s3|folder]
                          [--pace 4] [--twins 1000]

The same seed brings the same faults in the same order. Writes var/chaos/report.json; the exit status is 1 where a
promise was broken. Root may also fill disks: for that it mounts small ones, which nobody else sees.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from studyhub import env
from tests.chaos import places, report
from tests.chaos.processes import PROJECT
from tests.chaos.site import Site


def main() -> int:
    """The program; ends with 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    parser.add_argument("--store", choices=["s3", "folder"], default="s3")
    parser.add_argument("--pace", type=float, default=4.0, help="seconds from one fault to the next, on average")
    parser.add_argument("--between", type=int, default=2, help="hand-ins that end from one fault to the next, at least")
    parser.add_argument("--backlog", type=int, default=30, help="hand-ins that wait or run at the same time")
    parser.add_argument("--twins", type=int, help="how many run again without faults, to compare (default: all)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # and take all down on the way
    target = env.var_folder() / "chaos"
    may_mount = places.enclose()
    mounted = places.mounts()
    folder = Path(tempfile.mkdtemp(prefix="studyhub-chaos-"))
    site = Site(folder, options.broker, options.store, may_mount)
    try:
        site.prepare()
        found = drive(site, options)
    finally:
        left = stop(site)
        target.mkdir(parents=True, exist_ok=True)
        (target / "site.log").write_bytes((folder / "site.log").read_bytes())
        site.remove()
    from tests.chaos.leftovers import when_down

    left += when_down(mounted)
    found["left"] += left
    found["left_behind"] += len(left)
    report.show(found)
    report.write(found, target / "report.json")
    return 0 if report.kept(found) else 1


def drive(site: Site, options: argparse.Namespace) -> dict[str, Any]:
    """Look at the site's database through Django from now on, and go through with it."""
    for name in [name for name in os.environ if name.startswith(("STUDYHUB_", "DJANGO_"))]:
        del os.environ[name]
    os.environ.update(site.environment, DJANGO_SETTINGS_MODULE="studyhub.settings", STUDYHUB_LOG_LEVEL="ERROR")
    django.setup()
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # that connections are lost is what is wanted
    from tests.chaos.drive import Course, Options

    twins = options.submissions if options.twins is None else options.twins
    course = Options(options.submissions, options.seed, options.pace, options.between, options.backlog, twins)
    return Course(site, course).run()


def stop(site: Site) -> list[str]:
    """End the site; returns what would not end, and what processes that did end have left."""
    try:
        site.stop()
    except TimeoutError as error:
        return [str(error)]
    return site.temporary_files()


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    sys.exit(main())
