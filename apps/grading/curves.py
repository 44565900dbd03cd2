"""Lines beside the reference's: what a learner's function gives, and what ours does, in one picture.

Both draw the reference, so they are for checks that reveal it (see Close). The learner's values may be of any shape,
NaN or infinite: what can't be drawn is left out, and said in the words.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from apps.grading.drawing import (
    BELOW_LEGEND,
    MOST_ROWS,
    across,
    axes,
    chosen,
    dot,
    legend,
    polyline,
    shown,
    span,
    svg,
    up,
)
from apps.grading.plots import Picture
from apps.grading.report import Plot

# Each step of a short line gets a dot.
DOTTED = 30


def lines(x_name: str, y_name: str) -> Picture:
    """Two lines over the index of their entries, shapes (n,); they may differ in length.

    The frame is the reference's, and wider by at most its own height where the learner's line leaves it.
    """

    def draw(reference: np.ndarray, learner: np.ndarray) -> Plot:
        right, yours = np.asarray(reference, float), np.asarray(learner, float)
        if right.ndim != 1 or not right.size or yours.ndim != 1:
            return Plot()
        last = max(len(right), len(yours), 2) - 1
        x = (0.0, float(last))
        y = _frame(right, yours)
        body = axes(x, y, x_name, y_name, BELOW_LEGEND) + legend()
        for values, name in ((yours, "plot-line"), (right, "plot-reference")):
            places = chosen(len(values)) if len(values) else np.array([], int)
            points = np.column_stack([across(places, *x), up(values[places], *y, BELOW_LEGEND)])
            points[_beyond(values[places], *y)] = np.nan
            body += _line(points, name, dots=name == "plot-line" and len(values) <= DOTTED)
        few = chosen(last + 1, MOST_ROWS)
        rows = tuple((int(step), _at(yours, step), _at(right, step)) for step in few)
        alt = f"Two lines of the {y_name} over the {x_name}: yours and the reference. {_apart(yours, right)}"
        return Plot(svg(f"{y_name} over {x_name}", body), alt, (x_name.capitalize(), "Yours", "Reference"), rows)

    return draw


def path(x_name: str, y_name: str) -> Picture:
    """Two ways through a plane, shapes (steps, at least 2): the first two coordinates of each place."""

    def draw(reference: np.ndarray, learner: np.ndarray) -> Plot:
        right, yours = np.asarray(reference, float), np.asarray(learner, float)
        if right.ndim != 2 or right.shape[1] < 2 or not len(right):
            return Plot()
        if yours.ndim != 2 or yours.shape[1] < 2:
            return Plot()
        x, y = (_roomy(_frame(right[:, side], yours[:, side])) for side in (0, 1))
        body = axes(x, y, x_name, y_name, BELOW_LEGEND) + legend()
        for values, name in ((yours, "plot-line"), (right, "plot-reference")):
            places = chosen(len(values)) if len(values) else np.array([], int)
            points = np.column_stack([across(values[places, 0], *x), up(values[places, 1], *y, BELOW_LEGEND)])
            body += _line(points, name, dots=name == "plot-line" and len(values) <= DOTTED)
        start = across(right[:1, 0], *x)[0], up(right[:1, 1], *y, BELOW_LEGEND)[0]
        body += dot(*start, "plot-start", 5)
        steps = max(len(right), len(yours))
        rows = tuple(
            (int(step), *(_at(way[:, side], step) for way in (yours, right) for side in (0, 1)))
            for step in chosen(steps, MOST_ROWS)
        )
        columns = ("Step", *(f"{whose} {name}" for whose in ("Yours,", "Reference,") for name in (x_name, y_name)))
        alt = (
            f"Two ways through the plane of {x_name} and {y_name}, from one start: yours, of {len(yours)} places, and "
            f"the reference's, of {len(right)}. {_ends(yours, right)}"
        )
        return Plot(svg(f"{y_name} over {x_name}", body), alt, columns, rows)

    return draw


def _frame(right: np.ndarray, yours: np.ndarray) -> tuple[float, float]:
    low, high = span(right)
    height = high - low
    seen = yours[np.isfinite(yours)]
    if seen.size:
        low = max(min(low, float(seen.min())), low - height)
        high = min(max(high, float(seen.max())), high + height)
    return low, high


def _roomy(frame: tuple[float, float]) -> tuple[float, float]:
    room = 0.05 * (frame[1] - frame[0])
    return frame[0] - room, frame[1] + room


def _beyond(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Which values lie outside the frame with both their neighbours: a line ends where it leaves."""
    outside = np.concatenate([[True], (values < low) | (values > high), [True]])
    return np.asarray(outside[:-2] & outside[1:-1] & outside[2:])


def _line(points: np.ndarray, name: str, *, dots: bool) -> str:
    """Each stretch of places that can be drawn; a place between two that can't is a dot."""
    drawn = ""
    gaps = np.flatnonzero(~np.isfinite(points).all(axis=1))
    for before, after in pairwise([-1, *gaps, len(points)]):
        stretch = points[before + 1 : after]
        if len(stretch) > 1:
            drawn += polyline(stretch, name, dashed=name == "plot-reference")
        if len(stretch) == 1 or dots:
            drawn += "".join(dot(px, py, name) for px, py in stretch)
    return drawn


def _at(values: np.ndarray, step: int) -> float | str:
    return shown(values[step]) if step < len(values) else "–"


def _apart(yours: np.ndarray, right: np.ndarray) -> str:
    """In words: where the lines part."""
    bad = int(len(yours) - np.isfinite(yours).sum())
    said = f" {bad} of your values are NaN or infinite." if bad else ""
    if len(yours) != len(right):
        return f"Yours has {len(yours)} entries, the reference {len(right)}.{said}"
    with np.errstate(all="ignore"):
        off = np.abs(yours - right)
        apart = np.flatnonzero(~(off <= 0.01 * (right.max() - right.min()) + 1e-12))
    if not len(apart):
        return "They lie on each other."
    return f"They part at entry {apart[0]}; yours ends at {yours[-1]:.3g}, the reference at {right[-1]:.3g}.{said}"


def _ends(yours: np.ndarray, right: np.ndarray) -> str:
    if not len(yours):
        return ""
    with np.errstate(all="ignore"):
        away = float(np.linalg.norm(yours[-1, :2] - right[-1, :2]))
    return f"Their ends are {away:.3g} apart." if np.isfinite(away) else "Yours leaves the plane: NaN or infinite."
