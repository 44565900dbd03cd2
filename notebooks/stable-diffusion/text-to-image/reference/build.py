"""Trains the model and the judge where they are missing, keeps pictures back, and measures over many runs.

Delete data/*.safetensors and reference/judge.safetensors to train anew: half an hour at most on two cores.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import grading, judge, training
from ..data import scenes, tiny_diffusion

SEED = 20240109
POOL = 48
DRAWS = 200
# Draws are made of a bank of pictures: a new picture for each of them would take hours.
BANK, VAGUE_BANK, BATCH = 900, 450, 150


def build(folder: Path) -> dict[str, Any]:
    """Write data/*.safetensors, reference/judge.safetensors and reference/known-*.npy; return the figures."""
    with training.single_thread():
        return train_and_measure(folder)


def train_and_measure(folder: Path) -> dict[str, Any]:
    """See build."""
    trained: dict[str, Any] = {}
    data, reference = folder / "data", folder / "reference"
    if not (data / "vae.safetensors").exists():
        trained["autoencoder"] = training.train_autoencoder(data, SEED)
    if not (data / "unet.safetensors").exists():
        trained["denoiser"] = training.train_denoiser(data, SEED)
    if not (reference / "judge.safetensors").exists():
        trained["judge"] = training.train_judge(data, reference / "judge.safetensors", SEED)
    parts = tiny_diffusion.load(data)
    rng = np.random.default_rng(SEED)
    keep_back(parts, rng, reference)
    return {"seed": SEED, "training": trained or "kept as it was", **measure(parts, rng)}


@torch.no_grad()
def sample(
    parts: tiny_diffusion.Parts, prompts: list[str], noise: np.ndarray, negative: list[str], scale: float
) -> np.ndarray:
    """Scaled latents (n, 4, 8, 8) of the pictures, with DDIM in as many steps as the exercise takes."""
    scheduler = parts.scheduler
    scheduler.set_timesteps(grading.STEPS)
    words, without = (parts.text_encoder(parts.tokenizer(texts)) for texts in (prompts, negative))
    latents = torch.from_numpy(noise.astype(np.float32))
    for t in scheduler.timesteps:
        base, full = (parts.unet(latents, t, encoder_hidden_states=seen).sample for seen in (without, words))
        latents = scheduler.step(base + scale * (full - base), t, latents).prev_sample
    return latents.numpy()


@torch.no_grad()
def decode(parts: tiny_diffusion.Parts, latents: np.ndarray) -> np.ndarray:
    """Pictures (n, 3, 32, 32) of 0 to 1."""
    found = parts.vae.decode(torch.from_numpy(latents) / parts.vae.config.scaling_factor).sample
    return (found / 2 + 0.5).clamp(0, 1).numpy()


def keep_back(parts: tiny_diffusion.Parts, rng: np.random.Generator, reference: Path) -> None:
    """Pictures of the reference with the noise that they began from; every other one has a negative prompt."""
    things, unwanted = scenes.random_things(rng, POOL), scenes.random_things(rng, POOL)
    unwanted[::2] = 0
    noise = rng.normal(size=(POOL, 4, 8, 8)).astype(np.float16)
    known = {"things": things.astype(np.uint8), "unwanted": unwanted.astype(np.uint8), "noise": noise}
    prompts, avoided = grading.known_prompts(known)
    known["latents"] = sample(parts, prompts, noise, avoided, grading.SCALE)
    known["pictures"] = np.round(decode(parts, known["latents"]) * 255).astype(np.uint8)
    for name, values in known.items():
        np.save(reference / f"known-{name}.npy", values)


def measure(parts: tiny_diffusion.Parts, rng: np.random.Generator) -> dict[str, Any]:
    """Shares of pictures that show what they should, and how often runs of the reference would fail."""

    def pictures(prompts: list[str], negative: list[str] | None = None, scale: float = grading.SCALE) -> np.ndarray:
        parts_of = []
        for at in range(0, len(prompts), BATCH):
            some = prompts[at : at + BATCH]
            avoided = [""] * len(some) if negative is None else negative[at : at + BATCH]
            noise = rng.normal(size=(len(some), 4, 8, 8))
            parts_of.append(decode(parts, sample(parts, some, noise, avoided, scale)))
        return np.concatenate(parts_of)

    things = scenes.random_things(rng, BANK)
    prompts = [scenes.sentence(*pair) for pair in things]
    right = {
        f"scale_{scale:g}": (judge.shown(pictures(prompts[:n], scale=scale)) == things[:n]).all(axis=1)
        for scale, n in ((0.0, 200), (1.0, 200), (grading.SCALE, BANK))
    }
    shapes, colours, vague, avoided = grading.vague_prompts(rng, VAGUE_BANK)
    painted = judge.shown(pictures(vague, avoided))[:, 0], judge.shown(pictures(vague))[:, 0]
    seen = {}
    for name, left in zip(("negative", "no_negative"), painted, strict=True):
        shape = (left != scenes.NOTHING) & ((left - 1) % 3 == shapes)
        seen[name] = shape, shape & ((left - 1) // 3 == colours)
    n, m = grading.PROMPTS, grading.VAGUE
    rows = [rng.choice(BANK, n, replace=False) for _ in range(DRAWS)]
    enough = [int(right[f"scale_{grading.SCALE:g}"][row].sum()) for row in rows]
    few = [rng.choice(VAGUE_BANK, m, replace=False) for _ in range(DRAWS)]
    unwanted = [int(seen["negative"][1][row].sum()) for row in few]
    return {
        "draws": DRAWS,
        "autoencoder_error": round(training.rebuild(parts.vae, rng)[0], 4),
        "right_share": {name: round(float(found.mean()), 4) for name, found in right.items()},
        "right_of_60": {"mean": float(np.mean(enough)), "lowest": min(enough), "enough": grading.ENOUGH},
        "shape_share": {name: round(float(found[0].mean()), 4) for name, found in seen.items()},
        "unwanted_share": {name: round(float(found[1].mean()), 4) for name, found in seen.items()},
        "unwanted_of_48": {"mean": float(np.mean(unwanted)), "highest": max(unwanted), "at_most": grading.AT_MOST},
    }
