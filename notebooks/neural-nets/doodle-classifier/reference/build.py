"""Trains the reference network and a linear model on the public doodles; measures both on doodles as a run has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from .. import grading
from ..data import read
from ..doodles import draw

SEED = 20240109
TRAINING, HIDDEN, RATE, ALPHA, SIZE, EPOCHS = 2000, 64, 0.05, 0.9, 32, 30
SEEDS, DRAWS = 6, 40
NAMES = ("W1", "b1", "W2", "b2")


def augment(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each picture mirrored or not, and shifted by up to one pixel."""
    wider = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    down, right = rng.integers(0, 3, (2, len(pictures), 1)) + np.arange(28)
    mirrored = rng.random(len(pictures)) < 0.5
    varied = wider[np.arange(len(pictures))[:, None, None], down[:, :, None], right[:, None, :]]
    varied[mirrored] = varied[mirrored][:, :, ::-1]
    return varied


def network(pictures: np.ndarray, labels: np.ndarray, seed: int, *, augmented: bool) -> grading.Layers:
    """Mini-batches with momentum, as in the notebook."""
    rng = np.random.default_rng(seed)
    W1 = rng.normal(0, np.sqrt(2 / 784), (784, HIDDEN))
    layers = [W1, np.zeros(HIDDEN), rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10)), np.zeros(10)]
    velocities = [np.zeros(layer.shape) for layer in layers]
    for _ in range(EPOCHS):
        order = rng.permutation(len(labels))
        for begin in range(0, len(labels), SIZE):
            rows = order[begin : begin + SIZE]
            chosen = augment(pictures[rows], rng) if augmented else pictures[rows]
            _, *slopes = grading.gradients(grading.prepared(chosen), labels[rows], tuple(layers))
            velocities = [ALPHA * v - RATE * slope for v, slope in zip(velocities, slopes, strict=True)]
            layers = [layer + v for layer, v in zip(layers, velocities, strict=True)]
    W1, b1, W2, b2 = layers
    return W1, b1, W2, b2


def linear(pictures: np.ndarray, labels: np.ndarray, seed: int, *, augmented: bool) -> tuple[np.ndarray, np.ndarray]:
    """Softmax regression in mini-batches: weights (784, 10) and biases (10,)."""
    rng = np.random.default_rng(seed)
    W, b = np.zeros((784, 10)), np.zeros(10)
    for _ in range(20):
        order = rng.permutation(len(labels))
        for begin in range(0, len(labels), SIZE):
            rows = order[begin : begin + SIZE]
            x = grading.prepared(augment(pictures[rows], rng) if augmented else pictures[rows])
            scores = x @ W + b
            P = np.exp(scores - scores.max(axis=1, keepdims=True))
            dZ = (P / P.sum(axis=1, keepdims=True) - np.eye(10)[labels[rows]]) / len(rows)
            W, b = W - 0.1 * x.T @ dZ, b - 0.1 * dZ.sum(axis=0)
    return W, b


def build(folder: Path) -> dict[str, Any]:
    """Write reference/network.safetensors and linear.safetensors into the package `folder`; return the figures."""
    pictures, labels = read(folder / "data")
    pictures, labels = pictures[:TRAINING], labels[:TRAINING]
    drawn = [draw(np.random.default_rng(seed), grading.NEW) for seed in range(DRAWS)]
    measured: dict[str, list[float]] = {}
    for number in range(SEEDS):
        for augmented, suffix in ((False, ""), (True, "_augmented")):
            layers = network(pictures, labels, SEED + number, augmented=augmented)
            W, b = linear(pictures, labels, SEED + number, augmented=augmented)
            for new, truth in drawn:
                x = grading.prepared(new)
                seen = grading.forward(x, *layers)[1].argmax(axis=1)
                measured.setdefault(f"network{suffix}", []).append(float((seen == truth).mean()))
                measured.setdefault(f"linear{suffix}", []).append(float(((x @ W + b).argmax(axis=1) == truth).mean()))
            if number == 0 and augmented:
                found = {name: layer.astype(np.float32) for name, layer in zip(NAMES, layers, strict=True)}
                save_file(found, folder / "reference" / "network.safetensors")
            if number == 0 and not augmented:
                found = {"W": W.astype(np.float32), "b": b.astype(np.float32)}
                save_file(found, folder / "reference" / "linear.safetensors")
    by_seed = np.array(measured["network_augmented"]).reshape(SEEDS, DRAWS)
    return {
        "metric": "accuracy on new doodles",
        "seed": SEED,
        "training_seeds": SEEDS,
        "draws": DRAWS,
        "doodles_per_draw": grading.NEW,
        "parameters": 784 * HIDDEN + HIDDEN + HIDDEN * 10 + 10,
        **{name: _summary(np.array(found)) for name, found in measured.items()},
        "other_seeds_minus_reference": _summary(by_seed[1:] - by_seed[0]),
    }


def _summary(found: np.ndarray) -> dict[str, float]:
    numbers = {"mean": found.mean(), "deviation": found.std(), "lowest": found.min(), "highest": found.max()}
    return {name: round(float(value), 4) for name, value in numbers.items()}
