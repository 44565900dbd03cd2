"""The same seed brings the same faults; each kind comes once before any comes again."""

from __future__ import annotations

import random
from itertools import islice

from tests.chaos.handins import planned
from tests.chaos.schedule import schedule

KINDS = ["a", "b", "c", "d"]


def test_a_seed_brings_the_same_again_and_another_one_does_not():
    first, again, other = (list(islice(schedule(seed, KINDS, 2.0), 40)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_kind_comes_once_in_each_round():
    kinds = [fault.kind for fault in islice(schedule(3, KINDS, 2.0), 40)]
    assert all(sorted(kinds[start : start + 4]) == KINDS for start in range(0, 40, 4))


def test_faults_come_at_the_pace_that_was_asked_for():
    waits = [fault.after_s for fault in islice(schedule(3, KINDS, 2.0), 400)]
    assert 0.8 <= min(waits) <= max(waits) <= 3.2
    assert 1.8 < sum(waits) / len(waits) < 2.2


def test_what_is_handed_in_follows_from_the_seed_too():
    first, again = (planned(50, 6, KINDS, random.Random(4)) for _ in range(2))
    assert first == again
    assert {hand_in.by_page for hand_in in first} == {True, False}
    assert {hand_in.kind for hand_in in first} == set(KINDS)
