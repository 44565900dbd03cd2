"""Copies the judge of "From text to picture", keeps edits back, and measures the reference's masks and pictures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import draws, grading, judge
from ..data import SOURCE, load, scenes

SEED = 20240109
BATCHES, DRAWS = 10, 200
TIME, STEPS, STRENGTH, SCALE = 500, 20, 0.8, 6.0

tiny_diffusion = load("tiny_diffusion")


def build(folder: Path) -> dict[str, Any]:
    """Write reference/judge.safetensors and reference/known-*.npy; return the figures.

    Raises ValueError where a copy is no copy any more, and where weights are such that a limit of grading.py is near.
    """
    weights = "reference/judge.safetensors"
    (folder / weights).write_bytes((SOURCE / weights).read_bytes())
    for path in (SOURCE / "judge.py", *(SOURCE / "data").iterdir()):
        name = path.relative_to(SOURCE)
        if path.is_file() and path.read_bytes() != (folder / name).read_bytes():
            raise ValueError(f"{name} differs from that of {SOURCE.name}: copy it (write_data copies what is in data/)")
    editor = Editor(tiny_diffusion.load(folder / "data"))
    keep_back(editor, folder / "reference")
    found = measure(editor)
    refuse_near_limits(found)
    return {"seed": SEED, **found}


class Editor:
    """DiffEdit with the trained parts, as the exercise asks for it."""

    def __init__(self, parts: Any) -> None:
        self.parts = parts
        self.signal = parts.scheduler.alphas_cumprod

    def words(self, prompts: list[str]) -> torch.Tensor:
        """Vectors of prompts."""
        return self.parts.text_encoder(self.parts.tokenizer(prompts))

    def predict(self, latents: torch.Tensor, t: int, words: torch.Tensor) -> torch.Tensor:
        """The U-Net's noise."""
        return self.parts.unet(latents, t, encoder_hidden_states=words).sample

    def move(self, latents: torch.Tensor, noise: torch.Tensor, t: int, t_new: int) -> torch.Tensor:
        """From one noise level to another."""
        here, there = self.signal[t], self.signal[t_new]
        return there.sqrt() * (latents - (1 - here).sqrt() * noise) / here.sqrt() + (1 - there).sqrt() * noise

    def times(self, steps: int, strength: float) -> list[int]:
        """From clean to noisy."""
        self.parts.scheduler.set_timesteps(steps)
        return [0, *reversed(self.parts.scheduler.timesteps.tolist())][: 1 + round(steps * strength)]

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """Scaled latents of pictures of 0 to 1."""
        return self.parts.vae.encode(pictures * 2 - 1).latent_dist.mode() * self.parts.vae.config.scaling_factor

    def pictures(self, latents: torch.Tensor) -> torch.Tensor:
        """And back."""
        return (self.parts.vae.decode(latents / self.parts.vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)

    def encode(self, latents: torch.Tensor, words: torch.Tensor, times: list[int]) -> list[torch.Tensor]:
        """Latents at each level."""
        found = [latents]
        for t, t_new in pairwise(times):
            found.append(self.move(found[-1], self.predict(found[-1], t, words), t, t_new))
        return found

    @torch.no_grad()
    def back(self, pictures: torch.Tensor) -> torch.Tensor:
        """There and back with the empty prompt."""
        words, times = self.words([""] * len(pictures)), self.times(50, STRENGTH)
        latents = self.encode(self.latents(pictures), words, times)[-1]
        for i in range(len(times) - 1, 0, -1):
            latents = self.move(latents, self.predict(latents, times[i], words), times[i], times[i - 1])
        return self.pictures(latents)

    @torch.no_grad()
    def edit(
        self, pictures: torch.Tensor, before: list[str], after: list[str], noises: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Edited pictures and masks."""
        start, empty = self.latents(pictures), self.words([""] * len(pictures))
        present, wanted = self.words(before), self.words(after)
        apart = torch.zeros(len(pictures), 8, 8)
        for noise in torch.from_numpy(noises):
            noisy = self.signal[TIME].sqrt() * start + (1 - self.signal[TIME]).sqrt() * noise
            apart += (self.predict(noisy, TIME, wanted) - self.predict(noisy, TIME, present)).abs().mean(dim=1)
        mask = torch.from_numpy(grading.standin.to_mask(apart.double().numpy(), 0.5)).float()[:, None]
        times = self.times(STEPS, STRENGTH)
        encoded = self.encode(start, empty, times)
        latents = encoded[-1]
        for i in range(len(times) - 1, 0, -1):
            base, full = (self.predict(latents, times[i], words) for words in (empty, wanted))
            latents = self.move(latents, base + SCALE * (full - base), times[i], times[i - 1])
            latents = mask * latents + (1 - mask) * encoded[i - 1]
        return self.pictures(latents).numpy(), mask[:, 0].numpy() > 0


def keep_back(editor: Editor, reference: Path) -> None:
    """Pictures, and the reference's edits of them with their masks."""
    rng = np.random.default_rng(SEED)
    things, sides, wanted = draws.edits(rng, draws.POOL)
    pictures = np.round(scenes.paint(rng, things)[0] * 255).astype(np.uint8)
    sentences = [[scenes.sentence(*pair) for pair in pairs] for pairs in (things, wanted)]
    noises = draws.noise_of(np.arange(draws.POOL))
    edited, masks = editor.edit(torch.from_numpy(pictures / np.float32(255)), *sentences, noises)
    numbers = {"things": things, "sides": sides, "wanted": wanted, "masks": masks, "edited": np.round(edited * 255)}
    for name, values in {**numbers, "pictures": pictures}.items():
        np.save(reference / f"known-{name}.npy", values.astype(np.uint8))
    draws.pool.cache_clear()


def measure(editor: Editor) -> dict[str, Any]:
    """What the checks look at, over edits of many pictures; then over runs that are drawn from these edits."""
    names = ("overlap", "change", "right", "back", "alike", "same_masks")
    found: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for seed in range(BATCHES):
        inputs = draws.draw(np.random.default_rng(seed))
        sides, rows = inputs["sides"], np.arange(draws.PICTURES)
        painted = torch.from_numpy(inputs["pictures"])
        pictures, masks = editor.edit(painted, inputs["before"], inputs["after"], inputs["mask_noises"])
        new, known = inputs["new"], inputs["known"]
        found["overlap"].append(grading.overlap(masks[new], inputs["regions"]))
        found["change"].append(grading.change_of_the_rest(pictures[new], inputs))
        found["right"].append(judge.shown(pictures[new])[rows, sides] == inputs["wanted"][rows, sides])
        found["alike"].append(np.array([grading.alike(pictures[known], inputs)]))
        found["same_masks"].append(np.array([grading.overlap(masks[known], inputs["known_masks"]).mean()]))
        few = torch.from_numpy(inputs["few"])
        found["back"].append(np.array([(editor.back(few) - few).abs().mean().item()]))
    bank = {name: np.concatenate(values) for name, values in found.items()}
    rng = np.random.default_rng(SEED)
    runs = [rng.choice(len(bank["right"]), draws.PICTURES, replace=False) for _ in range(DRAWS)]
    return {
        "edits": len(bank["right"]),
        "draws": DRAWS,
        "overlap": {**_summary([bank["overlap"][run].mean() for run in runs]), "at_least": grading.OVERLAP},
        "change_of_the_rest": {**_summary([bank["change"][run].mean() for run in runs]), "at_most": grading.KEPT_ERROR},
        "right_of_24": {**_summary([bank["right"][run].sum() for run in runs]), "enough": grading.ENOUGH},
        "right_share": round(float(bank["right"].mean()), 4),
        "there_and_back": {**_summary(found["back"]), "at_most": grading.BACK_ERROR},
        "alike_of_36": {**_summary(found["alike"]), "enough": grading.ALIKE_ENOUGH},
        "same_masks": {**_summary(found["same_masks"]), "at_least": grading.SAME_MASKS},
    }


def refuse_near_limits(found: dict[str, Any]) -> None:
    """Raises ValueError where the reference comes within 4 standard deviations of a limit: it would fail some runs."""
    for name, figures in found.items():
        limits = (
            [figures[key] for key in ("at_least", "at_most", "enough") if key in figures]
            if isinstance(figures, dict)
            else []
        )
        for limit in limits:
            if abs(figures["mean"] - limit) < 4 * figures["deviation"]:
                raise ValueError(
                    f"{name}: the reference reaches {figures['mean']} ± {figures['deviation']}, and the limit in "
                    f"grading.py is {limit}. Set it anew for these weights, and prove the mutants again."
                )


def _summary(values: Any) -> dict[str, float]:
    values = np.asarray(values, dtype=float)
    figures = {"mean": values.mean(), "deviation": values.std(), "lowest": values.min(), "highest": values.max()}
    return {name: round(float(value), 4) for name, value in figures.items()}
