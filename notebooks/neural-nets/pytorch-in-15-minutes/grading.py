"""Grading of pytorch-in-15-minutes: what the notebook's functions and its trained model do with pictures kept back."""

from functools import cache
from pathlib import Path

import numpy as np

from apps.grading import (
    ACCURACY,
    ArtefactError,
    Close,
    Falling,
    Finding,
    GradingSpec,
    Inputs,
    Parameters,
    Predicate,
    ProbeCall,
    Relative,
    stored,
)
from apps.grading.plots import confusion

ROWS = 300
CLASSES = 10
PAIRS = 20
# How far the rows reach that tell whether a network bends. Far beyond the pictures, so that every hidden unit switches
# between some two rows whatever its bias: units that training has driven to silence must not cost this point.
REACH = 100
HERE = Path(__file__).parent


@cache
def held_out() -> tuple[np.ndarray, np.ndarray]:
    """Pictures kept back for grading: (n, 8, 8) of 0 to 16, and their labels (n,). Written by reference/build.py."""
    return np.load(HERE / "reference" / "held-out-images.npy"), np.load(HERE / "reference" / "held-out-labels.npy")


@cache
def public() -> tuple[np.ndarray, np.ndarray]:
    """The learners' pictures and labels, in the same form."""
    return np.load(HERE / "data" / "digits-images.npy"), np.load(HERE / "data" / "digits-labels.npy")


@cache
def weights() -> dict[str, np.ndarray]:
    """Those of the trained reference network, by name."""
    return stored.weights(__file__, "weights")


def draw(rng: np.random.Generator) -> Inputs:
    """300 kept-back pictures, each brighter or darker by up to 15 % and with noise of one grey level in 16."""
    images, labels = held_out()
    rows = rng.choice(len(labels), size=ROWS, replace=False)
    varied = images[rows] * rng.uniform(0.85, 1.15, size=(ROWS, 1, 1)) + rng.normal(0, 1, size=(ROWS, 8, 8))
    first, second = rng.uniform(-REACH, REACH, size=(2, PAIRS, 64))
    return Inputs(
        tensors={
            "images": np.clip(varied, 0, 16).astype(np.float32),
            "line": np.concatenate([first, second, (first + second) / 2]).astype(np.float32),
        },
        hidden={"labels": labels[rows].astype(np.int64)},
    )


def prepared(inputs: Inputs) -> np.ndarray:
    """The pictures as rows of 64 numbers between 0 and 1."""
    return inputs["images"].reshape(ROWS, 64) / np.float32(16)


def reference_labels(inputs: Inputs) -> np.ndarray:
    """What the trained reference network says: (300,) labels. In NumPy, so that grading needs no torch."""
    w = weights()
    hidden = np.maximum(prepared(inputs) @ w["hidden.weight"].T + w["hidden.bias"], 0)
    return (hidden @ w["out.weight"].T + w["out.bias"]).argmax(axis=1)


def ink(images: np.ndarray) -> np.ndarray:
    """How dark each row of pixels is: (n, 8)."""
    return images.mean(axis=2)


def baseline_labels(inputs: Inputs) -> np.ndarray:
    """The digit whose average ink per row is nearest: it sees 8 numbers of each picture and knows no columns."""
    images, labels = public()
    profiles = ink(images)
    centres = np.stack([profiles[labels == label].mean(axis=0) for label in range(CLASSES)])
    return np.linalg.norm(ink(inputs["images"])[:, None] - centres[None], axis=2).argmin(axis=1)


def bends(value: object, inputs: Inputs) -> Finding:
    """Whether the network is more than one linear map: then its logits halfway between two rows are not their mean."""
    if not isinstance(value, np.ndarray) or value.shape != (3 * PAIRS, CLASSES) or value.dtype.kind != "f":
        shape = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise ArtefactError(f"`model` should turn rows into logits of shape (n, {CLASSES}), but gave {shape}.")
    first, second, middle = value.astype(np.float64).reshape(3, PAIRS, CLASSES)
    scale = np.abs(value).max()
    # Rounding of float32 is below 1e-6 of the scale; a hidden layer with ReLU is off by 0.1 of it, trained or not.
    if not np.isfinite(scale) or np.abs((first + second) / 2 - middle).max() <= 1e-4 * scale:
        return Finding.wrong(
            "Halfway between two rows your logits are always the mean: the layers act like a single one."
        )
    return Finding.right("The hidden layer bends: your network is more than one linear map.")


