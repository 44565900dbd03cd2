"""Backpropagation from scratch: each function against ours on fresh random inputs, and the trained weights at work."""

from typing import Any

import numpy as np

from apps.grading import (
    ACCURACY,
    ArtefactError,
    Close,
    Finding,
    GradingSpec,
    Inputs,
    Predicate,
    ProbeCall,
    curves,
    plots,
    stored,
    values,
)
from apps.grading.checks import relative_share

ROWS, FEATURES, HIDDEN, CLASSES = 30, 5, 7, 4
STEPS, RATE = 20, 0.2
# Wide on purpose: differences over 0.3 are not the derivative, so only differences over just this width agree.
WIDTH = 0.3
ARMS, NEW_POINTS, MOST_HIDDEN = 3, 900, 500
# The share of the points for accuracy grows from the first to the second: see the comment above SPEC.
NOTHING_BELOW, ALL_FROM = 0.75, 0.93
Layers = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def spirals(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """As in the notebook: n noisy points on three spiral arms, shape (n, 2), and the arm of each, shape (n,)."""
    arm = np.arange(n) % ARMS
    radius = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 2 * np.pi * (arm / ARMS + radius)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.04, (n, 2)), arm


def inputs(rng: np.random.Generator) -> Inputs:
    """A network with all that a forward pass keeps; a backward pass of other numbers, so that no task needs another."""
    rows = ROWS + int(rng.integers(0, 10))
    scores = rng.normal(0, 2, (rows, CLASSES))
    offsets = rng.choice([-800.0, 800.0], size=(rows, 1))
    new_points, new_arms = spirals(rng, NEW_POINTS)
    return Inputs(
        given={
            "X": rng.normal(size=(rows, FEATURES)),
            "W1": rng.normal(0, 0.8, (FEATURES, HIDDEN)),
            "b1": rng.normal(0, 0.5, HIDDEN),
            "W2": rng.normal(0, 0.8, (HIDDEN, CLASSES)),
            "b2": rng.normal(0, 0.5, CLASSES),
            "y": rng.integers(0, CLASSES, rows),
            "scores": scores,
            "large": scores + offsets,
            "P": rng.dirichlet(np.full(CLASSES, 2.0), size=rows) * 0.96 + 0.01,
            "H": np.maximum(rng.normal(size=(rows, HIDDEN)), 0),
            "dZ": rng.normal(size=(rows, CLASSES)),
            "W": rng.uniform(-2, 2, (3, 2)),
        },
        hidden={"points": new_points, "arms": new_arms},
    )


