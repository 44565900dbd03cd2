"""The pictures of the tracks, drawn by code from what each track is about: numbers in, SVG text out.

What they say is in the language that is spoken when they are drawn.

Colours come from static/css/art.css by class, so that a picture follows its track's accent, light and dark.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from itertools import groupby, pairwise

from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

WIDTH, HEIGHT = 480, 240
Point = tuple[float, float]
Branches = tuple[tuple[str, str], ...]
# Letters of a track's name that have room beside the next one's.
NAME_LENGTH = 20
UNNAMED: Branches = (("", "amber"), ("", "violet"), ("", "teal"), ("", "rose"))


def draw(track: str, *, named: bool = False, branches: Branches = ()) -> str:
    """The picture of the track with this slug as inline SVG of 480 by 240; a plain one for a track without its own.

    `named`: it stands by itself and is described to who can't see it; else it decorates what is said beside it.
    `branches`: the tracks that leave the course, title and accent of each.
    """
    return _drawn(track if track in PICTURES else "", named, branches, get_language())


@cache
def _drawn(track: str, named: bool, branches: Branches, language: str | None) -> str:
    body = _spine(branches or UNNAMED) if track == "course" else PICTURES.get(track, _dots)()
    words = escape(str(DESCRIPTIONS[track])) if named and track in DESCRIPTIONS else ""
    said = f'role="img" aria-label="{words}"' if words else 'aria-hidden="true"'
    return f'<svg class="art" viewBox="0 0 {WIDTH} {HEIGHT}" {said} focusable="false">{body}</svg>'


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _polyline(points: Iterable[Point], kind: str) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in points)}"/>'


def _line(start: Point, end: Point, kind: str) -> str:
    return f'<line class="{kind}" x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"/>'


def _dot(at: Point, radius: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}"/>'


def _word(at: Point, text: str, anchor: str = "middle", kind: str = "word") -> str:
    return f'<text class="{kind}" x="{_n(at[0])}" y="{_n(at[1])}" text-anchor="{anchor}">{text}</text>'


def _axes() -> str:
    ticks = "".join(_line((x, 208), (x, 213), "axis") for x in range(84, 460, 48))
    ticks += "".join(_line((31, y), (36, y), "axis") for y in range(32, 208, 44))
    return _line((36, 208), (456, 208), "axis") + _line((36, 24), (36, 208), "axis") + ticks


def _regression() -> str:
    """Noisy points, the line of least squares through them, and what it leaves over at each point."""
    chance = random.Random(11)  # noqa: S311 - a picture
    xs = [56 + 380 * (i + 0.5 + chance.uniform(-0.3, 0.3)) / 22 for i in range(22)]
    points = [(x, 182 - 0.33 * (x - 56) + chance.gauss(0, 21)) for x in xs]
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)

    def fitted(x: float) -> float:
        return mean_y + slope * (x - mean_x)

    residuals = "".join(_line((x, y), (x, fitted(x)), "hair") for x, y in points)
    dots = "".join(_dot(point, 4.2, "dot") for point in points)
    far_x, far_y = max(points, key=lambda point: abs(point[1] - fitted(point[0])))
    words = _line((far_x, far_y), (far_x, fitted(far_x)), "edge-strong")
    words += _word((far_x + 10, (far_y + fitted(far_x)) / 2 + 12), pgettext("picture", "residual"), "start")
    words += _word((200, fitted(200) - 52), "ŷ = wx + b", kind="word strong")
    words += _word((456, 232), "x", "end") + _word((20, 36), "y")
    return _axes() + residuals + _line((44, fitted(44)), (452, fitted(452)), "bold") + words + dots


def _maths() -> str:
    """A curve, the area below it up to a point, and the tangent at that point."""

    def curve(x: float) -> float:
        t = (x - 36) / 420
        return 208 - 150 * (0.47 + 0.36 * math.sin(6.6 * t - 0.35) + 0.22 * t)

    at = 214.0
    slope = (curve(at + 0.01) - curve(at - 0.01)) / 0.02
    path = [(x, curve(x)) for x in range(36, 457, 6)]
    below = [(36.0, 208.0), *((x, y) for x, y in path if x <= at), (at, curve(at)), (at, 208.0)]
    area = f'<polygon class="area" points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in below)}"/>'
    bars = "".join(_line((x, 208), (x, curve(x)), "hair") for x in range(60, int(at), 24))
    tangent = _line((at - 110, curve(at) - 110 * slope), (at + 120, curve(at) + 120 * slope), "second")
    words = _word((at + 40, curve(at) - 12), gettext("slope f ′(x)"), "start")
    words += _word((126, 168), "∫ f", kind="word strong")
    words += _word((452, curve(452) - 14), "f", "end", "word strong") + _word((at, 232), "x")
    return area + bars + _axes() + _polyline(path, "bold") + tangent + _dot((at, curve(at)), 6, "dot ringed") + words


def _network() -> str:
    """A network of four layers; the width of an edge is the size of its weight."""
    chance = random.Random(4)  # noqa: S311 - a picture
    layers = [
        [(60 + 120 * depth, 106 + 38 * (row - (size - 1) / 2)) for row in range(size)]
        for depth, size in enumerate((4, 5, 5, 2))
    ]
    edges = ""
    for left, right in pairwise(layers):
        for a in left:
            for b in right:
                weight = abs(chance.gauss(0, 1))
                edges += _line(a, b, "edge-strong" if weight > 1.25 else "edge" if weight > 0.45 else "hair")
    lit = {(0, 1), (1, 0), (1, 3), (2, 2), (3, 0)}
    nodes = "".join(
        _dot(node, 10, "dot ringed" if (depth, row) in lit else "node")
        for depth, layer in enumerate(layers)
        for row, node in enumerate(layer)
    )
    signals = "".join(_line((8, y), (44, y), "hair") for _, y in layers[0])
    signals += "".join(_line((436, y), (472, y), "hair") for _, y in layers[-1])
    hidden = pgettext("layer", "hidden")
    names = (pgettext("layer", "input"), hidden, hidden, pgettext("layer", "output"))
    words = "".join(_word((60 + 120 * depth, 228), name) for depth, name in enumerate(names))
    return signals + edges + nodes + words


def _denoising() -> str:
    """Five steps from noise to a picture: x_t = √ᾱ·x₀ + √(1-ᾱ)·ε (Ho et al. 2020, equation 4) with falling noise."""
    chance = random.Random(21)  # noqa: S311 - a picture
    size, side, gap = 11, 7, 18
    tile = size * side
    noise = [[chance.gauss(0, 0.55) for _ in range(size)] for _ in range(size)]
    body = ""
    for step, kept in enumerate((0.02, 0.25, 0.55, 0.85, 1.0)):
        left, top = 11 + step * (tile + gap), 78
        levels: dict[int, str] = {}
        for row in range(size):
            values = [
                math.sqrt(kept) * _landscape(row, column, size) + math.sqrt(1 - kept) * (0.45 + noise[row][column])
                for column in range(size)
            ]
            column = 0
            # Neighbours of one level are one stroke, as thick as a row.
            for level, run in groupby(max(0, min(6, round(6 * value))) for value in values):
                length = len(list(run))
                levels[level] = levels.get(level, "") + f"M{column} {row}h{length}"
                column += length
        cells = "".join(f'<path class="ink-{level}" d="{path}"/>' for level, path in sorted(levels.items()))
        body += f'<g transform="translate({left} {top + side / 2}) scale({side})">{cells}</g>'
        body += f'<rect class="frame" x="{left}" y="{top}" width="{tile}" height="{tile}" rx="3"/>'
    schedule = [(10 + 460 * i / 60, 206 - 22 * math.cos(math.pi * i / 60)) for i in range(61)]
    marks = "".join(
        _dot((50 + step * 95, 206 - 22 * math.cos(math.pi * (40 + step * 95) / 460)), 3.6, "dot") for step in range(5)
    )
    words = _word((11, 64), pgettext("picture", "noise"), "start")
    words += _word((468, 64), pgettext("picture", "picture"), "end")
    words += _word((468, 204), pgettext("picture", "share of noise"), "end")
    return f'<g transform="translate(0 -28)">{body}{_polyline(schedule, "bold")}{marks}{words}</g>'


def _landscape(row: int, column: int, size: int) -> float:
    """The picture under the noise: a sun over two hills; ink from 0 to 1."""
    x, y = column / (size - 1), row / (size - 1)
    if math.hypot(x - 0.68, y - 0.28) < 0.17:
        return 0.0
    if y > 0.72 + 0.2 * math.sin(3.4 * x + 2.6):
        return 1.0
    if y > 0.52 + 0.2 * math.cos(4.4 * x + 0.9):
        return 0.65
    return 0.32


def _spine(branches: Branches = UNNAMED) -> str:
    """One line of lessons, and four branches at most that leave it and come back to it."""
    middle = 120
    body = _line((10, middle), (470, middle), "bold")
    for (start, rise), (name, accent) in zip(((70, -64), (160, 58), (250, -64), (330, 58)), branches, strict=False):
        end, reach, top = start + 104, 34, middle + rise
        path = f"M{start} {middle}C{start + reach} {middle} {start + reach - 8} {top} {start + 52} {top}"
        path += f"S{end - reach} {middle} {end} {middle}"
        mark = _dot((start + 52, top), 4.5, "dot")
        if name:
            mark += _word((start + 52, top + (26 if rise > 0 else -14)), escape(Truncator(name).chars(NAME_LENGTH)))
        body += f'<g class="accent-{accent}"><path class="branch" d="{path}"/>{mark}</g>'
    return body + "".join(_dot((10 + 23 * i, middle), 4 if i % 5 else 6.5, "lesson") for i in range(21))


def _dots() -> str:
    return "".join(_dot((x, y), 2 + 3 * (x / WIDTH), "dot") for x in range(40, 450, 32) for y in range(40, 210, 32))


PICTURES: dict[str, Callable[[], str]] = {
    "regression": _regression,
    "maths": _maths,
    "neural-nets": _network,
    "stable-diffusion": _denoising,
    "course": _spine,
}
DESCRIPTIONS = {
    "regression": gettext_lazy(
        "Points around a rising line of least squares, ŷ = wx + b. The short line at each point is its residual: what "
        "the line leaves over."
    ),
    "maths": gettext_lazy(
        "A curve f, the area below it up to a point x, and at that point the tangent, whose slope is f ′(x)."
    ),
    "neural-nets": gettext_lazy(
        "A network of four layers: input, two hidden ones, output. Thick edges have large weights."
    ),
    "stable-diffusion": gettext_lazy(
        "Five pictures, from pure noise to a landscape with a sun, above a curve: the share of noise, which falls from "
        "step to step."
    ),
    "course": gettext_lazy("A line of lessons, from which four tracks branch off and to which they come back."),
}
