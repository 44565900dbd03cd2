"""What the learner's functions must give with the stand-in for the U-Net, in NumPy."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
LENGTH, WIDTH = 8, 48


def noise(latents: np.ndarray, t: int, words: np.ndarray) -> np.ndarray:
    """The "noise" of StandIn in data/tiny_diffusion.py."""
    about = words.astype(np.float64).mean(axis=(1, 2))[:, None, None, None]
    return latents * (about + 0.5) + about * t / 1000


@cache
def signal() -> np.ndarray:
    """The schedule: share of the signal ᾱ at each of the 1000 time steps, (1000,)."""
    config = json.loads((DATA / "config.json").read_text(encoding="utf-8"))["scheduler"]
    roots = np.linspace(config["beta_start"] ** 0.5, config["beta_end"] ** 0.5, config["num_train_timesteps"])
    return np.cumprod(1 - roots**2)


def move(latents: np.ndarray, predicted: np.ndarray, t: int, t_new: int) -> np.ndarray:
    """From one time step to another with DDIM (Song et al. 2021, equation 12, σ = 0)."""
    here, there = signal()[t], signal()[t_new]
    clean = (latents - np.sqrt(1 - here) * predicted) / np.sqrt(here)
    return np.sqrt(there) * clean + np.sqrt(1 - there) * predicted


def difference_map(
    latents: np.ndarray, before: np.ndarray, after: np.ndarray, t: int, noises: np.ndarray
) -> np.ndarray:
    """Couairon et al. 2022, section 3.2, step 1, before anything is cut off: (n, 8, 8)."""
    noisy = np.sqrt(signal()[t]) * latents + np.sqrt(1 - signal()[t]) * noises
    return np.mean([np.abs(noise(z, t, after) - noise(z, t, before)).mean(axis=1) for z in noisy], axis=0)


def to_mask(differences: np.ndarray, threshold: float) -> np.ndarray:
    """The rest of step 1: cut off at three times the mean, rescaled, compared with the threshold."""
    return rescaled(differences) > threshold


def rescaled(differences: np.ndarray) -> np.ndarray:
    """Between 0 and 1, for each map by itself."""
    flat = differences.reshape(len(differences), -1)
    flat = np.minimum(flat, 3 * flat.mean(axis=1, keepdims=True))
    flat = flat - flat.min(axis=1, keepdims=True)
    return (flat / flat.max(axis=1, keepdims=True)).reshape(differences.shape)


def encode(latents: np.ndarray, words: np.ndarray, times: list[int]) -> np.ndarray:
    """Step 2: latents at each of the times, (len(times), n, 4, 8, 8)."""
    found = [latents.astype(np.float64)]
    for t, t_new in pairwise(times):
        found.append(move(found[-1], noise(found[-1], t, words), t, t_new))
    return np.stack(found)


def decode_inside(
    encoded: np.ndarray, mask: np.ndarray, words: np.ndarray, negative: np.ndarray, times: list[int], scale: float
) -> np.ndarray:
    """Step 3, with classifier-free guidance (Ho and Salimans 2022, equation 6): (n, 4, 8, 8)."""
    latents, inside = encoded[-1].astype(np.float64), mask[:, None]
    for i in range(len(times) - 1, 0, -1):
        without = noise(latents, times[i], negative)
        predicted = without + scale * (noise(latents, times[i], words) - without)
        latents = inside * move(latents, predicted, times[i], times[i - 1]) + (1 - inside) * encoded[i - 1]
    return latents
