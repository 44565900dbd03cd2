"""Measure the baselines and the reference models of this exercise, on hidden rows as a run draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from apps.grading.metrics import r2

from ..data import FEATURES, ROWS, SEED, draw

DRAWS, HIDDEN_ROWS = 200, 3000


def build(folder: Path) -> dict[str, Any]:
    """Train on the public rows (a random three quarters of them, as the notebook does); measure R² on DRAWS draws."""
    public = draw(np.random.default_rng(SEED), ROWS)
    medians = {name: float(np.nanmedian(public[name])) for name in FEATURES}
    chosen = np.random.default_rng(SEED).permutation(ROWS)[: ROWS * 3 // 4]
    X, y = _filled(public, medians)[chosen], public["rentals"][chosen]
    linear = LinearRegression().fit(X, y)
    forest = RandomForestRegressor(n_estimators=100, min_samples_leaf=2, random_state=0).fit(X, y)
    by_hour = [float(y[X[:, 0] == hour].mean()) for hour in range(24)]
    measured: dict[str, list[float]] = {"mean": [], "mean_of_the_hour": [], "linear": [], "forest": []}
    for seed in range(DRAWS):
        hidden = draw(np.random.default_rng(seed), HIDDEN_ROWS)
        rows, truth = _filled(hidden, medians), hidden["rentals"]
        measured["mean"].append(r2(truth, np.full(HIDDEN_ROWS, y.mean())))
        measured["mean_of_the_hour"].append(r2(truth, np.array(by_hour)[hidden["hour"]]))
        measured["linear"].append(r2(truth, linear.predict(rows)))
        measured["forest"].append(r2(truth, forest.predict(rows)))
    return {
        "seed": SEED,
        "draws": DRAWS,
        "hidden_rows": HIDDEN_ROWS,
        "r2": {name: _summary(values) for name, values in measured.items()},
        "medians": medians,
        "mean": float(y.mean()),
        "mean_by_hour": by_hour,
        "linear": {"weights": linear.coef_.tolist(), "intercept": float(linear.intercept_)},
    }


def _filled(columns: dict[str, np.ndarray], medians: dict[str, float]) -> np.ndarray:
    return np.column_stack([np.where(np.isnan(columns[name]), medians[name], columns[name]) for name in FEATURES])


def _summary(values: list[float]) -> dict[str, float]:
    found = {"mean": np.mean(values), "deviation": np.std(values), "lowest": min(values), "highest": max(values)}
    return {name: round(float(value), 4) for name, value in found.items()}
