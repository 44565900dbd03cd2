"""A latent diffusion model in the small: load its four parts as in Stable Diffusion.

    parts = load("data")
    parts.tokenizer, parts.text_encoder, parts.unet, parts.vae, parts.scheduler

The U-Net, the autoencoder and the scheduler are diffusers' own classes, with few channels. The text encoder is a
small transformer (Vaswani et al. 2017) over a dozen words, trained together with the U-Net.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionOutput
from safetensors.torch import load_file
from torch import nn

LENGTH = 8
WIDTH = 48


class Tokenizer:
    """Turns prompts into rows of LENGTH numbers: 1 to start with, one for each word, and 0 up to the end."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def __call__(self, prompts: Sequence[str]) -> torch.Tensor:
        """Tokens (n, LENGTH), int64. Raises ValueError for a word that it doesn't know, or for too many."""
        rows = [[1, *(self._token(word) for word in prompt.lower().split())] for prompt in prompts]
        if longest := [prompt for prompt, row in zip(prompts, rows, strict=True) if len(row) > LENGTH]:
            raise ValueError(f"{longest[0]!r} has more than {LENGTH - 1} words")
        return torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])

    def _token(self, word: str) -> int:
        if word not in self.words[2:]:
            raise ValueError(f"the model was never told {word!r}; it knows {', '.join(self.words[2:])}")
        return self.words.index(word)


class TextEncoder(nn.Module):
    """Tokens (n, LENGTH) to vectors (n, LENGTH, WIDTH), for the U-Net's `encoder_hidden_states`."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, WIDTH)
        self.places = nn.Parameter(0.5 * torch.randn(LENGTH, WIDTH))
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 96, dropout=0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, nn.LayerNorm(WIDTH), enable_nested_tensor=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return self.layers(self.words(tokens) + self.places)


@dataclass
class Parts:
    """What a latent diffusion model is made of."""

    tokenizer: Tokenizer
    text_encoder: TextEncoder
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    scheduler: DDIMScheduler


def from_config(folder: str | Path) -> Parts:
    """The parts as `config.json` in `folder` describes them, with random weights."""
    config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    return Parts(
        tokenizer=Tokenizer(config["words"]),
        text_encoder=TextEncoder(len(config["words"])),
        unet=UNet2DConditionModel(**config["unet"]),
        vae=AutoencoderKL(**config["vae"]),
        scheduler=DDIMScheduler(**config["scheduler"]),
    )


def fill(part: nn.Module, path: str | Path) -> None:
    """Read the weights of a part, which are stored in half precision, and make it ready for use, not for training."""
    part.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    part.eval().requires_grad_(False)


def load(folder: str | Path) -> Parts:
    """The trained parts in `folder`."""
    parts = from_config(folder)
    for name in ("text_encoder", "unet", "vae"):
        fill(getattr(parts, name), Path(folder) / f"{name}.safetensors")
    return parts


class StandIn:
    """Takes the place of the U-Net where numbers are to be checked by hand.

    It has learnt nothing. With m for the mean of the words, its "noise" is latents · (1/2 + m) + m · t / 1000.
    """

    def __call__(
        self, sample: torch.Tensor, timestep: torch.Tensor | int, encoder_hidden_states: torch.Tensor
    ) -> UNet2DConditionOutput:
        """Called as the U-Net is; what comes back has a `sample`, as the U-Net's answer."""
        about = encoder_hidden_states.mean(dim=(1, 2)).reshape(-1, 1, 1, 1)
        when = torch.as_tensor(timestep, dtype=sample.dtype).reshape(-1, 1, 1, 1) / 1000
        return UNet2DConditionOutput(sample=sample * (about + 0.5) + about * when)
