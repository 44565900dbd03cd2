"""Writes the picture that is turned into noise: a balloon above hills, drawn from formulas of our own."""

from pathlib import Path

import numpy as np

SIDE = 96


def picture() -> np.ndarray:
    """Grey levels (96, 96) from 0 (black) to 255 (white), uint8."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1.0)
    grey = 215 - 70 * y  # sky
    grey = np.where((x - 0.82) ** 2 + (y - 0.16) ** 2 < 0.007, 250, grey)  # sun
    grey = np.where(y > 0.74 + 0.6 * (x - 0.25) ** 2, 105, grey)  # far hill
    grey = np.where(y > 0.80 + 0.5 * (x - 0.9) ** 2, 60, grey)  # near hill
    across, down = (x - 0.4) / 0.23, (y - 0.33) / 0.25
    stripes = np.where(np.floor(4 * across / np.sqrt(np.clip(1 - down**2, 0.05, 1)) + 100) % 2 == 0, 35, 185)
    grey = np.where(across**2 + down**2 < 1, stripes, grey)  # balloon
    ropes = (np.abs(np.abs(x - 0.4) - (0.14 - 0.5 * (y - 0.5))) < 0.008) & (y > 0.53) & (y < 0.68)
    grey = np.where(ropes, 20, grey)
    grey = np.where((np.abs(x - 0.4) < 0.055) & (np.abs(y - 0.71) < 0.04), 20, grey)  # basket
    return np.round(grey).astype(np.uint8)


def write(folder: Path) -> None:
    """Write balloon.npy."""
    np.save(folder / "balloon.npy", picture())
