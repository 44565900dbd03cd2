"""Measures the reference network and two that learn less on the spirals: many starts, many draws of new points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import grading

STARTS, DRAWS = 40, 200
HIDDEN, RATE, STEPS = 32, 0.5, 1500
SEED = 1000


def start(rng: np.random.Generator) -> grading.Layers:
    """As in the notebook: variance 2 / inputs (He et al. 2015), biases 0."""
    W1 = rng.normal(0, 1, (2, HIDDEN))
    return W1, np.zeros(HIDDEN), rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, grading.ARMS)), np.zeros(grading.ARMS)


def linear(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Softmax regression by gradient descent until it no longer moves: weights (2, 3) and biases (3,)."""
    W, b = np.zeros((2, grading.ARMS)), np.zeros(grading.ARMS)
    for _ in range(3000):
        dZ = grading.score_gradient(grading.softmax(X @ W + b), y)
        W, b = W - X.T @ dZ, b - dZ.sum(axis=0)
    return W, b


def last_layer_only(X: np.ndarray, y: np.ndarray, layers: grading.Layers) -> grading.Layers:
    """The same training with a hidden layer that never moves."""
    W1, b1, W2, b2 = layers
    for _ in range(STEPS):
        H, scores = grading.forward(X, W1, b1, W2, b2)
        dZ = grading.score_gradient(grading.softmax(scores), y)
        W2, b2 = W2 - RATE * H.T @ dZ, b2 - RATE * dZ.sum(axis=0)
    return W1, b1, W2, b2


def build(folder: Path) -> dict[str, Any]:
    """Train from STARTS starts, measure each on DRAWS draws as a run has them; nothing but figures is kept."""
    X, y = grading.spirals(np.random.default_rng(1), 300)
    drawn = [grading.inputs(np.random.default_rng(seed)) for seed in range(DRAWS)]
    measured: dict[str, list[float]] = {"reference": [], "random_hidden_layer": [], "linear": []}
    last = []
    for number in range(STARTS):
        begin = start(np.random.default_rng(SEED + number))
        layers, losses = grading.train(X, y, begin, RATE, STEPS)
        last.append(losses[-1])
        for name, network in (("reference", layers), ("random_hidden_layer", last_layer_only(X, y, begin))):
            measured[name] += [_accuracy(grading.forward(inputs["points"], *network)[1], inputs) for inputs in drawn]
    W, b = linear(X, y)
    measured["linear"] += [_accuracy(inputs["points"] @ W + b, inputs) for inputs in drawn]
    summary = {name: _summary(found) for name, found in measured.items()}
    return {
        "metric": "accuracy on new points of the spirals",
        "starts": STARTS,
        "draws": DRAWS,
        "training": {"hidden_units": HIDDEN, "learning_rate": RATE, "steps": STEPS, "seed": SEED},
        "last_loss": _summary(last),
        **summary,
    }


def _accuracy(scores: np.ndarray, inputs: grading.Inputs) -> float:
    return float((scores.argmax(axis=1) == inputs["arms"]).mean())


def _summary(found: list[float]) -> dict[str, float]:
    numbers = {"mean": np.mean(found), "deviation": np.std(found), "lowest": min(found), "highest": max(found)}
    return {name: round(float(value), 4) for name, value in numbers.items()}
