"""Measure the public tree, honest accuracies by size, and how all that grading looks at varies from draw to draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from ..data import BORDERS, GENRES, OLDEST, ROWS, SEED, YOUNGEST, draw, taste

SIZES, SPLITS, DRAWS, PEOPLE = (3, 4, 6, 8, 12, 20, 40), 100, 200, 2000


def build(folder: Path) -> dict[str, Any]:
    """The tree of six leaves as nested lists; means over SPLITS splits; spreads over DRAWS draws."""
    public = draw(np.random.default_rng(SEED), ROWS)
    X, y = _features(public), public["genre"]
    small = _grow(X, y, 6)
    tree = small.tree_
    return {
        "seed": SEED,
        "draws": DRAWS,
        "tree": _nested(small, 0),
        "thresholds": sorted(float(t) for f, t in zip(tree.feature, tree.threshold, strict=True) if f == 0),
        "most_frequent": {g: _most_frequent(y[public["gender"] == g]) for g in ("female", "male")},
        "curve": {str(n): round(float(np.mean(_accuracies(X, y, n, 0))), 4) for n in SIZES},
        "curve_other_splits": {str(n): _summary(_means(X, y, n)) for n in SIZES},
        "accuracy": {str(n): _summary(_on_new_people(_grow(X, y, n))) for n in (*SIZES, None)},
        "baseline": _summary(_on_new_people(_grow(X[:, 1:], y, None), first=1)),
        **_hidden_tables(),
    }


def _grow(X: np.ndarray, y: np.ndarray, leaves: int | None) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(X, y)


def _features(columns: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([columns["age"], columns["gender"] == "male"]).astype(float)


def _nested(model: DecisionTreeClassifier, node: int) -> Any:
    tree = model.tree_
    if tree.children_left[node] < 0:
        return str(model.classes_[tree.value[node][0].argmax()])
    feature, threshold = ("age", "gender")[tree.feature[node]], float(tree.threshold[node])
    return [feature, threshold, *(_nested(model, side[node]) for side in (tree.children_left, tree.children_right))]


def _most_frequent(genres: np.ndarray) -> str:
    names, counts = np.unique(genres, return_counts=True)
    return str(names[counts.argmax()])


def _accuracies(X: np.ndarray, y: np.ndarray, leaves: int | None, first: int, splits: int = SPLITS) -> list[float]:
    found = []
    for state in range(first, first + splits):
        X_known, X_hidden, y_known, y_hidden = train_test_split(X, y, test_size=0.2, random_state=state)
        found.append(_grow(X_known, y_known, leaves).score(X_hidden, y_hidden))
    return found


def _means(X: np.ndarray, y: np.ndarray, leaves: int) -> list[float]:
    """Means of DRAWS other sets of SPLITS splits, each drawn from 1,000 splits made once."""
    pool, rng = np.array(_accuracies(X, y, leaves, 10_000, 1000)), np.random.default_rng(SEED)
    return [float(rng.choice(pool, SPLITS, replace=False).mean()) for _ in range(DRAWS)]


def _on_new_people(model: DecisionTreeClassifier, first: int = 0) -> list[float]:
    found = []
    for seed in range(DRAWS):
        people = draw(np.random.default_rng(seed), PEOPLE)
        found.append(model.score(_features(people)[:, first:], people["genre"]))
    return found


def _hidden_tables() -> dict[str, Any]:
    """What honest and dishonest measurements give on tables such as grading draws."""
    found: dict[str, list[float]] = {name: [] for name in ("clear", "noise", "noise_known", "values", "four_leaves")}
    ages = np.arange(YOUNGEST, OLDEST + 1)
    complete = {"age": np.tile(ages, 2), "gender": np.repeat(["female", "male"], len(ages))}
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        borders = tuple((int(rng.integers(22, 30)), int(rng.integers(42, 50))) for _ in BORDERS)
        clear, noise = draw(rng, 100), draw(rng, 100)
        clear["genre"] = taste(clear["age"], clear["gender"], borders)
        noise["genre"] = rng.choice(GENRES, 100)
        on_clear, on_noise = (_accuracies(_features(t), t["genre"], None, 0) for t in (clear, noise))
        found["clear"].append(float(np.mean(on_clear)))
        found["noise"].append(float(np.mean(on_noise)))
        X, y = _features(noise), noise["genre"]
        found["noise_known"].append(_grow(X, y, None).score(X, y))
        found["values"].append(float(len(np.unique(np.round(on_noise, 6)))))
        genres = taste(complete["age"], complete["gender"], borders)
        found["four_leaves"].append(_grow(_features(complete), genres, 4).score(_features(complete), genres))
    return {name: _summary(measured) for name, measured in found.items()}


def _summary(measured: list[float]) -> dict[str, float]:
    names = ("mean", "deviation", "lowest", "highest")
    found = (np.mean(measured), np.std(measured), min(measured), max(measured))
    return {name: round(float(value), 4) for name, value in zip(names, found, strict=True)}