def forward(X: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> tuple[np.ndarray, ...]:
    """Hidden values after ReLU, and the scores."""
    H = np.maximum(X @ W1 + b1, 0)
    return H, H @ W2 + b2


def softmax(scores: np.ndarray) -> np.ndarray:
    """Row by row, with the largest score subtracted (Goodfellow et al. 2016, section 6.2.2.3)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(P: np.ndarray, y: np.ndarray) -> float:
    """The mean of −log of the true classes' probabilities."""
    return float(-np.log(P[np.arange(len(y)), y]).mean())


def score_gradient(P: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(P − one-hot) / n."""
    return (P - np.eye(P.shape[1])[y]) / len(y)


def backward(X: np.ndarray, H: np.ndarray, dZ: np.ndarray, W2: np.ndarray) -> Layers:
    """dW1, db1, dW2, db2."""
    dA = (dZ @ W2.T) * (H > 0)
    return X.T @ dA, dA.sum(axis=0), H.T @ dZ, dZ.sum(axis=0)


def train(X: np.ndarray, y: np.ndarray, layers: Layers, rate: float, steps: int) -> tuple[Layers, np.ndarray]:
    """The weights after `steps` steps over all rows, and the loss before each step, shape (steps,)."""
    losses = []
    for _ in range(steps):
        H, scores = forward(X, *layers)
        P = softmax(scores)
        losses.append(cross_entropy(P, y))
        slopes = backward(X, H, score_gradient(P, y), layers[2])
        W1, b1, W2, b2 = (layer - rate * slope for layer, slope in zip(layers, slopes, strict=True))
        layers = W1, b1, W2, b2
    return layers, np.array(losses)


def trained(drawn: Inputs) -> tuple[Layers, np.ndarray]:
    """The short training that the probe asks for."""
    return train(drawn["X"], drawn["y"], tuple(drawn[name] for name in ("W1", "b1", "W2", "b2")), RATE, STEPS)


def ripple(W: np.ndarray) -> float:
    """The function that the notebook hands to `numerical_gradient`."""
    return float(np.sum(W * np.sin(W)) + np.prod(np.cos(W)))


def differences(drawn: Inputs) -> np.ndarray:
    """Centered differences of `ripple` over WIDTH to both sides, one per entry."""
    W = drawn["W"]
    slopes = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        step = np.zeros(W.shape)
        step[place] = WIDTH
        slopes[place] = (ripple(W + step) - ripple(W - step)) / (2 * WIDTH)
    return slopes


def as_layers(value: Any) -> Layers:
    """The four arrays of a two-layer network for the spirals. Raises ArtefactError where they are none."""
    parts = values.several(value, 4, "`trained`")
    W1 = values.array(parts[0], shape=(2, None), what="W1 in `trained`")
    units = W1.shape[1]
    if not 1 <= units <= MOST_HIDDEN:
        raise ArtefactError(f"`trained` has {units} hidden units; 1 to {MOST_HIDDEN} are allowed.")
    b1 = values.array(parts[1], shape=(units,), what="b1 in `trained`")
    W2 = values.array(parts[2], shape=(units, ARMS), what="W2 in `trained`")
    return W1, b1, W2, values.array(parts[3], shape=(ARMS,), what="b2 in `trained`")


def reads_the_spirals(value: Any, drawn: Inputs) -> Finding:
    """Accuracy of the learner's weights on new points, put through a forward pass of ours."""
    with np.errstate(all="ignore"):
        predicted = forward(drawn["points"], *as_layers(value))[1].argmax(axis=1)
    found = stored.figures(__file__)
    yours = ACCURACY.function(drawn["arms"], predicted)
    share = relative_share(yours, NOTHING_BELOW, ALL_FROM, higher_is_better=True)
    linear, reference = found["linear"]["mean"], found["reference"]["mean"]
    show = ACCURACY.show
    message = f"Of {NEW_POINTS} new points your weights put {show(yours)} on the right arm; a linear model "
    message += f"{show(linear)}, the reference network {show(reference)}."
    compared = {"yours": round(yours, 4), "linear": linear, "reference": reference, "all_points_from": ALL_FROM}
    return Finding(share, message, compared, plots.confusion(range(ARMS))(drawn["arms"], predicted))


# Tolerances. Right answers differ by rounding, about 1e-13; 1e-6 is far above that and far below any mistake, also
# after the 20 steps of the short training. A unit at whose kink rounding decides would have to lie within 1e-13 of 0.
# The accuracy: reference/figures.json has it for 40 other starts of the same training, on 200 draws of new points
# each. The lowest of these 8000 is 0.963, their deviation 0.005, so all points are given from 0.93 on, more than ten
# deviations below the mean. A linear model has 0.54, a network whose hidden layer stays as it was drawn 0.56, one
# whose gradient is wrong in some part up to 0.7: below 0.75 nothing is given.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="forward", target="forward", args=("$X", "$W1", "$b1", "$W2", "$b2")),
        ProbeCall(id="softmax", target="softmax", args=("$scores",)),
        ProbeCall(id="large", target="softmax", args=("$large",)),
        ProbeCall(id="loss", target="cross_entropy", args=("$P", "$y")),
        ProbeCall(id="scores", target="score_gradient", args=("$P", "$y")),
        ProbeCall(id="backward", target="backward", args=("$X", "$H", "$dZ", "$W2")),
        ProbeCall(id="differences", target="slopes_of_ripple", args=("$W", WIDTH)),
        ProbeCall(id="train", target="train", args=("$X", "$y", "$W1", "$b1", "$W2", "$b2", RATE, STEPS)),
        ProbeCall(id="trained", target="trained", call=False),
    ),
    checks=(
        Close(
            id="forward",
            title="Forward pass",
            points=1,
            probe="forward",
            concept="activation-function",
            reveal=True,
            reference=lambda drawn: forward(*(drawn[name] for name in ("X", "W1", "b1", "W2", "b2"))),
            returns=("H", "Z"),
            hint="H comes after ReLU, Z before softmax. Is each bias added to the columns of its own layer?",
        ),
        Close(
            id="softmax",
            title="Softmax",
            points=1,
            probe="softmax",
            concept="softmax",
            reveal=True,
            reference=lambda drawn: softmax(drawn["scores"]),
            hint="Which numbers should sum to 1: those of an example, or those of a class? Sum over that axis.",
        ),
        Close(
            id="large-scores",
            title="Softmax of very large and very small scores",
            points=1,
            probe="large",
            concept="softmax",
            reveal=True,
            reference=lambda drawn: softmax(drawn["large"]),
            hint="Scores of 800 overflow in the exponential, of −800 they all become 0. What may you subtract from a "
            "row without changing its softmax, so that neither can happen?",
        ),
        Close(
            id="loss",
            title="Cross-entropy",
            points=1,
            probe="loss",
            concept="cross-entropy",
            reveal=True,
            reference=lambda drawn: cross_entropy(drawn["P"], drawn["y"]),
            hint="Pick the true class's probability from each row, take its logarithm, then the mean, then the sign.",
        ),
        Close(
            id="score-gradient",
            title="Gradient of the scores",
            points=2,
            probe="scores",
            concept="cross-entropy",
            reveal=True,
            reference=lambda drawn: score_gradient(drawn["P"], drawn["y"]),
            hint="The loss is a mean over the examples: is every factor there? What happens at the true class, and "
            "what at the others?",
        ),
        Close(
            id="output-layer",
            title="Gradients of the output layer",
            points=1,
            probe="backward",
            concept="backpropagation",
            reveal=True,
            reference=lambda drawn: backward(*(drawn[name] for name in ("X", "H", "dZ", "W2")))[2:],
            returns=("dW2", "db2"),
            parts=(2, 3),
            hint="A weight reaches the loss through every example: sum over the rows. dZ already holds the factor of "
            "the mean.",
        ),
        Close(
            id="hidden-layer",
            title="Gradients of the hidden layer",
            points=2,
            probe="backward",
            concept="chain-rule",
            reveal=True,
            reference=lambda drawn: backward(*(drawn[name] for name in ("X", "H", "dZ", "W2")))[:2],
            returns=("dW1", "db1"),
            parts=(0, 1),
            hint="Three steps: back through W2, back through ReLU, back to the weights and biases. What does ReLU let "
            "through?",
        ),
        Close(
            id="finite-differences",
            title="Finite differences",
            points=1,
            probe="differences",
            concept="finite-differences",
            reveal=True,
            reference=differences,
            hint="To both sides, by just as much as `tiny` says, one entry at a time, and all others as they were.",
        ),
        Close(
            id="training",
            title="Gradient descent moves the weights",
            points=1,
            probe="train",
            concept="gradient-descent",
            reveal=True,
            reference=lambda drawn: trained(drawn)[0],
            returns=("W1", "b1", "W2", "b2"),
            parts=(0, 1, 2, 3),
            hint="If an earlier check failed too, mend that first. All four gradients belong to the same point, and "
            "all four arrays move.",
        ),
        Close(
            id="history",
            title="The loss before each step",
            points=1,
            probe="train",
            concept="gradient-descent",
            reveal=True,
            plot=curves.lines("step", "loss"),
            item=4,
            reference=lambda drawn: trained(drawn)[1],
            hint="If an earlier check failed too, mend that first. Note the loss, then step; `steps` losses in all.",
        ),
        Predicate(
            id="spirals",
            title="The trained network knows the arms",
            points=2,
            probe="trained",
            concept="backpropagation",
            test=reads_the_spirals,
            hint="If an earlier check failed too, mend that first. Does the loss fall? If it does so slowly, try more "
            "steps or another rate; if it jumps or grows, a smaller one.",
        ),
    ),
)
