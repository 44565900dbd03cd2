"""Trains the reference autoencoder from ten seeds, and measures it and PCA on many draws of new pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..data import PICTURES, SEED, shapes

DRAWS, SEEDS, ROWS = 100, 10, 300


def networks() -> nn.Sequential:
    """Encoder and decoder of the notebook, one after the other."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(32, 2, 3, padding=1),
        ),
        nn.Sequential(
            nn.Conv2d(2, 32, 3, padding=1),
            nn.SiLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 16, 3, padding=1),
            nn.SiLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(16, 1, 3, padding=1),
        ),
    )


def train(pictures: torch.Tensor, seed: int, steps: int = 500) -> nn.Sequential:
    """Adam (Kingma & Ba 2015) on batches of 32."""
    torch.manual_seed(seed)
    both = networks()
    optimizer = torch.optim.Adam(both.parameters(), lr=0.004)
    for _ in range(steps):
        x = pictures[torch.randint(len(pictures), (32,))]
        optimizer.zero_grad()
        F.mse_loss(both(x), x).backward()
        optimizer.step()
    return both


def build(folder: Path) -> dict[str, Any]:
    """Measure mean squared errors, and the spread of latents scaled by what the training pictures say."""
    public = shapes(np.random.default_rng(SEED), PICTURES)[:, None] / 127.5 - 1
    pictures = torch.tensor(public[:1800], dtype=torch.float32)
    mean = public.reshape(PICTURES, -1).mean(axis=0)
    directions = np.linalg.svd(public.reshape(PICTURES, -1) - mean, full_matrices=False)[2][:32]
    trained = [train(pictures, seed) for seed in range(SEEDS)]
    with torch.no_grad():
        spreads = [both[0](pictures).std(correction=0) for both in trained]
    found: dict[str, list[float]] = {"pca": [], "reference": [], "spread": []}
    for seed in range(DRAWS):
        new = shapes(np.random.default_rng(1000 + seed), ROWS)[:, None] / 127.5 - 1
        rows, x = new.reshape(ROWS, -1) - mean, torch.tensor(new, dtype=torch.float32)
        found["pca"].append(float(np.mean((rows @ directions.T @ directions - rows) ** 2)))
        with torch.no_grad():
            found["reference"] += [float(F.mse_loss(both(x), x)) for both in trained]
            found["spread"] += [float(both[0](x).std() / spread) for both, spread in zip(trained, spreads, strict=True)]
    summary = {n: {"mean": np.mean(v), "std": np.std(v), "min": np.min(v), "max": np.max(v)} for n, v in found.items()}
    figures = {name: {key: round(float(v), 5) for key, v in of.items()} for name, of in summary.items()}
    return figures | {"draws": DRAWS, "training_seeds": SEEDS, "seed": SEED}
