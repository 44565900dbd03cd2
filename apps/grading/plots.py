"""Pictures for feedback: SVG text written here, for a page with a strict content security policy.

No style attributes and no scripts. Text and axes are drawn in `currentColor`; marks carry classes (`plot-mark`,
`plot-line`, `plot-reference`, `plot-guide`, `plot-cell`, `plot-count`) for which the site's style sheet has colours for
light and dark, and fall back to `currentColor`. Every picture comes with a text alternative, and with a few rows of its
numbers where these say more. Values may be anything finite: they are clipped to the frame, never trusted to lie inside
it. Lines beside the reference's are in curves.py, pictures side by side in pictures.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from apps.grading.drawing import (
    HEIGHT,
    MARGIN,
    MOST_ROWS,
    RIGHT,
    TOP,
    WIDTH,
    across,
    axes,
    chosen,
    polyline,
    shown,
    span,
    svg,
    text,
    up,
)
from apps.grading.metrics import confusion_matrix
from apps.grading.report import Plot

Picture = Callable[[np.ndarray, np.ndarray], Plot]
"""Draws (truth, predicted)."""


def scatter(unit: str = "") -> Picture:
    """Prediction against truth, 1-D arrays: points on the diagonal are right. At most 400 of them, evenly chosen."""

    def draw(truth: np.ndarray, predicted: np.ndarray) -> Plot:
        places = chosen(len(truth))
        x, y = np.asarray(truth, float)[places], np.asarray(predicted, float)[places]
        low, high = span(x)  # the frame is the truth's: a wild prediction sticks to its edge
        marks = "".join(
            f'<circle class="plot-mark" cx="{px:.1f}" cy="{py:.1f}" r="2.5" fill="currentColor" fill-opacity="0.5"/>'
            for px, py in zip(across(x, low, high), up(y, low, high), strict=True)
        )
        guide = (
            f'<line class="plot-guide" x1="{MARGIN}" y1="{HEIGHT - MARGIN}" x2="{WIDTH - RIGHT}" y2="{TOP}" '
            'stroke="currentColor" stroke-dasharray="4 4" stroke-opacity="0.6"/>'
        )
        suffix = f" ({unit})" if unit else ""
        body = axes((low, high), (low, high), f"true value{suffix}", f"prediction{suffix}") + guide + marks
        outside = int(np.sum((y < low) | (y > high)))
        alt = (
            f"Scatter plot of {len(x)} predictions against the true values, which lie between {low:.3g} and "
            f"{high:.3g}{suffix}. {_lean(x, y)} {outside} of the predictions lie outside that range."
        )
        return Plot(svg("Prediction against true value", body), alt)

    return draw


def loss_curve(losses: np.ndarray, goal: float | None = None) -> Plot:
    """A line of losses, shape (steps,), over the steps; the axis begins at 0 or at the lowest loss below it.

    `goal` is the loss that has to be reached in the end, drawn as a dashed line where the frame holds it.
    """
    losses = np.asarray(losses, float).ravel()
    if not losses.size:
        return Plot()
    last, places = max(len(losses) - 1, 1), chosen(len(losses))
    _, high = span(losses)
    low = min(0.0, float(losses.min()))
    points = np.column_stack([across(places, 0, last), up(losses[places], low, high)])
    body = axes((0, last), (low, high), "step", "loss")
    alt = f"Line of the loss over {len(losses)} steps: it starts at {losses[0]:.3g} and ends at {losses[-1]:.3g}."
    if goal is not None and low < goal < high:
        height = float(up(np.array(goal), low, high))
        body += polyline(np.array([[MARGIN, height], [WIDTH - RIGHT, height]]), "plot-guide", dashed=True)
        body += text(WIDTH - RIGHT, height - 6, f"enough: {goal:.3g}", "end")
        alt += f" {goal:.3g} is low enough."
    few = chosen(len(losses), MOST_ROWS)
    rows = tuple((int(step), shown(losses[step])) for step in few)
    return Plot(svg("Loss over the steps", body + polyline(points, "plot-line")), alt, ("Step", "Loss"), rows)


def confusion(labels: Sequence[int | str]) -> Picture:
    """A confusion matrix of 1-D label arrays: a row per true label, a column per predicted one."""

    def draw(truth: np.ndarray, predicted: np.ndarray) -> Plot:
        counts = confusion_matrix(truth, predicted, labels)
        names = [*(str(label)[:12] for label in labels), "other"]
        table = counts if counts[:, -1].any() else counts[:, :-1]
        side = min(28.0, (WIDTH - 72) / max(table.shape))
        most = max(int(table.max()), 1)
        cells = []
        for row, column in np.ndindex(table.shape):
            x, y, count = 60 + column * side, 40 + row * side, int(table[row, column])
            cells.append(
                f'<rect class="plot-cell" x="{x:.1f}" y="{y:.1f}" width="{side - 1:.1f}" height="{side - 1:.1f}" '
                f'fill="currentColor" fill-opacity="{0.04 + 0.36 * count / most:.2f}"/>'
            )
            if count:
                cells.append(text(x + side / 2, y + side / 2 + 4.5, str(count), "middle", "plot-count"))
        heads = [text(60 + (i + 0.5) * side, 34, names[i], "middle") for i in range(table.shape[1])]
        heads += [text(54, 44 + (i + 0.5) * side, names[i], "end") for i in range(table.shape[0])]
        heads += [text(60, 16, "columns: predicted, rows: true", "start")]
        return Plot(svg("Confusion matrix", "".join(cells + heads), 52 + side * len(table)), _confused(counts, names))

    return draw


def _confused(counts: np.ndarray, names: list[str]) -> str:
    """The matrix in words: how many are right, and the three most frequent mistakes."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    places = [np.unravel_index(i, wrong.shape) for i in np.argsort(-wrong, axis=None, kind="stable")[:3]]
    worst = [f"{names[r]} taken for {names[c]} ({wrong[r, c]} times)" for r, c in places if wrong[r, c]]
    most = f" Most frequent mistakes: {', '.join(worst)}." if worst else ""
    return f"Confusion matrix: {int(np.trace(counts))} of {int(counts.sum())} predictions are right.{most}"


def _lean(truth: np.ndarray, predicted: np.ndarray) -> str:
    if len(truth) < 3 or truth.min() == truth.max() or predicted.min() == predicted.max():
        return "The predictions do not vary with the true values."
    with np.errstate(all="ignore"):
        correlation = float(np.corrcoef(truth, predicted)[0, 1])
    if not np.isfinite(correlation):
        return "The predictions vary too wildly to be compared."
    return f"Their correlation is {correlation:.2f}."
