"""Grading of cnn-pytorch: what the notebook's functions and its trained model do with stones drawn for the run."""

from functools import cache
from typing import Any

import numpy as np

from apps.grading import (
    ACCURACY,
    Close,
    Falling,
    Finding,
    GradingSpec,
    Inputs,
    Parameters,
    Predicate,
    ProbeCall,
    Relative,
    pictures,
    plots,
    stored,
    values,
)

from .data import LARGE_SIDE, NAMES, draw

FIGURES = stored.figures(__file__)
ROWS, LARGE_ROWS, FEW = 400, 150, 3
CLASSES = len(NAMES)
BLOCKS = 3


@cache
def weights() -> dict[str, np.ndarray]:
    """Those of the trained reference network, by name."""
    return stored.weights(__file__, "weights")


def draw_layers(rng: np.random.Generator) -> list[list[int]]:
    """Seven layers of (kernel, stride, padding), the first and two more with a stride above 1."""
    strides = np.ones(7, dtype=int)
    strides[[0, *rng.choice(np.arange(2, 6), size=2, replace=False)]] = rng.integers(2, 4, size=3)
    return [[int(rng.integers(2, 6)), int(stride), int(rng.integers(0, 3))] for stride in strides]


def inputs(rng: np.random.Generator) -> Inputs:
    """Stones of both sizes, three of the small ones once more by themselves, and a stack of layers."""
    layers = draw_layers(rng)
    stones, marks = draw(rng, ROWS)
    large_stones, large_marks = draw(rng, LARGE_ROWS, LARGE_SIDE)
    # The first side from a random one on where rounding matters in the first layer.
    side = int(rng.integers(400, 600))
    side += (side + 2 * layers[0][2] - layers[0][0]) % layers[0][1] == 0
    return Inputs(
        tensors={
            "stones": stones.astype(np.float32),
            "few": stones[:FEW].astype(np.float32),
            "large": large_stones.astype(np.float32),
        },
        values={"side": side, "layers": layers},
        hidden={"marks": marks, "large_marks": large_marks},
    )


def sizes(drawn: Inputs) -> np.ndarray:
    """The side after each layer (Dumoulin and Visin 2016, relationship 6)."""
    size, found = drawn["side"], []
    for kernel, stride, padding in drawn["layers"]:
        size = (size + 2 * padding - kernel) // stride + 1
        found.append(size)
    return np.array(found)


def receptive_field(drawn: Inputs) -> int:
    """1 + the sum of (kernel − 1) times the strides before it (Araujo, Norris and Sim 2019)."""
    kernels, strides, _ = np.array(drawn["layers"]).T
    return int(1 + np.sum((kernels - 1) * np.cumprod([1, *strides[:-1]])))


def prepared(drawn: Inputs) -> np.ndarray:
    """The few stones with a dimension for the channel, between 0 and 1."""
    return drawn["few"][:, None] / np.float32(255)


