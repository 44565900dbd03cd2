"""Convolution from scratch: each function against ours on random pictures and kernels of fresh sizes."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from apps.grading import Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, pictures, values

SIZES = 4
SHIFT = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


@cache
def scene() -> np.ndarray:
    """The picture of the notebook in grey, shape (120, 160), from 0 to 1."""
    return np.asarray(np.load(Path(__file__).parent / "data" / "picture.npy").mean(axis=0) / 255)


def view(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Some part of it, coarse and grainy: something to recognise in the feedback, and no two rows or columns alike."""
    step = 5
    top, left = (
        int(rng.integers(0, side - step * part + 1)) for side, part in zip((120, 160), (height, width), strict=True)
    )
    part = scene()[top : top + step * height : step, left : left + step * width : step]
    return 0.75 * part + 0.25 * rng.uniform(0, 1, (height, width))


def inputs(rng: np.random.Generator) -> Inputs:
    """Pictures and kernels without any symmetry. In one direction the stride leaves a remainder, in the other it fits.

    So a place too many or too few shows in the rows, and rounding in the columns.
    """
    # (height + 2 · 2 - 3) / 3 is whole and width / 3 is not; (tall + 2 - 3) / 2 is whole and wide / 2 is not.
    height, width = int(rng.choice([11, 14, 17])), int(rng.choice([16, 19, 20]))
    tall, wide = int(rng.choice([9, 11, 13])), int(rng.choice([15, 17]))
    sides: dict[str, int] = {}
    for number, left in enumerate((0, 1, 2, 1)):  # what is left over by the last stride
        padding, stride, kernel = int(rng.integers(0, 4)), int(rng.integers(left + 2, 7)), int(rng.integers(1, 6))
        size = kernel + stride * int(rng.integers(8, 12)) + left - 2 * padding
        sides |= {
            f"size{number}": size,
            f"kernel{number}": kernel,
            f"padding{number}": padding,
            f"stride{number}": stride,
        }
    return Inputs(
        given={
            "image": view(rng, height, width),
            "kernel": rng.normal(size=(3, 4)),
            "block": rng.normal(size=(4, 7)),
            "images": rng.normal(size=(3, tall, wide)),
            "kernels": rng.normal(size=(4, 3, 3, 2)),
            "bias": rng.uniform(1, 2, 4) * rng.choice([-1, 1], 4),
        },
        values=sides,
    )


