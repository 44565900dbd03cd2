"""When which fault comes: drawn from a seed alone, so that the same seed tries the same again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Planned:
    """One fault: how long after the one before it, and the seed of its own choices (which process, how long)."""

    after_s: float
    kind: str
    seed: int


def schedule(seed: int, kinds: Sequence[str], pace_s: float) -> Iterator[Planned]:
    """Faults without end, `pace_s` apart on average; each kind comes once before any comes again."""
    rng = random.Random(f"faults {seed}")
    while True:
        for kind in rng.sample(kinds, len(kinds)):
            yield Planned(round(rng.uniform(0.4, 1.6) * pace_s, 3), kind, rng.getrandbits(32))
