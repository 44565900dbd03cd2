"""The course of one run of the suite. Imported once Django knows where the site's database is."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import DatabaseError, close_old_connections

from apps.submissions.constants import FINAL_STATES, Verdict
from apps.submissions.models import Run, Submission
from studyhub.management.commands.serve import answers
from tests.chaos import leftovers
from tests.chaos.faults import FAULTS, NEED_MOUNTS
from tests.chaos.handins import Feeders, HandIn, Learner, hand_in_again, notebooks, planned
from tests.chaos.promises import Result, look_up, result_of
from tests.chaos.report import say
from tests.chaos.schedule import Planned, schedule
from tests.chaos.site import Site

FEEDERS = 4
PER_LEARNER, FEW = 25, 6
START_S = 120.0
PATIENCE_S = 20.0
END_S = 300.0
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
        wait_for(lambda: feeders.all_accepted(), "all is accepted", START_S)
        with suppress(TimeoutError):
            wait_for(lambda: not unfinished(), "all have ended", END_S)
        seconds = time.monotonic() - started
        originals = list(Submission.objects.order_by("created_at"))
        expected = self.expected(originals, plan, feeders)
        left = leftovers.while_idle(site)
        broken = look_up(set(feeders.accepted.values()), expected)
        self.over = True
        runs = [submission.run for submission in Submission.objects.filter(pk__in=[one.pk for one in originals])]
        ended = [(run.finished_at - run.queued_at).total_seconds() for run in runs if run.finished_at]
        return {
            "seed": options.seed,
            "submissions": len(originals),
            "faults": {kind: self.hit[kind] for kind in FAULTS},
            **broken.counts(),
            "left_behind": len(left),
            "worst_seconds_to_final": round(max(ended, default=0.0), 1),
            "seconds": round(seconds),
            "median_seconds_to_final": round(sorted(ended)[len(ended) // 2], 1) if ended else 0.0,
            "ended_by_our_fault": sum(run.verdict == Verdict.PLATFORM_ERROR for run in runs),
            "faults_of_runs": sum(run.faults for run in runs),
            "compared_with_the_same_seed": self.compared,
            "handed_in_again": feeders.again,
            "notes": dict(site.notes),
            "processes_ended": dict(site.supervisor.ended),
            "which": {name: sorted(found)[:20] for name, found in vars(broken).items() if found},
            "left": left[:50],
            "our_faults": [f"{run.pk} {run.detail[:300]}" for run in runs if run.verdict == Verdict.PLATFORM_ERROR],
        }

    def break_things(self, feeding: list[threading.Thread]) -> None:
        """Let faults come until nearly all has been handed in and has ended."""
        kinds = [kind for kind in FAULTS if self.site.may_mount or kind not in NEED_MOUNTS]
        few = max(2, int(TAIL * self.options.submissions))
        going_on: dict[str, threading.Thread] = {}
        for fault in schedule(self.options.seed, kinds, self.options.pace_s):
            due, latest, ended = time.monotonic() + fault.after_s, time.monotonic() + PATIENCE_S, self.ended
            # How many faults hit one run must not depend on how quick the machine is: some end between two faults.
            while time.monotonic() < (due if self.ended >= ended + self.options.runs_between else latest):
                if not any(thread.is_alive() for thread in feeding) and self.unfinished <= few:
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

    def expected(self, originals: list[Submission], plan: list[HandIn], feeders: Feeders) -> dict[UUID, Result]:
        """What each hand-in comes to without faults.

        The same notebook is run again with the same hidden inputs, for as many as `twins` says, every kind first. The
        others are compared with their kind, where all notebooks of that came to the same.
        """
        kinds = {hand_in.filename: hand_in.kind for hand_in in plan}
        seen: Counter[str] = Counter()
        order = []
        for submission in originals:
            order.append((seen[kinds[submission.filename]], submission))
            seen[kinds[submission.filename]] += 1
        chosen = [submission for _, submission in sorted(order, key=lambda pair: pair[0])[: self.options.twins]]
        users = [Learner.named(f"twin{n}").user for n in range(max(FEW, len(chosen) // PER_LEARNER))]
        twins: dict[UUID, UUID] = {}
        for number, submission in enumerate(chosen):
            wait_for(lambda: unfinished() < self.options.backlog, "a place for another one", END_S)
            text = feeders.files[kinds[submission.filename]]
            twins[submission.pk] = hand_in_again(submission, users[number % len(users)], text).pk
        with suppress(TimeoutError):
            wait_for(lambda: not unfinished(), "all twins have ended", END_S)
        results = {
            one.pk: result_of(one.run) for one in Submission.objects.filter(pk__in=twins.values()) if one.run.is_final
        }
        by_kind: dict[str, set[Result]] = {}
        found: dict[UUID, Result] = {}
        for submission in chosen:
            if (result := results.get(twins[submission.pk])) is not None:
                found[submission.pk] = result
                by_kind.setdefault(kinds[submission.filename], set()).add(result)
        self.compared = len(found)
        for submission in originals:
            known = by_kind.get(kinds[submission.filename], set())
            if submission.pk not in found and len(known) == 1:
                found[submission.pk] = next(iter(known))
        return found


def unfinished() -> int:
    """Runs that have not ended."""
    close_old_connections()
    return Run.objects.exclude(state__in=FINAL_STATES).count()


def wait_for(condition: Callable[[], object], what: str, seconds: float) -> None:
    """Returns once `condition` holds; raises TimeoutError where it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(DatabaseError, psycopg.Error):
            if condition():
                return
        time.sleep(0.2)
    raise TimeoutError(f"Not within {seconds:g} s: {what}")
