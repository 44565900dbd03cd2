"""Keeps pictures back, trains the reference network, and measures it and the baseline on many draws of them."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from .. import grading
from ..data import split

SEED = 20240109
DRAWS = 200
EPOCHS = 60


class Reference(nn.Module):
    """64 inputs, 64 hidden units with ReLU, 10 logits: 4,810 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 64)
        self.out = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 64) to logits (n, 10)."""
        return self.out(torch.relu(self.hidden(x)))


def train(images: np.ndarray, labels: np.ndarray, seed: int) -> Reference:
    """Adam (Kingma and Ba 2015) with its usual settings on mini-batches of 64."""
    torch.manual_seed(seed)
    model = Reference()
    x, y = torch.tensor(images.reshape(-1, 64) / 16, dtype=torch.float32), torch.tensor(labels.astype(np.int64))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model


def build(folder: Path) -> dict:
    """Write reference/held-out-*.npy and weights.safetensors into the package `folder`; return the figures."""
    public, held_out = split()
    for name, array in zip(("images", "labels"), held_out, strict=True):
        np.save(folder / "reference" / f"held-out-{name}.npy", array)
    save_file(train(*public, SEED).state_dict(), folder / "reference" / "weights.safetensors")
    other = train(*public, SEED + 1)
    rows: dict[str, list[float]] = {"reference": [], "baseline": [], "second_seed_minus_reference": []}
    for seed in range(DRAWS):
        inputs = grading.draw(np.random.default_rng(seed))
        truth = inputs["labels"]
        rows["reference"].append(float((grading.reference_labels(inputs) == truth).mean()))
        rows["baseline"].append(float((grading.baseline_labels(inputs) == truth).mean()))
        with torch.no_grad():
            labels = other(torch.tensor(grading.prepared(inputs))).argmax(dim=1).numpy()
        rows["second_seed_minus_reference"].append(float((labels == truth).mean()) - rows["reference"][-1])
    figures: dict = {"metric": "accuracy", "draws": DRAWS, "parameters": 4810, "seed": SEED}
    for name, values in rows.items():
        measured = np.array(values)
        figures[name] = {
            "mean": round(float(measured.mean()), 4),
            "std": round(float(measured.std()), 4),
            "min": round(float(measured.min()), 4),
            "max": round(float(measured.max()), 4),
        }
    return figures
