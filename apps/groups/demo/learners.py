"""Simulated learners: what each would do, drawn from skill and habits. Pure: the same seed gives the same histories.

Whether an attempt succeeds follows Rasch's model, P = 1 / (1 + exp(d - a)), of ability a and difficulty d, both in
logits; each attempt at the same thing adds to the ability.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

LEARNT_PER_ATTEMPT = 0.8
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Learner:
    """One simulated person: ability in logits, the share of things begun, and the habit of days before a due date."""

    name: str
    ability: float
    diligence: float
    days_before: float
    gives_up_after: int = MOST_ATTEMPTS
    gone_for_days: int = 0
    shares_all: bool = False
    mailbox: str = ""

    @property
    def email(self) -> str:
        """An address that belongs to nobody."""
        return f"{self.mailbox or self.name.split()[0].lower()}@studyhub.example"


LEARNERS = (
    Learner("Lina Learner", 0.2, 0.85, 1.5, mailbox="learner"),
    Learner("Amina Okafor", 2.2, 0.98, 4.0, shares_all=True),
    Learner("Ben Lindqvist", 1.6, 0.95, 3.0),
    Learner("Chloé Marchand", 1.4, 0.9, 2.5, shares_all=True),
    Learner("Dmitri Volkov", 1.1, 0.95, 1.0),
    Learner("Elif Yıldız", 0.9, 0.9, 2.0),
    Learner("Farid Haddad", 0.8, 0.85, 1.5, shares_all=True),
    Learner("Grace Mwangi", 0.6, 0.95, 3.5),
    Learner("Hiro Tanaka", 0.5, 0.8, 0.5),
    Learner("Ines Carvalho", 0.3, 0.9, 1.0),
    Learner("Jonas Weber", 0.1, 0.75, 0.3),
    Learner("Kavya Iyer", 0.0, 0.9, 2.0, shares_all=True),
    Learner("Lucía Romero", -0.2, 0.85, 1.0),
    Learner("Mateusz Nowak", -0.5, 0.8, 0.4, gives_up_after=3),
    Learner("Noor van Dijk", -0.6, 0.9, 1.5),
    Learner("Oluwaseun Adeyemi", -0.9, 0.7, 0.2, gives_up_after=2),
    Learner("Priya Raman", -1.1, 0.85, 1.0, gives_up_after=3),
    Learner("Quentin Dubois", 0.7, 0.8, 1.0, gone_for_days=11),
    Learner("Rosa Keller", -0.4, 0.3, 0.5, gone_for_days=24),
)


@dataclass(frozen=True)
class Attempt:
    """One try at an exercise: which solution was handed in, and how many days before it was due."""

    variant: str
    days_before: float


def succeeds(rng: Random, ability: float, difficulty: float) -> bool:
    """One draw by Rasch's model."""
    return rng.random() < 1 / (1 + math.exp(difficulty - ability))


def attempts(rng: Random, learner: Learner, mistakes: Sequence[str], difficulty: float) -> Iterator[Attempt]:
    """A learner's tries at one exercise, in order; none where it was never begun.

    `mistakes` are the wrong solutions there are. Most who were wrong are wrong in the same way once more: they mend
    something else.
    """
    if rng.random() > learner.diligence:
        return
    days = learner.days_before + rng.expovariate(1.0)
    wrong = rng.choice(mistakes)
    for tried in range(min(MOST_ATTEMPTS, learner.gives_up_after)):
        right = succeeds(rng, learner.ability + LEARNT_PER_ATTEMPT * tried, difficulty)
        yield Attempt("reference" if right else wrong, days)
        if right:
            return
        if rng.random() > 0.7:
            wrong = rng.choice(mistakes)
        days -= rng.uniform(0.02, 0.8)