def reference_labels(pictures: np.ndarray) -> np.ndarray:
    """What the trained reference network says of pictures (n, side, side): labels (n,). In NumPy, without torch."""
    w, maps = weights(), pictures[..., None] / np.float32(255)
    for block in range(BLOCKS):
        conv, norm = f"conv{block}", f"norm{block}"
        padded = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        kernels = w[f"{conv}.weight"].reshape(len(w[f"{conv}.weight"]), -1).T
        # Evaluation mode of batch norm (Ioffe and Szegedy 2015, algorithm 2): a fixed slope and shift per channel.
        slope = w[f"{norm}.weight"] / np.sqrt(w[f"{norm}.running_var"] + np.float32(1e-5))
        shift = w[f"{norm}.bias"] + slope * (w[f"{conv}.bias"] - w[f"{norm}.running_mean"])
        maps = np.maximum(windows.reshape(*windows.shape[:3], -1) @ (kernels * slope) + shift, 0)
        if block < BLOCKS - 1:
            n, side, _, channels = maps.shape
            maps = maps.reshape(n, side // 2, 2, side // 2, 2, channels).max(axis=(2, 4))
    return (maps.max(axis=(1, 2)) @ w["out.weight"].T + w["out.bias"]).argmax(axis=1)


def are_probabilities(found: Any, drawn: Inputs) -> Finding:
    """One distribution per stone, and the same for a stone by itself as among others."""
    together, few = (values.array(value, shape=(rows, CLASSES)) for value, rows in zip(found, (ROWS, FEW), strict=True))
    if (together < 0).any() or (together > 1 + 1e-4).any():
        return Finding.wrong("Some values are below 0 or above 1, so they can't be probabilities.")
    off = np.abs(together.sum(axis=1) - 1) > 1e-3
    if off.any():
        return Finding.wrong(f"The probabilities of a stone should sum to 1; for {off.sum()} of {ROWS} they do not.")
    if np.ptp(together, axis=0).max() < 1e-3:
        return Finding.wrong("All stones get the same probabilities.")
    apart = float(np.abs(together[:FEW] - few).max())
    # Rounding of float32 is below 1e-5; statistics of another mini-batch change some probability by 0.01 and more.
    if apart > 1e-3:
        text = f"Handed in with {FEW - 1} others instead of {ROWS - 1}, a stone gets probabilities that differ by up to"
        return Finding.wrong(f"{text} {apart:.1g}.")
    return Finding.right("Each stone gets a distribution over the six marks, whatever it is handed in with.")


def labels_of(name: str) -> Any:
    """The reference network's labels for one of the inputs."""
    return lambda drawn: reference_labels(drawn[name])


# Margins, from reference/figures.json. Five networks like the reference, from other seeds, differ from it on the same
# pictures with standard deviations of 0.015 (400 stones) and 0.018 (150 large ones); the worst of 1000 differences
# are 0.053 and 0.08. Slacks of 0.08 and 0.11 lie beyond these, more than five deviations away, and leave room for
# smaller networks and lower learning rates. The baseline is a single convolutional layer with the maximum over the
# picture: all that a network can tell from 3 by 3 pixels. A fully connected network within the budget stays six
# deviations below it, and one with fifteen times as many weights below it in nearly all draws.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="sizes", target="output_sizes", args=("$side", "$layers")),
        ProbeCall(id="receptive", target="receptive_field", args=("$layers",)),
        ProbeCall(id="prepare", target="prepare", args=("$few",)),
        ProbeCall(id="model", target="model", call=False),
        ProbeCall(id="losses", target="losses", call=False),
        ProbeCall(id="together", target="predict_proba", args=("$stones",)),
        ProbeCall(id="few", target="predict_proba", args=("$few",)),
        ProbeCall(id="labels", target="classify", args=("$stones",)),
        ProbeCall(id="large", target="classify", args=("$large",)),
    ),
    checks=(
        Close(
            id="sizes",
            title="The sides of the pictures behind each layer",
            points=1,
            probe="sizes",
            reference=sizes,
            reveal=True,
            concept="convolutional-layer",
            hint="Each layer begins with the side that the one before it left. Which way does the formula round?",
        ),
        Close(
            id="receptive",
            title="The receptive field of a stack of layers",
            points=1,
            probe="receptive",
            reference=receptive_field,
            reveal=True,
            concept="convolutional-layer",
            hint="A step of a layer is as many input pixels as the strides of the layers before it multiply to.",
        ),
        Close(
            id="prepare",
            title="Pictures with a channel, between 0 and 1",
            points=1,
            probe="prepare",
            reference=prepared,
            reveal=True,
            plot=pictures.beside(0, 1),
            concept="tensor",
            rtol=1e-5,
            atol=1e-6,
            hint="The channels come second. The brightest pixel is 255.",
        ),
        Parameters(
            id="budget",
            title="A network within its budget",
            points=1,
            probe="model",
            concept="convolutional-layer",
            at_least=300,
            at_most=10_000,
            hint="A layer of 3 by 3 windows has c_out · (9 · c_in + 1) parameters: which of yours cost most?",
        ),
        Falling(
            id="training",
            title="Training makes the loss fall",
            points=2,
            probe="losses",
            to=0.5,
            at_least=5,
            concept="mini-batch",
            hint="For each mini-batch: forget the old gradients, compute the loss, backpropagate, step.",
        ),
        Predicate(
            id="probabilities",
            title="Probabilities for each stone, whatever it is handed in with",
            points=2,
            probe="together",
            also=("few",),
            test=are_probabilities,
            concept="cross-entropy",
            hint="Along which dimension do six numbers sum to 1? In which mode does batch norm ignore its neighbours?",
        ),
        Relative(
            id="accuracy",
            title="Marks on stones it has never seen",
            points=3,
            probe="labels",
            metric=ACCURACY,
            truth=lambda drawn: drawn["marks"],
            baseline=FIGURES["baseline"]["mean"],
            reference=labels_of("stones"),
            slack=0.08,
            plot=plots.confusion(range(CLASSES)),
            concept="pooling",
            hint="Does the loss fall below 0.1? If so, is the receptive field wide enough, and does the maximum go "
            "over the whole picture?",
        ),
        Relative(
            id="larger",
            title="Marks on stones four times as large",
            points=2,
            probe="large",
            metric=ACCURACY,
            truth=lambda drawn: drawn["large_marks"],
            baseline=FIGURES["baseline_large"]["mean"],
            reference=labels_of("large"),
            slack=0.11,
            plot=plots.confusion(range(CLASSES)),
            concept="pooling",
            hint="If small stones are read well and large ones are not: does any layer count on a side of 24?",
        ),
    ),
)