def correlate(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Cross-correlation, shape (h - k + 1, w - l + 1) (Goodfellow et al. 2016, section 9.1)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijmn,mn->ij", windows, kernel)


def slide(image: np.ndarray, kernel: np.ndarray, padding: int, stride: int) -> np.ndarray:
    """Cross-correlation of the padded image, at every stride-th place."""
    return correlate(np.pad(image, padding), kernel)[::stride, ::stride]


def layer(drawn: Inputs) -> np.ndarray:
    """The output of a layer with padding 1 and stride 2, shape (4, h', w')."""
    return np.array(
        [
            bias + sum(slide(image, kernel, 1, 2) for image, kernel in zip(drawn["images"], kernels, strict=True))
            for kernels, bias in zip(drawn["kernels"], drawn["bias"], strict=True)
        ]
    )


def edges(drawn: Inputs) -> np.ndarray:
    """The length of the Sobel gradient at each place."""
    return np.hypot(correlate(drawn["image"], SOBEL), correlate(drawn["image"], SOBEL.T))


def right_sizes(found: Any, drawn: Inputs) -> Finding:
    """The sizes that Dumoulin & Visin (2016, relationship 6) give, all of them."""
    right = 0
    for number, value in enumerate(found):
        size, kernel, padding, stride = (drawn[f"{name}{number}"] for name in ("size", "kernel", "padding", "stride"))
        yours = values.number(value, "The size")
        right += yours == (size + 2 * padding - kernel) // stride + 1
    compared = {"right": right, "of": SIZES}
    if right == SIZES:
        return Finding.right("All sizes are right.", compared)
    return Finding.wrong(f"{right} of the {SIZES} sizes are right.", compared)


# Tolerances. Right answers differ by rounding, at most about 1e-14, by 1e-13 where somebody goes by way of Fourier
# transforms: 1e-6 (of the value, and 1e-9 beside it) leaves much room, and every mistake is larger. The random weights
# have no zeros and no symmetry, so a kernel that is turned or a border that is missed always shows.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="correlate", target="correlate", args=("$image", "$kernel")),
        ProbeCall(id="convolve", target="convolve", args=("$image", "$kernel")),
        *(
            ProbeCall(
                id=f"size-{number}",
                target="output_size",
                args=tuple(f"${name}{number}" for name in ("size", "kernel", "padding", "stride")),
            )
            for number in range(SIZES)
        ),
        ProbeCall(id="pad", target="pad", args=("$block", 3)),
        ProbeCall(id="slide", target="slide", args=("$image", "$kernel"), kwargs={"padding": 2, "stride": 3}),
        ProbeCall(
            id="layer", target="conv_layer", args=("$images", "$kernels", "$bias"), kwargs={"padding": 1, "stride": 2}
        ),
        ProbeCall(id="shift", target="shift_right", call=False),
        ProbeCall(id="edges", target="edges", args=("$image",)),
    ),
    checks=(
        Close(
            id="correlate",
            title="Cross-correlation",
            points=2,
            probe="correlate",
            reference=lambda drawn: correlate(drawn["image"], drawn["kernel"]),
            reveal=True,
            plot=pictures.beside(),
            concept="convolution",
            hint="At each place: multiply every weight by the pixel under it and add up. Try an oblong kernel, with "
            "weights that are all different, and work out one entry by hand.",
        ),
        Close(
            id="convolve",
            title="Convolution",
            points=1,
            probe="convolve",
            reference=lambda drawn: correlate(drawn["image"], drawn["kernel"][::-1, ::-1]),
            reveal=True,
            plot=pictures.beside(),
            concept="convolution",
            hint="If the cross-correlation failed too, mend it first. What does turning by half a circle do to the "
            "rows of a kernel, and what to its columns?",
        ),
        Predicate(
            id="output-size",
            title="The size of the result",
            points=1,
            probe="size-0",
            also=tuple(f"size-{number}" for number in range(1, SIZES)),
            test=right_sizes,
            concept="convolutional-layer",
            hint="Compare with the formula, bracket by bracket: what is rounded, and what is added after rounding?",
        ),
        Close(
            id="padding",
            title="Padding with zeros",
            points=1,
            probe="pad",
            reference=lambda drawn: np.pad(drawn["block"], 3),
            reveal=True,
            plot=pictures.beside(),
            concept="convolutional-layer",
            hint="How many rows does a picture of h rows have after padding by p at the top and by p at the bottom?",
        ),
        Close(
            id="stride",
            title="Cross-correlation with padding and stride",
            points=2,
            probe="slide",
            reference=lambda drawn: slide(drawn["image"], drawn["kernel"], 2, 3),
            reveal=True,
            plot=pictures.beside(),
            concept="convolutional-layer",
            hint="If the cross-correlation or the padding failed too, mend them first. The stride counts in both "
            "directions, and from the first place on.",
        ),
        Close(
            id="layer",
            title="A convolutional layer",
            points=3,
            probe="layer",
            reference=layer,
            reveal=True,
            plot=pictures.beside(),
            concept="convolutional-layer",
            hint="If an earlier check failed too, mend that first. Each filter adds up all channels, each with a "
            "kernel of its own, and adds its bias once. Do padding and stride reach every channel?",
        ),
        Close(
            id="shift",
            title="A kernel that shifts to the right",
            points=1,
            probe="shift",
            reference=lambda drawn: SHIFT,
            concept="convolution",
            hint="Each place of the result shows the pixel that lies under the 1. Which pixel should that be?",
        ),
        Close(
            id="edges",
            title="Edges",
            points=1,
            probe="edges",
            reference=edges,
            reveal=True,
            plot=pictures.beside(),
            concept="convolution",
            hint="If the cross-correlation failed too, mend it first. Two kernels, one the other's transpose, and the "
            "length of what they give together. No padding.",
        ),
    ),
)
