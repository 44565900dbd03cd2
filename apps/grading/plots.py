"""Pictures for feedback: SVG text written here, for a page with a strict content security policy.

No style attributes and no scripts. Text and axes are drawn in `currentColor`; marks carry classes (`plot-mark`,
`plot-line`, `plot-guide`, `plot-cell`, `plot-count`) for which the site's style sheet has colours for light and dark,
and fall back to `currentColor`. Every picture comes with a text alternative. Values may be anything finite: they are
clipped to the frame, never trusted to lie inside it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import numpy as np

from apps.grading.metrics import confusion_matrix
from apps.grading.report import Plot

Picture = Callable[[np.ndarray, np.ndarray], Plot]
"""Draws (truth, predicted)."""

WIDTH, HEIGHT, MARGIN = 340, 280, 52
MOST_POINTS = 400
# A picture is shown at most 26rem wide and on a telephone at about 300 px: 13 of 340 is readable at both.
FONT = 13


def scatter(unit: str = "") -> Picture:
    """Prediction against truth, 1-D arrays: points on the diagonal are right. At most 400 of them, evenly chosen."""

    def draw(truth: np.ndarray, predicted: np.ndarray) -> Plot:
        chosen = np.unique(np.linspace(0, len(truth) - 1, min(MOST_POINTS, len(truth))).astype(int))
        x, y = np.asarray(truth, float)[chosen], np.asarray(predicted, float)[chosen]
        low, high = _span(x)  # the frame is the truth's: a wild prediction sticks to its edge
        marks = "".join(
            f'<circle class="plot-mark" cx="{px:.1f}" cy="{py:.1f}" r="2.5" fill="currentColor" fill-opacity="0.5"/>'
            for px, py in zip(_across(x, low, high), _up(y, low, high), strict=True)
        )
        guide = (
            f'<line class="plot-guide" x1="{MARGIN}" y1="{HEIGHT - MARGIN}" x2="{WIDTH - 12}" y2="12" '
            'stroke="currentColor" stroke-dasharray="4 4" stroke-opacity="0.6"/>'
        )
        suffix = f" ({unit})" if unit else ""
        body = _axes((low, high), (low, high), f"true value{suffix}", f"prediction{suffix}") + guide + marks
        outside = int(np.sum((y < low) | (y > high)))
        alt = (
            f"Scatter plot of {len(x)} predictions against the true values, which lie between {low:.3g} and "
            f"{high:.3g}{suffix}. {_lean(x, y)} {outside} of the predictions lie outside that range."
        )
        return Plot(_svg("Prediction against true value", body), alt)

    return draw


def loss_curve(losses: np.ndarray) -> Plot:
    """A line of losses, shape (steps,), over the steps; the axis begins at 0 or at the lowest loss below it."""
    losses = np.asarray(losses, float).ravel()
    if not losses.size:
        return Plot()
    chosen = np.unique(np.linspace(0, len(losses) - 1, min(MOST_POINTS, len(losses))).astype(int))
    _, high = _span(losses)
    low = min(0.0, float(losses.min()))
    points = " ".join(
        f"{px:.1f},{py:.1f}"
        for px, py in zip(_across(chosen, 0, max(len(losses) - 1, 1)), _up(losses[chosen], low, high), strict=True)
    )
    line = f'<polyline class="plot-line" points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'
    body = _axes((0, max(len(losses) - 1, 1)), (low, high), "step", "loss") + line
    alt = f"Line of the loss over {len(losses)} steps: it starts at {losses[0]:.3g} and ends at {losses[-1]:.3g}."
    return Plot(_svg("Loss over the steps", body), alt)


def confusion(labels: Sequence[int | str]) -> Picture:
    """A confusion matrix of 1-D label arrays: a row per true label, a column per predicted one."""

    def draw(truth: np.ndarray, predicted: np.ndarray) -> Plot:
        counts = confusion_matrix(truth, predicted, labels)
        names = [*(str(label)[:12] for label in labels), "other"]
        shown = counts if counts[:, -1].any() else counts[:, :-1]
        side = min(28.0, (WIDTH - 72) / max(shown.shape))
        most = max(int(shown.max()), 1)
        cells = []
        for row, column in np.ndindex(shown.shape):
            x, y, count = 60 + column * side, 40 + row * side, int(shown[row, column])
            cells.append(
                f'<rect class="plot-cell" x="{x:.1f}" y="{y:.1f}" width="{side - 1:.1f}" height="{side - 1:.1f}" '
                f'fill="currentColor" fill-opacity="{0.04 + 0.36 * count / most:.2f}"/>'
            )
            if count:
                cells.append(_text(x + side / 2, y + side / 2 + 4.5, str(count), "middle", "plot-count"))
        heads = [_text(60 + (i + 0.5) * side, 34, names[i], "middle") for i in range(shown.shape[1])]
        heads += [_text(54, 44 + (i + 0.5) * side, names[i], "end") for i in range(shown.shape[0])]
        heads += [_text(60, 16, "columns: predicted, rows: true", "start")]
        return Plot(_svg("Confusion matrix", "".join(cells + heads), 52 + side * len(shown)), _confused(counts, names))

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


def _span(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest value, never equal, and never so far apart that their difference overflows."""
    low, high = float(np.clip(values.min(), -1e150, 1e150)), float(np.clip(values.max(), -1e150, 1e150))
    return (low, high) if high > low else (low - (abs(low) or 1), low + (abs(low) or 1))


def _across(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.asarray(MARGIN + (np.clip(values, low, high) - low) / (high - low) * (WIDTH - 12 - MARGIN))


def _up(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.asarray(HEIGHT - MARGIN - (np.clip(values, low, high) - low) / (high - low) * (HEIGHT - 12 - MARGIN))


def _axes(across: tuple[float, float], up: tuple[float, float], x_name: str, y_name: str) -> str:
    corner = f"M{MARGIN} 12V{HEIGHT - MARGIN}H{WIDTH - 12}"
    frame = f'<path d="{corner}" fill="none" stroke="currentColor" stroke-opacity="0.6"/>'
    ticks = [
        _text(MARGIN, HEIGHT - MARGIN + 16, f"{across[0]:.3g}", "middle"),
        _text(WIDTH - 12, HEIGHT - MARGIN + 16, f"{across[1]:.3g}", "end"),
        _text(MARGIN - 6, HEIGHT - MARGIN, f"{up[0]:.3g}", "end"),
        _text(MARGIN - 6, 20, f"{up[1]:.3g}", "end"),
        _text((MARGIN + WIDTH) / 2, HEIGHT - 12, x_name, "middle"),
        f'<text x="14" y="{HEIGHT / 2:.0f}" transform="rotate(-90 14 {HEIGHT / 2:.0f})" font-size="{FONT}" '
        f'text-anchor="middle" fill="currentColor">{html.escape(y_name)}</text>',
    ]
    return frame + "".join(ticks)


def _text(x: float, y: float, text: str, anchor: str, name: str = "plot-text") -> str:
    return (
        f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" font-size="{FONT}" text-anchor="{anchor}" fill="currentColor">'
        f"{html.escape(text)}</text>"
    )


def _svg(title: str, body: str, height: float = HEIGHT) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
        f"<title>{html.escape(title)}</title>{body}</svg>"
    )
