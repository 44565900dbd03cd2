"""How well a learner masters a concept, estimated from what they answered and built. Pure: no Django.

The model is Rasch's (G. Rasch, *Probabilistic Models for Some Intelligence and Attainment Tests*, 1960): whoever has
the ability θ gets an item of the difficulty d right with the probability σ(θ − d). Here θ is the maximum a posteriori
estimate

    θ = argmax Σ rᵢ · sᵢ · log σ(θ − dᵢ) + wᵢ · (1 − sᵢ) · log σ(dᵢ − θ)  −  (θ − μ)² / (2τ²)

with sᵢ the share of the points and a normal prior (μ, τ). What is right counts with rᵢ, less the easier it is to guess
and the less sure the learner was; what is wrong counts with wᵢ, hardly less for a guess. Both halve with every
`HALF_LIFE_DAYS` of age. Mastery is σ(θ): the chance to get an item of middling difficulty right. The objective is
strictly concave, so θ exists and is found by Newton's method; one more right answer never lowers it, one more wrong
answer never raises it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Logits. A beginner's item is one that an ability of 0 gets right two times out of three.
DIFFICULTY = {"beginner": -0.7, "intermediate": 0.0, "advanced": 0.7}
# What a right and what a wrong answer says, by how sure the learner was: a lucky guess little, a certain mistake much.
CERTAINTY = {"sure": (1.0, 1.2), "fairly": (0.6, 1.0), "guess": (0.2, 0.9), "": (0.7, 1.0)}
HALF_LIFE_DAYS = 120.0
PRIOR_MEAN, PRIOR_SPREAD = -0.5, 1.2
STEPS = 50
PRECISION = 1e-9
# From where on mastery is called growing and solid, and how much evidence a word needs.
GROWING, SOLID = 0.5, 0.7
ENOUGH = 0.5
ENOUGH_FOR_SOLID = 2.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that a learner did: `share` of its points (0 to 1), how hard it is (logits), its age in days.

    `weight` is what it says beside a quiz question; `certainty` is a key of CERTAINTY; `chance` is the probability to
    get it right by guessing blindly.
    """

    share: float
    difficulty: float = 0.0
    age_days: float = 0.0
    weight: float = 1.0
    certainty: str = ""
    chance: float = 0.0

    @property
    def right(self) -> float:
        """How much speaks for the learner."""
        return self._fresh * CERTAINTY[self.certainty][0] * (1 - self.chance) * self.share

    @property
    def wrong(self) -> float:
        """How much speaks against."""
        return self._fresh * CERTAINTY[self.certainty][1] * (1 - self.share)

    @property
    def _fresh(self) -> float:
        return self.weight * math.exp2(-max(0.0, self.age_days) / HALF_LIFE_DAYS)


class Standing(StrEnum):
    """Mastery in a word."""

    UNKNOWN = "unknown"
    SHAKY = "shaky"
    GROWING = "growing"
    SOLID = "solid"


@dataclass(frozen=True)
class Mastery:
    """`value` between 0 and 1, and how much evidence it rests on (in fresh answers)."""

    value: float
    evidence: float

    @property
    def standing(self) -> Standing:
        """In a word; without evidence worth the name, unknown."""
        if self.evidence < ENOUGH:
            return Standing.UNKNOWN
        if self.value >= SOLID and self.evidence >= ENOUGH_FOR_SOLID:
            return Standing.SOLID
        return Standing.GROWING if self.value >= GROWING else Standing.SHAKY


def estimate(evidence: Iterable[Evidence]) -> Mastery:
    """The mastery of one concept from everything known about it."""
    weighed = [(item.right, item.wrong, item.difficulty) for item in evidence]
    return Mastery(_sigmoid(_ability(weighed)), sum(right + wrong for right, wrong, _ in weighed))


def _ability(weighed: Sequence[tuple[float, float, float]]) -> float:
    theta = PRIOR_MEAN
    for _ in range(STEPS):
        slope = (PRIOR_MEAN - theta) / PRIOR_SPREAD**2
        curvature = 1 / PRIOR_SPREAD**2
        for right, wrong, difficulty in weighed:
            expected = _sigmoid(theta - difficulty)
            slope += right * (1 - expected) - wrong * expected
            curvature += (right + wrong) * expected * (1 - expected)
        step = slope / curvature
        # Far from the maximum Newton's step can overshoot; a bounded one still goes uphill.
        theta += max(-1.0, min(1.0, step))
        if abs(step) < PRECISION:
            break
    return theta


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
