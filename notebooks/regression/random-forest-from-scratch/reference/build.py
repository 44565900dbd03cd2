"""Measure single trees, bagging and forests on data as a run draws it, and how far chance carries honest answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from apps.exercises.build import variant_source
from apps.exercises.package import load_package

from .. import grading
from ..data import FEATURES

SEED, DRAWS, FEWER = 20240202, 200, 40


def build(folder: Path) -> dict[str, Any]:
    """Run the reference notebook's functions on DRAWS draws, what is slow and less needed on FEWER of them."""
    functions = _functions(folder)
    accuracy: dict[str, list[float]] = {"single_tree": [], "forest": [], "bagging": [], "forest_of_30": []}
    chance: dict[str, list[float]] = {"unknown": [], "left_out": [], "many_columns": []}
    for seed in range(DRAWS):
        drawn = grading.inputs(np.random.default_rng(seed))
        known, labels, new = drawn["X_known"], drawn["y_known"], drawn["X_new"]
        rng = np.random.default_rng(seed)
        tree = functions["grow_tree"](known, labels, FEATURES, rng)
        accuracy["single_tree"].append(np.mean(functions["predict_tree"](tree, new) == drawn["y_new"]))
        forests = (("forest", 60, 3), ("bagging", 60, FEATURES), ("forest_of_30", 30, 3))
        for name, trees, m in forests if seed < FEWER else forests[:1]:
            said = functions["answers"](known, labels, new, trees, m, seed)
            accuracy[name].append(np.mean(said == drawn["y_new"]))
        found = grading.check_forest(
            functions["trial"](drawn["X_noise"], drawn["y_noise"], 25, 3, seed), drawn
        ).compared
        chance["unknown"].append(found["right_on_others"])
        chance["left_out"].append(found["left_out"])
        if seed < FEWER:
            small = functions["many_trees"](drawn["X_ranked"], drawn["y_ranked"], 2, 300, seed)
            chance["many_columns"].append(grading.check_features(small, drawn).compared["trees_with_many"])
    return {
        "seed": SEED,
        "draws": DRAWS,
        "draws_of_bagging_and_columns": FEWER,
        "accuracy": {name: _summary(measured) for name, measured in accuracy.items()},
        "chance": {name: _summary(measured) for name, measured in chance.items()},
    }


def _functions(folder: Path) -> dict[str, Any]:
    """What the cells of the reference notebook define, without running what they check and draw."""
    names: dict[str, Any] = {"np": np}
    for cell in variant_source(load_package(folder), "reference").split("\n# %%"):
        code = cell.partition("\n")[2]
        if code.lstrip().startswith("def "):
            exec(code, names)  # noqa: S102 - our own text
    return names


def _summary(measured: list[float]) -> dict[str, float]:
    names = ("mean", "deviation", "lowest", "highest")
    found = (np.mean(measured), np.std(measured), min(measured), max(measured))
    return {name: round(float(value), 4) for name, value in zip(names, found, strict=True)}
