"""Trains the reference network from ten seeds, and measures it and the baseline on many draws of new pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .. import draws
from ..data import PICTURES, SEED, shapes

DRAWS, SEEDS = 200, 10
STEPS = 200


def embed(t: torch.Tensor) -> torch.Tensor:
    """Waves of the time steps (n,), shape (n, 32)."""
    angles = t[:, None] * 10000.0 ** (-torch.arange(16) / 16)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Block(nn.Module):
    """The notebook's block."""

    def __init__(self, channels_in: int, channels_out: int, time_size: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm = nn.GroupNorm(4, channels_out)
        self.time = nn.Linear(time_size, channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.around = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Pictures and time to features."""
        inner = F.silu(self.norm(self.first(x)) + self.time(time)[:, :, None, None])
        return F.silu(self.second(inner)) + self.around(x)


class UNet(nn.Module):
    """The notebook's network; with `blind` it is told that the time step is always 0."""

    def __init__(self, *, blind: bool = False) -> None:
        super().__init__()
        self.blind = blind
        self.time = nn.Sequential(nn.Linear(32, 32), nn.SiLU())
        self.down, self.middle, self.up = Block(1, 8, 32), Block(8, 16, 32), Block(24, 8, 32)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """Noisy pictures and time steps to noise."""
        time = self.time(embed(0 * t if self.blind else t))
        fine = self.down(x, time)
        coarse = self.middle(F.avg_pool2d(fine, 2), time)
        return self.out(self.up(torch.cat([fine, F.interpolate(coarse, scale_factor=2)], dim=1), time))


def train(kept: torch.Tensor, seed: int, *, blind: bool = False, steps: int = 600) -> UNet:
    """Ho et al. 2020, algorithm 1, with Adam (Kingma & Ba 2015) on batches of 32."""
    torch.manual_seed(seed)
    pictures = torch.tensor(shapes(np.random.default_rng(SEED), PICTURES), dtype=torch.float32)[:, None] / 127.5 - 1
    network = UNet(blind=blind)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.004)
    for _ in range(steps):
        x0 = pictures[torch.randint(len(pictures), (32,))]
        t, noise = torch.randint(STEPS, (32,)), torch.randn_like(x0)
        a = kept[t].view(-1, 1, 1, 1)
        optimizer.zero_grad()
        F.mse_loss(network(a.sqrt() * x0 + (1 - a).sqrt() * noise, t), noise).backward()
        optimizer.step()
    return network


def build(folder: Path) -> dict[str, Any]:
    """Measure the networks on what runs draw."""
    kept = torch.tensor(draws.ALPHA_BARS, dtype=torch.float32)
    networks = {"reference": [train(kept, seed) for seed in range(SEEDS)]}
    networks["blind"] = [train(kept, seed, blind=True) for seed in range(3)]
    found: dict[str, list[float]] = {"baseline": [], "reference": [], "blind": []}
    for seed in range(DRAWS):
        drawn = draws.draw(np.random.default_rng(seed))
        xt, t = torch.tensor(drawn["xt"]), torch.tensor(drawn["t"])
        found["baseline"].append(float(np.mean((draws.share_of_what_is_seen(drawn) - drawn["noise"]) ** 2)))
        with torch.no_grad():
            for name, several in networks.items():
                errors = [np.mean((network(xt, t).numpy() - drawn["noise"]) ** 2) for network in several]
                found[name] += map(float, errors)
    summary = {
        name: {"mean": np.mean(v), "std": np.std(v), "min": np.min(v), "max": np.max(v)} for name, v in found.items()
    }
    figures = {name: {key: round(float(v), 4) for key, v in of.items()} for name, of in summary.items()}
    return figures | {"draws": DRAWS, "training_seeds": SEEDS, "always_zero": 1.0, "seed": SEED}
