"""Measure the test of simulations: how far right ones stray, and how far wrong ones are away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import grading

DRAWS = 200


def build(folder: Path) -> dict[str, Any]:
    """Over DRAWS draws of the hidden inputs: gaps of right simulations (two each), and of wrong ones."""
    gaps: dict[str, list[float]] = {"right": [], "one_value_times_n": [], "all_values_alike": [], "off_by_one_die": []}
    for draw in range(DRAWS):
        drawn = grading.SPEC.draw(draw)
        die, dice = drawn["die"], drawn["dice"]
        pmf = grading.pmf_of_many(die, dice)
        for seed in (drawn["seed"], drawn["other_seed"]):
            rng = np.random.default_rng(seed)
            rolled = rng.choice(len(die), size=(grading.ROLLS, dice), p=die).sum(axis=1)
            gaps["right"].append(grading.largest_gap(rolled, pmf))
        gaps["one_value_times_n"].append(grading.largest_gap(dice * rng.choice(6, size=grading.ROLLS, p=die), pmf))
        alike = rng.integers(0, 6, size=(grading.ROLLS, dice)).sum(axis=1)
        gaps["all_values_alike"].append(grading.largest_gap(alike, pmf))
        fewer = rng.choice(6, size=(grading.ROLLS, dice - 1), p=die).sum(axis=1)
        gaps["off_by_one_die"].append(grading.largest_gap(fewer, pmf))
    return {
        "draws": DRAWS,
        "rolls": grading.ROLLS,
        "false_failures_per_simulation_at_most": grading.FALSE_FAILURES,
        "largest_gap_allowed": round(grading.LARGEST_GAP, 5),
        "passed_of_right": f"{sum(gap <= grading.LARGEST_GAP for gap in gaps['right'])} of {len(gaps['right'])}",
        "gap": {
            name: {"smallest": round(min(found), 5), "largest": round(max(found), 5)} for name, found in gaps.items()
        },
    }
