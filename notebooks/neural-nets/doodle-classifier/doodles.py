"""Doodles from strokes: ten kinds of things, drawn by an unsteady hand into pictures of 28×28 pixels. NumPy only.

A doodle is a list of strokes, each a line through points, in coordinates from -1 to 1 with y upwards. The hand moves
the points a little, lets every stroke wobble, overshoots or stops short at the ends, leaves out what it is too lazy to
draw, turns, shears, stretches and shifts the whole, and takes a thinner or a thicker pen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

KINDS = ("apple", "cat", "cloud", "cup", "face", "fish", "house", "star", "sun", "tree")
SIDE = 28
# Dots of the pen per unit of length: at most half a pixel apart.
DENSE = 24
# How far round a dot its ink reaches, in pixels: the thickest pen, and half a pixel of fading.
EDGE = 2
_AROUND = np.stack(np.meshgrid(*[np.arange(-EDGE, EDGE + 1)] * 2), axis=-1).reshape(1, -1, 2)
Strokes = list[np.ndarray]


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=float)


def _arc(x: float, y: float, width: float, height: float, begin: float = 0.0, end: float = 360.0) -> np.ndarray:
    """Part of an ellipse with these half axes, from one angle to another, in degrees anticlockwise from the right."""
    angle = np.radians(np.linspace(begin, end, 25))
    return np.column_stack([x + width * np.cos(angle), y + height * np.sin(angle)])


def _eyes(rng: np.random.Generator, apart: float, y: float, size: float) -> Strokes:
    return [_arc(side * apart, y, size, size * rng.uniform(0.8, 1.5)) for side in (-1, 1)]


def _apple(rng: np.random.Generator) -> Strokes:
    wide, dent = rng.uniform(0.65, 0.85), rng.uniform(0.15, 0.35)
    angle = np.radians(np.linspace(90, 450, 30))
    radius = (
        1
        - dent * np.exp(-(((np.degrees(angle) - 90) % 360 / 40) ** 2))
        - dent * np.exp(-(((450 - np.degrees(angle)) % 360 / 40) ** 2))
    )
    body = np.column_stack([wide * radius * np.cos(angle), -0.15 + 0.72 * radius * np.sin(angle)])
    strokes = [body, _line((0, 0.45), (rng.uniform(-0.1, 0.2), rng.uniform(0.75, 0.95)))]
    if rng.random() < 0.7:
        strokes.append(_arc(0.25, 0.72, 0.22, 0.1))
    return strokes


def _cat(rng: np.random.Generator) -> Strokes:
    ear, wide = rng.uniform(0.75, 1.0), rng.uniform(0.6, 0.75)
    strokes = [_arc(0, -0.15, wide, 0.62)]
    strokes += [_line((s * wide * 0.95, 0.1), (s * wide * 0.85, ear), (s * 0.15, 0.45)) for s in (-1, 1)]
    strokes += _eyes(rng, 0.25, 0.02, 0.07)
    for y in (-0.2, -0.35)[: int(rng.integers(1, 3))]:
        strokes += [_line((s * 0.25, y), (s * rng.uniform(0.8, 1.0), y + rng.uniform(-0.1, 0.15))) for s in (-1, 1)]
    return strokes


def _cloud(rng: np.random.Generator) -> Strokes:
    bumps = int(rng.integers(5, 9))
    angle = np.radians(np.linspace(0, 360, 90))
    radius = 0.68 + rng.uniform(0.18, 0.3) * np.abs(np.sin(bumps * angle / 2 + rng.uniform(0, 3)))
    return [np.column_stack([radius * np.cos(angle), rng.uniform(0.5, 0.7) * radius * np.sin(angle)])]


def _cup(rng: np.random.Generator) -> Strokes:
    bottom, top = rng.uniform(0.35, 0.6), rng.uniform(0.5, 0.65)
    left = -0.2
    strokes = [_line((left - top, 0.55), (left - bottom, -0.65), (left + bottom, -0.65), (left + top, 0.55))]
    strokes.append(_line((left - top, 0.55), (left + top, 0.55)) if rng.random() < 0.4 else _arc(left, 0.55, top, 0.13))
    strokes.append(_arc(left + (top + bottom) / 2, rng.uniform(-0.1, 0.1), rng.uniform(0.35, 0.5), 0.35, -90, 90))
    if rng.random() < 0.3:
        strokes += [_line((x, 0.75), (x + 0.08, 0.85), (x, 0.95)) for x in (-0.35, -0.05)]
    return strokes


def _face(rng: np.random.Generator) -> Strokes:
    strokes = [_arc(0, 0, rng.uniform(0.7, 0.9), rng.uniform(0.75, 0.9)), *_eyes(rng, 0.3, 0.25, 0.08)]
    if rng.random() < 0.75:
        strokes.append(_arc(0, -0.15, 0.42, rng.uniform(0.2, 0.35), 200, 340))
    else:
        strokes.append(_arc(0, -0.6, 0.38, rng.uniform(0.15, 0.3), 30, 150))
    if rng.random() < 0.5:
        strokes.append(_line((0, 0.12), (rng.uniform(-0.12, 0.12), -0.08), (0.03, -0.1)))
    return strokes


def _fish(rng: np.random.Generator) -> Strokes:
    long, high = rng.uniform(0.55, 0.7), rng.uniform(0.3, 0.48)
    tail = rng.uniform(0.25, 0.42)
    strokes = [_arc(-0.22, 0, long, high)]
    strokes.append(_line((long - 0.25, 0.05), (0.95, tail), (0.88, -tail), (long - 0.25, -0.05)))
    strokes.append(_arc(-0.5, 0.1, 0.06, 0.06))
    if rng.random() < 0.5:
        strokes.append(_arc(-0.5, 0, 0.28, high * 0.8, -60, 60))
    return strokes


def _house(rng: np.random.Generator) -> Strokes:
    wide, eaves, ridge = rng.uniform(0.55, 0.75), rng.uniform(-0.05, 0.2), rng.uniform(0.75, 0.95)
    strokes = [
        _line((-wide, eaves), (-wide, -0.8), (wide, -0.8), (wide, eaves)),
        _line((-wide - 0.12, eaves), (0, ridge), (wide + 0.12, eaves), (-wide - 0.12, eaves)),
    ]
    if rng.random() < 0.8:
        x = rng.uniform(-0.25, 0.1)
        strokes.append(_line((x, -0.8), (x, -0.3), (x + 0.25, -0.3), (x + 0.25, -0.8)))
    if rng.random() < 0.5:
        x, y = wide - 0.38, eaves - 0.42
        strokes.append(_line((x, y), (x, y + 0.24), (x + 0.24, y + 0.24), (x + 0.24, y), (x, y)))
    return strokes


def _star(rng: np.random.Generator) -> Strokes:
    points = 5 if rng.random() < 0.85 else 6
    if points == 5 and rng.random() < 0.5:  # in one go, crossing itself
        angle = np.radians(90 + 144 * np.arange(6))
        return [0.92 * np.column_stack([np.cos(angle), np.sin(angle)])]
    angle = np.radians(90 + 180 / points * np.arange(2 * points + 1))
    radius = np.where(np.arange(2 * points + 1) % 2 == 0, 0.95, rng.uniform(0.35, 0.5))
    return [radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])]


def _sun(rng: np.random.Generator) -> Strokes:
    size, rays = rng.uniform(0.35, 0.55), int(rng.integers(6, 13))
    strokes = [_arc(0, 0, size, size)]
    for angle in np.radians(rng.uniform(0, 60) + 360 / rays * np.arange(rays)):
        way = np.array([np.cos(angle), np.sin(angle)])
        strokes.append(np.array([way * (size + rng.uniform(0.05, 0.15)), way * rng.uniform(0.85, 1.0)]))
    return strokes


def _tree(rng: np.random.Generator) -> Strokes:
    wide, ground = rng.uniform(0.1, 0.18), -0.95
    if rng.random() < 0.5:  # a leafy one
        crown = rng.uniform(0.5, 0.65)
        strokes = [_arc(0, 0.3, rng.uniform(0.5, 0.75), crown)]
        top = 0.3 - crown
    else:
        strokes = [_line((-0.6, -0.45), (0, 0.95), (0.6, -0.45), (-0.6, -0.45))]
        top = -0.45
        if rng.random() < 0.5:
            strokes = [
                _line((-0.35, 0.25), (0, 0.95), (0.35, 0.25), (-0.35, 0.25)),
                _line((-0.3, 0.25), (-0.65, -0.45), (0.65, -0.45), (0.3, 0.25)),
            ]
    return [*strokes, _line((-wide, top), (-wide, ground)), _line((wide, top), (wide, ground))]


_MAKERS: dict[str, Callable[[np.random.Generator], Strokes]] = {
    "apple": _apple, "cat": _cat, "cloud": _cloud, "cup": _cup, "face": _face,
    "fish": _fish, "house": _house, "star": _star, "sun": _sun, "tree": _tree,
}  # fmt: skip


def _by_hand(stroke: np.ndarray, rng: np.random.Generator, shake: float) -> np.ndarray:
    """The stroke as a hand draws it: corners missed, ends cut short, and a slow wobble; (dots, 2)."""
    stroke = stroke + rng.normal(0, 0.6 * shake, stroke.shape) * (1 if len(stroke) < 12 else 0.3)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    long = lengths[-1]
    begin, end = np.clip([rng.normal(0, shake), long + rng.normal(0, shake)], 0, long)
    at = np.linspace(begin, end, 4 + int(DENSE * long))
    dots = np.column_stack([np.interp(at, lengths, stroke[:, axis]) for axis in (0, 1)])
    along, calm = np.linspace(0, 1, len(dots))[:, None], min(1.0, 0.4 + long / 2)
    for waves in (1, 2, 3, 4):
        dots += calm * rng.normal(0, shake / waves, 2) * np.sin(2 * np.pi * (waves * along + rng.uniform(0, 1, 2)))
    return dots


def _placed(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """All strokes together, turned, sheared, stretched and shifted onto the paper, in pixels: (dots, 2)."""
    turn, shear = np.radians(rng.normal(0, 11)), rng.normal(0, 0.12)
    size = rng.uniform(0.7, 1.0) * 12
    stretch = np.exp(rng.normal(0, 0.1))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    change = size * rotation @ np.array([[stretch, shear], [0, 1 / stretch]])
    dots = np.concatenate(strokes) @ change.T
    if rng.random() < 0.5:
        dots[:, 0] *= -1  # fish swim, cups turn and leaves hang to either side
    low, high = dots.min(axis=0), dots.max(axis=0)
    room = np.maximum(13 - (high - low) / 2, 0)
    dots += (SIDE - low - high) / 2 + np.clip(rng.normal(0, 1.2, 2), -room, room)
    dots[:, 1] = SIDE - dots[:, 1]  # y goes down in pictures
    return dots


def _inked(dots: np.ndarray, pen: float) -> np.ndarray:
    """The picture (SIDE, SIDE) from 0 to 1: dark where a pixel's middle is nearer than the pen's radius to a dot."""
    pixels = np.floor(dots).astype(int)[:, None] + _AROUND
    off = pixels + 0.5 - dots[:, None]
    ink = np.clip(pen + 0.5 - np.sqrt((off * off).sum(axis=-1)), 0, 1)
    canvas = np.zeros((SIDE + 2 * EDGE, SIDE + 2 * EDGE))
    columns, rows = np.clip(pixels + EDGE, 0, SIDE + 2 * EDGE - 1).transpose(2, 0, 1)
    np.maximum.at(canvas, (rows.ravel(), columns.ravel()), ink.ravel())
    return canvas[EDGE:-EDGE, EDGE:-EDGE]


def draw_one(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One doodle, (SIDE, SIDE), uint8 from 0 (paper) to 15 (ink)."""
    shake = rng.uniform(0.02, 0.08)
    strokes = [_by_hand(stroke, rng, shake) for stroke in _MAKERS[kind](rng)]
    ink = _inked(_placed(strokes, rng), rng.uniform(0.35, 1.1))
    return np.round(15 * ink * rng.uniform(0.75, 1)).astype(np.uint8)


def draw(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` doodles, (count, SIDE, SIDE), and their kinds, (count,), places in KINDS: as many of each, shuffled."""
    labels = rng.permutation(np.arange(count) % len(KINDS))
    return np.array([draw_one(KINDS[label], rng) for label in labels]), labels
