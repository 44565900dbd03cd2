"""Trains the reference network, and measures it, its like from other seeds, the baseline and fully connected rivals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from .. import data, grading

SEED, DRAWS, TRAINED_ON, EPOCHS, OTHERS = 20240109, 200, 1200, 12, 5


class Reference(nn.Module):
    """Three blocks of 8, 16 and 32 channels, the maximum over the picture, six logits: 6,313 numbers."""

    def __init__(self) -> None:
        super().__init__()
        for block, (before, after) in enumerate([(1, 8), (8, 16), (16, 32)]):
            self.add_module(f"conv{block}", nn.Conv2d(before, after, 3, padding=1))
            self.add_module(f"norm{block}", nn.BatchNorm2d(after))
        self.out = nn.Linear(32, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 1, side, side) to logits (n, 6)."""
        x = torch.max_pool2d(torch.relu(self.norm0(self.conv0(x))), 2)
        x = torch.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        return self.out(torch.relu(self.norm2(self.conv2(x))).amax(dim=(2, 3)))


class OneLayer(nn.Module):
    """The baseline: 32 filters of 3 by 3 pixels, and for each whether it answers anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.out = nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.Linear(32, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 1, side, side) to logits (n, 6)."""
        return self.out(torch.relu(self.norm(self.conv(x))).amax(dim=(2, 3)))


def dense(units: int) -> nn.Module:
    """A fully connected network with one hidden layer."""
    return nn.Sequential(nn.Flatten(), nn.BatchNorm1d(576), nn.Linear(576, units), nn.ReLU(), nn.Linear(units, 6))


def train(make: Callable[[], nn.Module], seed: int, epochs: int = EPOCHS, rate: float = 0.01) -> nn.Module:
    """Adam (Kingma and Ba 2015) on mini-batches of 64 of the first 1200 public stones, as in the notebook."""
    torch.manual_seed(seed)
    stones, marks = data.draw(np.random.default_rng(data.SEED), data.ROWS)
    x, y = tensor(stones[:TRAINED_ON]), torch.tensor(marks[:TRAINED_ON])
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()


def tensor(pictures: np.ndarray) -> torch.Tensor:
    """Pictures with a channel, between 0 and 1."""
    return torch.tensor(pictures, dtype=torch.float32)[:, None] / 255


@torch.no_grad()
def accuracy(model: nn.Module, pictures: np.ndarray, marks: np.ndarray) -> float:
    """Share of marks that the model reads."""
    return float((model(tensor(pictures)).argmax(dim=1).numpy() == marks).mean())


def build(folder: Path) -> dict[str, Any]:
    """Write weights.safetensors into reference/ of the package `folder`; return the figures."""
    torch.set_num_threads(1)
    state = {name: part for name, part in train(Reference, SEED).state_dict().items() if "tracked" not in name}
    save_file(state, folder / "reference" / "weights.safetensors")
    grading.weights.cache_clear()
    baseline = train(OneLayer, SEED)
    rivals = {
        "dense_in_budget": train(lambda: dense(13), SEED, 40),
        "dense_256": train(lambda: dense(256), SEED, 40, 1e-3),
    }
    others = [train(Reference, SEED + 1 + number) for number in range(OTHERS)]
    names = ("reference", "reference_large", "baseline", "baseline_large", *rivals, "others_minus_reference")
    measured: dict[str, list[float]] = {name: [] for name in (*names, "others_minus_reference_large")}
    for seed in range(DRAWS):
        drawn = grading.inputs(np.random.default_rng(seed))
        for suffix, pictures, marks in (
            ("", drawn["stones"], drawn["marks"]),
            ("_large", drawn["large"], drawn["large_marks"]),
        ):
            found = float((grading.reference_labels(pictures) == marks).mean())
            measured[f"reference{suffix}"].append(found)
            measured[f"baseline{suffix}"].append(accuracy(baseline, pictures, marks))
            measured[f"others_minus_reference{suffix}"] += [accuracy(o, pictures, marks) - found for o in others]
        for name, model in rivals.items():
            measured[name].append(accuracy(model, drawn["stones"], drawn["marks"]))
    figures: dict[str, Any] = {
        "metric": "accuracy",
        "draws": DRAWS,
        "other_seeds": OTHERS,
        "parameters": 6313,
        "seed": SEED,
    }
    return figures | {name: _summary(np.array(found)) for name, found in measured.items()}


def _summary(found: np.ndarray) -> dict[str, float]:
    parts = {"mean": found.mean(), "std": found.std(), "min": found.min(), "max": found.max()}
    return {name: round(float(part), 4) for name, part in parts.items()}
