"""What all pictures for feedback are drawn with: a frame, axes, texts, lines. See plots.py for what they may hold."""

from __future__ import annotations

import html

import numpy as np

WIDTH, HEIGHT, MARGIN = 340, 280, 52
# Where the frame begins: below a legend, or near the edge.
TOP, BELOW_LEGEND, RIGHT = 12, 36, 12
MOST_POINTS = 400
# A picture is shown at most 26rem wide and on a telephone at about 300 px: 13 of 340 is readable at both.
FONT = 13
# More rows than this nobody reads under a picture.
MOST_ROWS = 12


def span(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest value, never equal, and never so far apart that their difference overflows."""
    low, high = float(np.clip(values.min(), -1e150, 1e150)), float(np.clip(values.max(), -1e150, 1e150))
    return (low, high) if high > low else (low - (abs(low) or 1), low + (abs(low) or 1))


def chosen(length: int, at_most: int = MOST_POINTS) -> np.ndarray:
    """Indices of at most so many of `length` entries, evenly chosen, the first and the last among them."""
    return np.unique(np.linspace(0, length - 1, min(at_most, length)).astype(int))


def across(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Where values stand from left to right; those outside the frame stick to its edge."""
    return np.asarray(MARGIN + (np.clip(values, low, high) - low) / (high - low) * (WIDTH - RIGHT - MARGIN))


def up(values: np.ndarray, low: float, high: float, top: int = TOP) -> np.ndarray:
    """Where values stand from the bottom to `top`; those outside the frame stick to its edge."""
    return np.asarray(HEIGHT - MARGIN - (np.clip(values, low, high) - low) / (high - low) * (HEIGHT - top - MARGIN))


def axes(x: tuple[float, float], y: tuple[float, float], x_name: str, y_name: str, top: int = TOP) -> str:
    """The frame, with both ends of each axis told."""
    corner = f"M{MARGIN} {top}V{HEIGHT - MARGIN}H{WIDTH - RIGHT}"
    frame = f'<path d="{corner}" fill="none" stroke="currentColor" stroke-opacity="0.6"/>'
    middle = (top + HEIGHT - MARGIN) / 2
    ticks = [
        text(MARGIN, HEIGHT - MARGIN + 16, _end(x[0], x), "middle"),
        text(WIDTH - RIGHT, HEIGHT - MARGIN + 16, _end(x[1], x), "end"),
        text(MARGIN - 6, HEIGHT - MARGIN, _end(y[0], y), "end"),
        text(MARGIN - 6, top + 8, _end(y[1], y), "end"),
        text((MARGIN + WIDTH) / 2, HEIGHT - 12, x_name, "middle"),
        f'<text x="14" y="{middle:.0f}" transform="rotate(-90 14 {middle:.0f})" font-size="{FONT}" '
        f'text-anchor="middle" fill="currentColor">{html.escape(y_name)}</text>',
    ]
    return frame + "".join(ticks)


def _end(value: float, ends: tuple[float, float]) -> str:
    """An end of an axis to three digits, and no finer than a thousandth of the axis: nearly 0 is 0, and fits beside."""
    finest = max(10.0 ** (np.floor(np.log10(ends[1] - ends[0])) - 2), np.finfo(float).tiny)
    return f"{np.round(value / finest) * finest:z.3g}"


def polyline(points: np.ndarray, name: str, *, dashed: bool = False) -> str:
    """A line through `points`, shape (n, 2)."""
    places = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dashes = ' stroke-dasharray="6 5"' if dashed else ""
    return f'<polyline class="{name}" points="{places}" fill="none" stroke="currentColor" stroke-width="2"{dashes}/>'


def dot(x: float, y: float, name: str = "plot-mark", radius: float = 2.5) -> str:
    """A point."""
    return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="currentColor"/>'


def legend() -> str:
    """Which line is whose, above the frame."""
    yours = polyline(np.array([[MARGIN, 16], [MARGIN + 26, 16]]), "plot-line")
    theirs = polyline(np.array([[MARGIN + 92, 16], [MARGIN + 118, 16]]), "plot-reference", dashed=True)
    return yours + text(MARGIN + 32, 20.5, "yours", "start") + theirs + text(MARGIN + 124, 20.5, "reference", "start")


def text(x: float, y: float, words: str, anchor: str, name: str = "plot-text") -> str:
    """Words, escaped."""
    return (
        f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" font-size="{FONT}" text-anchor="{anchor}" fill="currentColor">'
        f"{html.escape(words)}</text>"
    )


def svg(title: str, body: str, height: float = HEIGHT) -> str:
    """The whole picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
        f"<title>{html.escape(title)}</title>{body}</svg>"
    )


def shown(value: float) -> float | str:
    """A number as the table under a picture has it: four significant digits; what JSON can't say as a word."""
    return float(f"{value:.4g}") if np.isfinite(value) else "NaN" if np.isnan(value) else "∞" if value > 0 else "−∞"
