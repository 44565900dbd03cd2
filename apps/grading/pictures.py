"""Pictures side by side: a learner's beside the reference's, and where they differ.

They are small PNGs inside of the SVG, written here. What draws a reference is for checks that reveal it (see Close).
Values may be anything, NaN and infinite too: what can't be drawn has a colour of its own.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from apps.grading.drawing import WIDTH, shown, svg, text
from apps.grading.plots import Picture
from apps.grading.report import Plot

MOST_PICTURES, MOST_PIXELS = 4, 64
GAP, HEAD = 10, 26
NOT_A_NUMBER = (214, 51, 132)
SAME, ABOVE, BELOW = np.array((28, 32, 40.0)), np.array((255, 176, 64.0)), np.array((92, 164, 255.0))


def beside(low: float | None = None, high: float | None = None) -> Picture:
    """Yours, the reference, and the difference, of one picture or of the first four.

    Shapes (h, w), (n, h, w), (n, 1, h, w) or, in colour, (n, 3, h, w). `low` is black and `high` white; the lowest and
    highest value of the reference unless given. In the difference what is too much is orange, what is missing blue.
    """

    def draw(reference: np.ndarray, learner: np.ndarray) -> Plot:
        right, yours = stack(reference), stack(learner)
        if right is None or yours is None or not right.size or not yours.size:
            return Plot()
        scale = _scale(right, low, high)
        columns = [_drawn(yours, *scale), _drawn(right, *scale)]
        heads = ["yours", "reference"]
        if yours.shape[1:] == right.shape[1:]:
            count = min(len(yours), len(right))
            columns.append(_differences(yours[:count], right[:count], scale[1] - scale[0]))
            heads.append("difference")
        rows = tuple(
            (number + 1, *_figures(yours[number]), *_figures(right[number]))
            for number in range(min(len(yours), len(right), MOST_PICTURES))
        )
        names = ("lowest", "mean", "highest")
        table = ("Picture", *(f"Yours, {name}" for name in names), *(f"Reference, {name}" for name in names))
        return Plot(grid(heads, columns), _words(yours, right), table, rows)

    return draw


def gallery(captions: Sequence[str], stacks: Sequence[np.ndarray], alt: str, *, low: float, high: float) -> Plot:
    """Stacks of pictures, one column each under its caption; shapes as for `beside`. Nothing where one can't be drawn.

    For what a check wants shown beside each other that is neither its value nor its reference alone.
    """
    found = [stack(one) for one in stacks]
    if any(one is None or not one.size for one in found):
        return Plot()
    return Plot(grid(list(captions), [_drawn(one, low, high) for one in found if one is not None]), alt)


def stack(values: np.ndarray) -> np.ndarray | None:
    """Pictures as (n, h, w, 1 or 3), at most four of them, thinned out to 64 pixels a side; None for what is none."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        return None
    if found.ndim == 2:
        found = found[None]
    if found.ndim == 3:
        found = found[:, None]
    if found.ndim != 4 or found.shape[1] not in (1, 3):
        return None
    step = -(-max(*found.shape[2:], 1) // MOST_PIXELS)
    return np.asarray(found[:MOST_PICTURES, :, ::step, ::step].transpose(0, 2, 3, 1), np.float64)


def grid(captions: list[str], columns: list[np.ndarray]) -> str:
    """SVG of columns of pictures (n, h, w, 3) in bytes, each picture as wide as its column."""
    side = (WIDTH - GAP * (len(columns) - 1)) / len(columns)
    # A long picture fits into one and a half squares.
    heights = [min(side * shape[1] / shape[2], 1.5 * side) for shape in (column.shape for column in columns)]
    height, most = max(heights), max(len(column) for column in columns)
    body = ""
    for number, (caption, column) in enumerate(zip(captions, columns, strict=True)):
        left = number * (side + GAP)
        body += text(left + side / 2, 16, caption, "middle")
        for row, pixels in enumerate(column):
            top = HEAD + row * (height + GAP)
            place = f'x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{heights[number]:.1f}"'
            source = f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"
            body += f'<image class="plot-picture" {place} preserveAspectRatio="none" href="{source}"/>'
            body += f'<rect {place} fill="none" stroke="currentColor" stroke-opacity="0.35"/>'
    return svg("Pictures side by side", body, HEAD + most * (height + GAP) - GAP)


def png(pixels: np.ndarray) -> bytes:
    """The bytes of a PNG of `pixels` (h, w, 3), uint8 (W3C, Portable Network Graphics, 2003)."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = pixels.reshape(height, -1)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(lines.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _scale(right: np.ndarray, low: float | None, high: float | None) -> tuple[float, float]:
    seen = right[np.isfinite(right)]
    bottom = float(np.clip(seen.min(initial=0.0 if not seen.size else np.inf), -1e150, 1e150)) if low is None else low
    top = float(np.clip(seen.max(initial=1.0 if not seen.size else -np.inf), -1e150, 1e150)) if high is None else high
    return (bottom, top) if top > bottom else (bottom, bottom + (abs(bottom) or 1))


def _drawn(pictures: np.ndarray, low: float, high: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        grey = np.clip((pictures - low) / (high - low), 0, 1) * 255
    found: np.ndarray = np.broadcast_to(np.nan_to_num(grey), (*pictures.shape[:3], 3)).astype(np.uint8)
    found[~np.isfinite(pictures).all(axis=3)] = NOT_A_NUMBER
    return found


def _differences(yours: np.ndarray, right: np.ndarray, height: float) -> np.ndarray:
    """Full colour is the largest difference, or a fiftieth of the reference's range where that is larger."""
    with np.errstate(all="ignore"):
        off = (yours - right).mean(axis=3)
    known = np.isfinite(off)
    off = np.where(known, off, 0)
    share = np.clip(off / max(float(np.abs(off).max()), height / 50), -1, 1)[..., None]
    found: np.ndarray = (SAME + np.abs(share) ** 0.7 * (np.where(share > 0, ABOVE, BELOW) - SAME)).astype(np.uint8)
    found[~known] = NOT_A_NUMBER
    return found


def _figures(picture: np.ndarray) -> tuple[float | str, ...]:
    with np.errstate(all="ignore"):
        return tuple(shown(float(figure)) for figure in (picture.min(), picture.mean(), picture.max()))


def _words(yours: np.ndarray, right: np.ndarray) -> str:
    many = f"{len(right)} pictures" if len(right) > 1 else "A picture"
    said = f"{many} of yours beside the reference's."
    if yours.shape != right.shape:
        return f"{said} Their sizes differ."
    with np.errstate(all="ignore"):
        off = np.abs(yours - right)
        apart = off > 0.01 * (right.max() - right.min()) + 1e-12
    share = float(np.mean(apart | ~np.isfinite(off)))
    return f"{said} They look the same." if not share else f"{said} {share:.0%} of the pixels differ visibly."
