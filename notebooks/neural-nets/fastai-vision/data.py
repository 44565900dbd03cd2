"""Photographs of pressed leaves from a generator of our own: five shapes, any autumn colour, 28 by 28 pixels.

In the herbarium every leaf lies upright under the same lamp; outdoors they lie any way round and in any light.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS, SIDE, SLIPS = 20240109, 360, 28, 9
NAMES = ("alder", "lime", "maple", "oak", "willow")


def draw(rng: np.random.Generator, rows: int, *, outdoors: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (rows, SIDE, SIDE, 3) of 0 to 255, uint8, and their labels (rows,): places in NAMES, int64."""
    labels = rng.integers(0, len(NAMES), rows)
    turn = rng.uniform(-np.pi, np.pi, rows) if outdoors else rng.normal(0, 0.08, rows)
    centre = (SIDE - 1) / 2 + rng.uniform(-1.5, 1.5, (2, rows, 1, 1))
    scale = rng.uniform(8, 9.5, (rows, 1, 1))
    down, across = (np.mgrid[:SIDE, :SIDE][:, None] - centre) / scale
    sine, cosine = np.sin(turn)[:, None, None], np.cos(turn)[:, None, None]
    along, aside = across * sine - down * cosine, np.abs(across * cosine + down * sine)
    width = _half_width(labels, along, aside) * rng.uniform(0.88, 1.12, (rows, 1, 1))
    blade = np.clip((width - aside) * scale + 0.5, 0, 1)
    stem = np.clip((0.09 - aside) * scale + 0.5, 0, 1) * (along > -1.6) * (along < -0.2)
    rib = np.clip((0.06 - aside) * scale + 0.5, 0, 1) * (along > -0.9) * (along < 0.8)
    leaf = np.maximum(blade, stem)[..., None]
    colour = rng.uniform((0.35, 0.3, 0.1), (0.75, 0.65, 0.25), (rows, 3))[:, None, None]
    paper = rng.uniform(0.8, 0.95, (rows, 1, 1, 1)) * np.array([1, 0.97, 0.9])
    picture = paper * (1 - leaf) + colour * (1 - 0.35 * rib[..., None]) * leaf
    light = rng.uniform(0.5, 1.1, (rows, 1, 1, 1)) if outdoors else 1.0
    picture = picture * light + rng.normal(0, 0.04, picture.shape)
    return np.clip(np.round(255 * picture), 0, 255).astype(np.uint8), labels


def _half_width(labels: np.ndarray, along: np.ndarray, aside: np.ndarray) -> np.ndarray:
    """How far each leaf reaches to either side at the height `along`, from -1 at the stem to 1 at the tip."""
    u = np.clip(along, -1, 1)
    angle, radius = np.arctan2(aside, along), np.hypot(aside, along)
    star = 0.55 + 0.45 * np.cos(5 * angle)
    shapes = [
        0.62 * np.sqrt(1 - u**2) * (1 + 0.65 * u),
        0.62 * np.sqrt(1 - u**2) * (1 - 0.65 * u),
        np.where(radius < 1.1 * star, aside + 1, aside - 1),
        0.55 * np.sqrt(1 - u**2) * (1 + 0.3 * np.cos(9 * u)),
        0.3 * np.sqrt(1 - u**2),
    ]
    return np.where(np.abs(along) < 1, np.choose(labels[:, None, None], shapes), -1)


def write(folder: Path) -> None:
    """Write leaves.npy and labels.npy, and in labels.npy some slips of the pen: nine leaves have another's name."""
    rng = np.random.default_rng(SEED)
    leaves, labels = draw(rng, ROWS)
    slips = rng.choice(ROWS, size=SLIPS, replace=False)
    labels[slips] = (labels[slips] + rng.integers(1, len(NAMES), SLIPS)) % len(NAMES)
    np.save(folder / "leaves.npy", leaves)
    np.save(folder / "labels.npy", labels.astype(np.uint8))
