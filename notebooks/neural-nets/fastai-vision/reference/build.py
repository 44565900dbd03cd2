"""Trains the reference and its rivals with fastai, as the notebook does, and measures them on many draws of leaves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastai.vision.all import (
    CategoryBlock,
    ConvLayer,
    CrossEntropyLossFlat,
    DataBlock,
    Flatten,
    ImageBlock,
    Learner,
    PILImage,
    RandomSplitter,
    aug_transforms,
    get_image_files,
    nn,
    set_seed,
)

from .. import data, grading

SEED, DRAWS, OTHERS = 20240109, 200, 4
TURNED = {"flip_vert": True, "max_rotate": 180, "max_zoom": 1, "max_warp": 0, "max_lighting": 0.4, "p_affine": 1}
RIVALS: dict[str, dict[str, Any] | None] = {
    "not_augmented": None,
    "default": {},
    "flipped": {"flip_vert": True, "max_lighting": 0.4},
}


def train(folder: Path, augment: dict[str, Any] | None, seed: int) -> nn.Module:
    """Four convolutional layers, 20 epochs of one cycle, as in the notebook."""
    set_seed(seed)
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        get_y=lambda path: path.name.rsplit("_", 1)[0],
        splitter=RandomSplitter(0.2, seed=0),
        batch_tfms=None if augment is None else aug_transforms(**augment),
    )
    network = nn.Sequential(
        *(ConvLayer(3, 16, stride=2), ConvLayer(16, 32), ConvLayer(32, 64, stride=2), ConvLayer(64, 64)),
        *(nn.AdaptiveMaxPool2d(1), Flatten(), nn.Linear(64, 5)),
    )
    loaders = block.dataloaders(folder, bs=32, num_workers=0)
    learn = Learner(loaders, network, loss_func=CrossEntropyLossFlat())
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(20, 0.02)
    return learn.model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, drawn: Any) -> float:
    """Share of the leaves outdoors that are recognised."""
    pictures = torch.tensor(drawn["outdoors"], dtype=torch.float32).permute(0, 3, 1, 2) / 255
    return float((model(pictures).argmax(dim=1).numpy() == drawn["species"]).mean())


def build(folder: Path) -> dict[str, Any]:
    """Return the accuracy outdoors of five networks like the notebook's, and of rivals that never turn leaves."""
    torch.set_num_threads(1)
    leaves, labels = np.load(folder / "data" / "leaves.npy"), np.load(folder / "data" / "labels.npy")
    with tempfile.TemporaryDirectory() as temporary:
        for number, (leaf, label) in enumerate(zip(leaves, labels, strict=True)):
            PILImage.create(leaf).save(Path(temporary) / f"{data.NAMES[label]}_{number:03}.png")
        turned = TURNED | {"pad_mode": "border"}
        models = {f"reference_{number}": train(Path(temporary), turned, SEED + number) for number in range(OTHERS + 1)}
        models |= {name: train(Path(temporary), augment, SEED) for name, augment in RIVALS.items()}
    measured: dict[str, list[float]] = {name: [] for name in models}
    for seed in range(DRAWS):
        drawn = grading.inputs(np.random.default_rng(seed))
        for name, model in models.items():
            measured[name].append(accuracy(model, drawn))
    together = [found for name, rows in measured.items() if name.startswith("reference") for found in rows]
    figures: dict[str, Any] = {"metric": "accuracy", "draws": DRAWS, "networks": OTHERS + 1, "seed": SEED}
    return figures | {name: _summary(np.array(found)) for name, found in {**measured, "reference": together}.items()}


def _summary(found: np.ndarray) -> dict[str, float]:
    parts = {"mean": found.mean(), "std": found.std(), "min": found.min(), "max": found.max()}
    return {name: round(float(part), 4) for name, part in parts.items()}
