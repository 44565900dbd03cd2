"""The course of one run of the suite. Imported once Django knows where the site's database is."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import DatabaseError

from apps.submissions.constants import FINAL_STATES
from apps.submissions.models import Run, Submission
from studyhub.management.commands.serve import answers
from tests.chaos import leftovers
from tests.chaos.faults import FAULTS, NEED_MOUNTS
from tests.chaos.handins import Feeders, Learner, notebooks, planned
from tests.chaos.promises import look_up
from tests.chaos.report import compose, say
from tests.chaos.schedule import Planned, schedule
from tests.chaos.site import Site
from tests.chaos.twins import results as twin_results
from tests.chaos.waiting import unfinished, wait_for

FEEDERS = 4
PER_LEARNER, FEW = 25, 6
START_S = 120.0
PATIENCE_S = 20.0
END_S = 300.0
# A site that gets nowhere is not driven for ever.
LONGEST_S = 10.0
# Faults stop when so few are left: what is tried is a site at work.
TAIL = 0.05


@dataclass(frozen=True)
class Options:
    """What is asked for on the command line."""

    submissions: int
    seed: int
    pace_s: float
    runs_between: int
    backlog: int
    twins: int


@dataclass
class Course:
    """One run: hand in, break, wait, compare."""

    site: Site
    options: Options
    hit: Counter[str] = field(default_factory=Counter)
    unfinished: int = 0
    ended: int = 0
    over: bool = False

    def run(self) -> dict[str, Any]:
        """1. Start all. 2. Hand in while faults come. 3. No more faults: wait for the end of all. 4. Hand the same in
        again. 5. Look up what was promised. Returns the report, without what is seen only once the site is down.
        """
        site, options = self.site, self.options
        site.start()
        wait_for(lambda: answers(site.address + "/healthz"), "the site answers", START_S)
        files = notebooks()
        learners = [Learner.named(f"learner{n}") for n in range(max(FEW, options.submissions // PER_LEARNER))]
        plan = planned(options.submissions, len(learners), sorted(files), random.Random(f"hand-ins {options.seed}"))
        feeders = Feeders(site.address, learners, files, plan, options.backlog, open=lambda: self.unfinished)
        threading.Thread(target=self._watch, daemon=True).start()
        started = time.monotonic()
        self.break_things(feeders.start(FEEDERS))
        say(f"All is handed in after {time.monotonic() - started:.0f} s; no more faults.")
        for over, what in ((feeders.all_accepted, "all is accepted"), (lambda: not unfinished(), "all have ended")):
            with suppress(TimeoutError):
                wait_for(over, what, END_S)
        seconds = time.monotonic() - started
        originals = list(Submission.objects.order_by("created_at"))
        kinds = {hand_in.filename: hand_in.kind for hand_in in plan}
        expected, twins = twin_results(originals, kinds, files, most=options.twins, at_once=options.backlog)
        left = leftovers.while_idle(site)
        broken = look_up(set(feeders.accepted.values()), expected)
        broken.not_final |= {hand_in.filename for hand_in in plan if hand_in.number not in feeders.accepted}
        self.over = True
        times = {"seed": options.seed, "seconds": round(seconds)}
        compared = {"run_again_with_the_same_seed": twins, "not_compared": len(originals) - len(expected)}
        further = {"handed_in_again": feeders.again, "processes_ended": dict(site.supervisor.ended), **site.notes}
        runs = [one.run for one in Submission.objects.filter(pk__in=[one.pk for one in originals])]
        return compose(runs, {kind: self.hit[kind] for kind in FAULTS}, broken, left, times | compared | further)

    def break_things(self, feeding: list[threading.Thread]) -> None:
        """Let faults come until nearly all has been handed in and has ended."""
        kinds = [kind for kind in FAULTS if self.site.may_mount or kind not in NEED_MOUNTS]
        few = max(2, int(TAIL * self.options.submissions))
        give_up = time.monotonic() + START_S + LONGEST_S * self.options.submissions
        going_on: dict[str, threading.Thread] = {}
        for fault in schedule(self.options.seed, kinds, self.options.pace_s):
            due, latest, ended = time.monotonic() + fault.after_s, time.monotonic() + PATIENCE_S, self.ended
            # How many faults hit one run must not depend on how quick the machine is: some end between two faults.
            while time.monotonic() < (due if self.ended >= ended + self.options.runs_between else latest):
                nearly = not any(thread.is_alive() for thread in feeding) and self.unfinished <= few
                if nearly or time.monotonic() > give_up:
                    for thread in going_on.values():
                        thread.join()
                    return
                time.sleep(0.05)
            if fault.kind in going_on:
                going_on[fault.kind].join()
            going_on[fault.kind] = threading.Thread(target=self._do, args=(fault,), daemon=True)
            going_on[fault.kind].start()

    def _do(self, fault: Planned) -> None:
        hit = FAULTS[fault.kind](self.site, random.Random(fault.seed))
        self.hit[fault.kind] += hit
        say(f"{fault.kind}{'' if hit else ': nothing to be hit'} ({self.unfinished} unfinished)")

    def _watch(self) -> None:
        while not self.over:
            with suppress(DatabaseError, psycopg.Error):
                self.unfinished = unfinished()
                self.ended = Run.objects.filter(state__in=FINAL_STATES).count()
            time.sleep(0.3)
