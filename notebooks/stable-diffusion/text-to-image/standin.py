"""What the learner's functions must give with the stand-in for the U-Net, and the text encoder, in NumPy."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from apps.grading.tensors import read_tensors

DATA = Path(__file__).parent / "data"
LENGTH, WIDTH, HEADS = 8, 48, 4


def noise(latents: np.ndarray, t: int, words: np.ndarray) -> np.ndarray:
    """The "noise" of StandIn in data/tiny_diffusion.py."""
    about = words.astype(np.float64).mean(axis=(1, 2))[:, None, None, None]
    return latents * (about + 0.5) + about * t / 1000


def guided(latents: np.ndarray, t: int, words: np.ndarray, negative: np.ndarray, scale: float) -> np.ndarray:
    """Classifier-free guidance (Ho and Salimans 2022, equation 6)."""
    without = noise(latents, t, negative)
    return without + scale * (noise(latents, t, words) - without)


@cache
def signal() -> np.ndarray:
    """The schedule: share of the signal ᾱ at each of the 1000 time steps, (1000,)."""
    config = json.loads((DATA / "config.json").read_text(encoding="utf-8"))["scheduler"]
    roots = np.linspace(config["beta_start"] ** 0.5, config["beta_end"] ** 0.5, config["num_train_timesteps"])
    return np.cumprod(1 - roots**2)


def move(latents: np.ndarray, predicted: np.ndarray, here: int, there: int) -> np.ndarray:
    """From one time step to another with DDIM (Song et al. 2021, equation 12, σ = 0); below step 0 is step 0."""
    a, b = signal()[max(here, 0)], signal()[max(there, 0)]
    return np.sqrt(b) * (latents - np.sqrt(1 - a) * predicted) / np.sqrt(a) + np.sqrt(1 - b) * predicted


def times(steps: int) -> list[int]:
    """The scheduler's time steps, from the noisiest down: multiples of 1000 // steps, plus one."""
    return [i * (1000 // steps) + 1 for i in reversed(range(steps))]


def denoised(start: np.ndarray, words: np.ndarray, negative: np.ndarray, steps: int, scale: float) -> np.ndarray:
    """The whole sampling loop."""
    latents = start
    for t in times(steps):
        latents = move(latents, guided(latents, t, words, negative, scale), t, t - 1000 // steps)
    return latents


@cache
def _weights() -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    found = read_tensors((DATA / "text_encoder.safetensors").read_bytes(), max_elements=1_000_000)
    words = json.loads((DATA / "config.json").read_text(encoding="utf-8"))["words"]
    return {name: value.astype(np.float64) for name, value in found.items()}, tuple(words)


def encoded(prompts: list[str]) -> np.ndarray:
    """The text encoder's vectors of prompts, (n, 8, 48): a transformer with the norms first, in NumPy."""
    w, words = _weights()
    rows = [[1, *(words.index(word) for word in prompt.split())] for prompt in prompts]
    x = w["words.weight"][np.array([row + [0] * (LENGTH - len(row)) for row in rows])] + w["places"]
    for layer in ("layers.layers.0.", "layers.layers.1."):
        q, k, v = np.split(_linear(_norm(x, layer + "norm1"), layer + "self_attn.in_proj_"), 3, axis=-1)
        q, k, v = (a.reshape(len(x), LENGTH, HEADS, -1).transpose(0, 2, 1, 3) for a in (q, k, v))
        scores = np.exp(q @ k.transpose(0, 1, 3, 2) / np.sqrt(WIDTH / HEADS))
        seen = (scores / scores.sum(axis=-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + _linear(seen, layer + "self_attn.out_proj.")
        hidden = np.maximum(_linear(_norm(x, layer + "norm2"), layer + "linear1."), 0)
        x = x + _linear(hidden, layer + "linear2.")
    return _norm(x, "layers.norm")


def _linear(x: np.ndarray, name: str) -> np.ndarray:
    w = _weights()[0]
    return x @ w[name + "weight"].T + w[name + "bias"]


def _norm(x: np.ndarray, name: str) -> np.ndarray:
    w = _weights()[0]
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * w[name + ".weight"] + w[name + ".bias"]