def are_probabilities(value: object, inputs: Inputs) -> Finding:
    """One distribution over the ten digits for each picture."""
    if not isinstance(value, np.ndarray) or value.shape != (ROWS, CLASSES) or value.dtype.kind != "f":
        shape = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise ArtefactError(f"Expected an array of floats of shape ({ROWS}, {CLASSES}), but got {shape}.")
    if not np.isfinite(value).all():
        raise ArtefactError("Some probabilities are not finite numbers.")
    if (value < 0).any() or (value > 1 + 1e-4).any():
        return Finding.wrong("Some values are below 0 or above 1, so they can't be probabilities.")
    off = np.abs(value.sum(axis=1) - 1) > 1e-3
    if off.any():
        return Finding.wrong(f"The probabilities of a picture should sum to 1; for {off.sum()} of {ROWS} they do not.")
    return Finding.right("Each picture gets a distribution over the ten digits.")


SPEC = GradingSpec(
    inputs=draw,
    probes=(
        ProbeCall(id="prepare", target="prepare", args=("$images",)),
        ProbeCall(id="model", target="model", call=False),
        ProbeCall(id="line", target="model", args=("$line",)),
        ProbeCall(id="losses", target="losses", call=False),
        ProbeCall(id="probabilities", target="predict_proba", args=("$images",)),
        ProbeCall(id="labels", target="classify", args=("$images",)),
    ),
    checks=(
        Close(
            id="prepare",
            title="Pictures become rows of numbers between 0 and 1",
            points=1,
            probe="prepare",
            concept="tensor",
            reference=prepared,
            rtol=1e-5,
            atol=1e-6,
            hint="The darkest pixel is 16. Flatten everything but the first dimension.",
        ),
        Parameters(
            id="budget",
            title="A network with a hidden layer, within its budget",
            points=1,
            probe="model",
            concept="neuron",
            # One linear layer alone has 650 parameters: fewer than 1,000 means that there is no hidden layer.
            at_least=1_000,
            at_most=20_000,
            hint="A linear layer from m to n numbers has m·n + n parameters. Is each layer an attribute of the module?",
        ),
        Predicate(
            id="activation",
            title="Something between the layers that is not linear",
            points=1,
            probe="line",
            concept="activation-function",
            test=bends,
            hint="Two linear layers in a row are one linear layer. What did the introduction put between them?",
        ),
        Falling(
            id="training",
            title="Training makes the loss fall",
            points=2,
            probe="losses",
            concept="cross-entropy",
            # With logits and cross-entropy the reference ends below 5 % of its start; a model that hands probabilities
            # to the loss can't get below 1.46 of 2.30 (Goodfellow et al. 2016, section 6.2.2.3, on saturating outputs).
            to=0.4,
            at_least=5,
            hint="Each step: forget the old gradients, compute the loss, backpropagate, step. In that order.",
        ),
        Predicate(
            id="probabilities",
            title="Probabilities for each picture",
            points=2,
            probe="probabilities",
            concept="softmax",
            test=are_probabilities,
            hint="Softmax turns scores into probabilities along one dimension. Along which one should they sum to 1?",
        ),
        Relative(
            id="accuracy",
            title="Digits it has never seen are read correctly",
            points=3,
            probe="labels",
            concept="mini-batch",
            metric=ACCURACY,
            truth=lambda inputs: inputs["labels"],
            baseline=baseline_labels,
            reference=reference_labels,
            # The same network trained from another seed is off by at most 0.017 in 200 draws, with a standard deviation
            # of 0.005 (reference/figures.json): ten times that leaves room for smaller networks and other optimisers.
            slack=0.05,
            plot=confusion(range(CLASSES)),
            hint="Does the loss fall on the training pictures? If so, are the same steps applied before predicting?",
        ),
    ),
)
