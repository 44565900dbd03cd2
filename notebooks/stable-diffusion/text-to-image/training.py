"""Trains the model that learners are given: the autoencoder first, then U-Net and text encoder together."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from .data import scenes, tiny_diffusion
from .judge import CHANNELS

VAE_STEPS, VAE_BATCH, VAE_LR = 1000, 32, 2e-3
UNET_STEPS, UNET_BATCH = 2000, 64
JUDGE_STEPS = 800
BANK = 16_000  # scenes that the U-Net learns from, encoded once
KL_WEIGHT = 1e-3
STRETCH = 5.0
# Absolute errors alone are content with the background, which is most of a picture, and leave things without their
# colour for long. Squared ones see to the colours first.
SQUARED = 3.0
QUIET = 6.0  # latents begin with little noise: their logarithm of the variance is lowered by it
WORST = 0.015  # mean error per pixel that an autoencoder may end with
DROPPED = 0.15  # share of prompts that are left empty, for classifier-free guidance (Ho and Salimans 2022)
VAGUE = 0.25  # share of prompts in which a thing loses its colour, or its shape


def schedule(step: int, steps: int) -> float:
    """Factor of the learning rate: up over 100 steps, then down along half a cosine."""
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))


@contextmanager
def single_thread() -> Iterator[None]:
    """Sums are taken in the same order on every machine; and beside other work, threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, step: int, most: float) -> None:
    """Move the average of the weights towards those of the step; the first steps are soon forgotten."""
    share = min(most, (step + 1) / (step + 20))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - share)


def as_model_sees(pictures: np.ndarray) -> torch.Tensor:
    """Pictures between 0 and 1 become a tensor between -1 and 1."""
    return torch.from_numpy(pictures) * 2 - 1


def store(part: nn.Module, path: Path) -> None:
    """Weights in half precision: half the bytes, and the pictures look the same."""
    save_file({key: value.half().contiguous() for key, value in part.state_dict().items()}, path)


@torch.no_grad()
def stretch(vae: nn.Module, factor: float) -> None:
    """Make the latents larger by `factor`, and the decoder expect it: it is the same autoencoder in another unit.

    The divergence has pulled the latents towards a standard deviation of 1. Those of Stable Diffusion have about 5.5,
    and whoever forgets its scaling factor sees it; so it shall be here.
    """
    channels = vae.config.latent_channels
    vae.quant_conv.weight[:channels] *= factor
    vae.quant_conv.bias[:channels] *= factor
    vae.quant_conv.bias[channels:] += 2 * math.log(factor)
    vae.post_quant_conv.weight /= factor


@torch.no_grad()
def rebuild(vae: nn.Module, rng: np.random.Generator) -> tuple[float, float]:
    """Encode and decode 512 scenes: the mean absolute error per pixel of 0 to 1, and the deviation of the latents."""
    pictures = as_model_sees(scenes.paint(rng, scenes.random_things(rng, 512))[0])
    latents = vae.encode(pictures).latent_dist.mode()
    return float((vae.decode(latents).sample - pictures).abs().mean() / 2), float(latents.std())


