"""Measures how far walks in single precision, by diffusers and by hand, end from the grader's in double precision."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler

from .. import grading

DRAWS = 200
SEED = 0


def model(x: torch.Tensor, t: int) -> torch.Tensor:
    """The exact model, its answer rounded to single precision."""
    noise = grading.model(x.reshape(-1, 64).double().numpy(), t)
    return torch.tensor(noise.reshape(grading.SHAPE), dtype=torch.float32)


def by_diffusers(start: torch.Tensor, steps: int, spacing: str = "trailing") -> torch.Tensor:
    """The walk of DDIMScheduler."""
    scheduler = DDIMScheduler(clip_sample=False, timestep_spacing=spacing)
    scheduler.set_timesteps(steps)
    x = start
    for t in scheduler.timesteps:
        x = scheduler.step(model(x, int(t)), t, x).prev_sample
    return x


def by_hand(start: torch.Tensor, timesteps: list[int]) -> torch.Tensor:
    """Equation 12 of Song et al. 2021 in single precision."""
    x = start
    for t, (now, after) in zip(timesteps, pairwise([*grading.ALPHA_BARS[timesteps], 1.0]), strict=True):
        noise = model(x, t)
        x = after**0.5 * (x - (1 - now) ** 0.5 * noise) / now**0.5 + (1 - after) ** 0.5 * noise
    return x


def build(folder: Path) -> dict[str, Any]:
    """Compare the largest difference of a value within each picture, over DRAWS draws of 40 pictures."""
    off: dict[str, list[np.ndarray]] = {"diffusers": [], "by_hand": [], "leading": []}
    for seed in range(DRAWS):
        drawn = grading.SPEC.draw(seed)
        start, steps = torch.tensor(drawn["start"]), drawn["steps"]
        right = grading.walk(drawn["start"], grading.trailing(steps))
        along = grading.walk(drawn["start"], drawn["timesteps"])
        off["diffusers"].append(_off(by_diffusers(start, steps), right))
        off["leading"].append(_off(by_diffusers(start, steps, "leading"), right))
        off["by_hand"].append(_off(by_hand(start, drawn["timesteps"]), along))
    return {"draws": DRAWS, "seed": SEED, **{name: _summary(np.array(found)) for name, found in off.items()}}


def _off(found: torch.Tensor, right: np.ndarray) -> np.ndarray:
    return np.abs(found.numpy() - right).reshape(grading.STARTS, -1).max(axis=1)


def _summary(off: np.ndarray) -> dict[str, float]:
    close = (off <= grading.CLOSE).mean(axis=1)
    figures = {"median": np.median(off), "smallest": off.min(), "largest": off.max()}
    figures |= {"share_close_mean": close.mean(), "share_close_min": close.min(), "share_close_max": close.max()}
    return {name: float(f"{value:.3g}") for name, value in figures.items()}