def train_autoencoder(folder: Path, seed: int) -> dict[str, float]:
    """Write vae.safetensors into `folder`, and the scaling factor into its config.json.

    Loss: mean absolute and mean squared error, and a little of the Kullback-Leibler divergence of the latents from a
    standard normal distribution (Rombach et al. 2022, section 3.1 and appendix G, without their discriminator). What
    is stored is the moving average of the weights. Raises ValueError where it ends worse than WORST.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vae = tiny_diffusion.from_config(folder).vae.to(memory_format=torch.channels_last)
    with torch.no_grad():
        vae.quant_conv.bias[vae.config.latent_channels :] -= QUIET
    average = copy.deepcopy(vae).requires_grad_(False)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=VAE_LR, betas=(0.9, 0.99), weight_decay=0.01)
    began = time.perf_counter()
    for step in range(VAE_STEPS):
        optimizer.param_groups[0]["lr"] = VAE_LR * schedule(step, VAE_STEPS)
        pictures = as_model_sees(scenes.paint(rng, scenes.random_things(rng, VAE_BATCH))[0])
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        posterior = vae.encode(pictures).latent_dist
        off = vae.decode(posterior.sample()).sample - pictures
        divergence = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).mean()
        optimizer.zero_grad()
        (off.abs().mean() + SQUARED * (off**2).mean() + KL_WEIGHT * divergence).backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        follow(average, vae, step, 0.99)
        if step % 100 == 99:
            took = time.perf_counter() - began
            error = float(off.detach().abs().mean()) / 2
            print(f"autoencoder {step + 1}: {error:.4f}, divergence {divergence:.2f} after {took:.0f} s", flush=True)
    vae = average.to(memory_format=torch.contiguous_format)
    stretch(vae, STRETCH)
    error, spread = rebuild(vae, rng)
    if error > WORST:
        raise ValueError(
            f"the autoencoder is off by {error:.4f} per pixel, {WORST:g} at most is usable: try another seed"
        )
    store(vae, folder / "vae.safetensors")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["vae"]["scaling_factor"] = round(1 / spread, 4)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return {"error": round(error, 4), "seconds": round(time.perf_counter() - began)}


def vary(rng: np.random.Generator, left: int, right: int) -> str:
    """The prompt of a scene as the model is trained with it: now and then vague, now and then empty."""
    if rng.random() < DROPPED:
        return ""
    words = scenes.sentence(left, right).split()
    for place in [place for place, word in enumerate(words) if word in scenes.COLOURS]:
        if rng.random() < VAGUE:
            if rng.random() < 0.6:
                words[place] = ""
            else:
                words[place + 1] = "shape"
    return " ".join(words)


def encode_bank(vae: nn.Module, rng: np.random.Generator) -> tuple[np.ndarray, torch.Tensor]:
    """What BANK scenes show, (n, 2), and their scaled latents (n, 4, 8, 8)."""
    things = scenes.random_things(rng, BANK)
    parts = []
    with torch.no_grad():
        for rows in np.array_split(things, BANK // 250):
            parts.append(vae.encode(as_model_sees(scenes.paint(rng, rows)[0])).latent_dist.mode())
    return things, torch.cat(parts) * vae.config.scaling_factor


def train_denoiser(folder: Path, seed: int) -> dict[str, float]:
    """Write unet.safetensors and text_encoder.safetensors into `folder`, which holds a trained vae.safetensors.

    The loss is the mean squared error of the predicted noise (Ho et al. 2020, equation 14); what is stored is the
    moving average of the weights.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    parts = tiny_diffusion.from_config(folder)
    tiny_diffusion.fill(parts.vae, folder / "vae.safetensors")
    began = time.perf_counter()
    things, bank = encode_bank(parts.vae, rng)
    model = nn.ModuleDict({"unet": parts.unet, "text_encoder": parts.text_encoder})
    average = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=0.01)
    recent = []
    for step in range(UNET_STEPS):
        optimizer.param_groups[0]["lr"] = 2e-3 * schedule(step, UNET_STEPS)
        rows = rng.integers(0, BANK, UNET_BATCH)
        words = parts.text_encoder(parts.tokenizer([vary(rng, *things[row]) for row in rows]))
        noise, times = torch.randn(UNET_BATCH, 4, 8, 8), torch.randint(0, 1000, (UNET_BATCH,))
        noisy = parts.scheduler.add_noise(bank[rows], noise, times)
        loss = nn.functional.mse_loss(parts.unet(noisy, times, words).sample, noise)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        follow(average, model, step, 0.998)
        recent.append(loss.item())
        if step % 100 == 99:
            took = time.perf_counter() - began
            print(f"U-Net {step + 1}: {np.mean(recent[-100:]):.4f} after {took:.0f} s", flush=True)
        if step % 500 == 499:
            for name, part in average.items():
                store(part, folder / f"{name}.safetensors")
    return {"loss": round(float(np.mean(recent[-500:])), 4), "seconds": round(time.perf_counter() - began)}


class Judge(nn.Module):
    """Halves of pictures (n, 3, 32, 16) to scores of THINGS (n, 10). judge.py runs the same in NumPy."""

    def __init__(self) -> None:
        super().__init__()
        pairs = pairwise(CHANNELS)
        self.convolutions = nn.ModuleList([nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairs])
        self.out = nn.Linear(CHANNELS[-1] * 8, len(scenes.THINGS))

    def forward(self, halves: torch.Tensor) -> torch.Tensor:
        """See the class."""
        found = halves - 0.5
        for convolution in self.convolutions:
            found = torch.relu(convolution(found))
        return self.out(found.flatten(1))


def train_judge(folder: Path, path: Path, seed: int) -> dict[str, float]:
    """Write the judge's weights to `path`. Half of the pictures it learns from went through the autoencoder."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vae = tiny_diffusion.from_config(folder).vae
    tiny_diffusion.fill(vae, folder / "vae.safetensors")
    judge = Judge()
    optimizer = torch.optim.Adam(judge.parameters(), lr=3e-3)

    def halves(n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        things = scenes.random_things(rng, n)
        painted = torch.from_numpy(scenes.paint(rng, things)[0])
        with torch.no_grad():
            rebuilt = torch.cat([vae(some * 2 - 1).sample / 2 + 0.5 for some in painted.split(250)]).clamp(0, 1)
        left_and_right = [torch.cat([found[..., :16], found[..., 16:]]) for found in (painted, rebuilt)]
        return *left_and_right, torch.from_numpy(np.concatenate([things[:, 0], things[:, 1]]))

    painted, rebuilt, labels = halves(3000)
    both, twice = torch.cat([painted, rebuilt]), torch.cat([labels, labels])
    for step in range(JUDGE_STEPS):
        optimizer.param_groups[0]["lr"] = 3e-3 * schedule(step, JUDGE_STEPS)
        rows = torch.from_numpy(rng.integers(0, len(both), 128))
        pictures = both[rows] + rng.uniform(0, 0.08) * torch.randn(128, 3, 32, 16)
        loss = nn.functional.cross_entropy(judge(pictures), twice[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    save_file(judge.state_dict(), path)
    painted, rebuilt, labels = halves(1000)
    with torch.no_grad():
        right = {"painted": judge(painted).argmax(dim=1) == labels, "rebuilt": judge(rebuilt).argmax(dim=1) == labels}
    return {name: round(float(found.float().mean()), 4) for name, found in right.items()}
