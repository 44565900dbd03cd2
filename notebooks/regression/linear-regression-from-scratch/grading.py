"""Linear regression from scratch: each function against our own, on fresh random tables."""

import numpy as np

from apps.grading import Close, GradingSpec, Inputs, ProbeCall, curves

STEPS, RATE = 300, 0.1
EARLY_STEPS, EARLY_RATE = 25, 0.05


def inputs(rng: np.random.Generator) -> Inputs:
    """A raw table with a constant column, a point (w, b), and a regression problem on nearly standard features."""
    rows = int(rng.integers(30, 60))
    table = rng.normal(rng.uniform(-5, 5, 4), rng.uniform(0.5, 20, 4), size=(rows, 4))
    table[:, 2] = 3.0  # exactly constant, and its mean is exact in floating point
    X = rng.normal(size=(200, 3))
    slopes, intercept = rng.uniform(1, 3, 3) * rng.choice([-1, 1], 3), rng.uniform(1, 3) * rng.choice([-1, 1])
    return Inputs(
        given={
            "table": table,
            "X": X,
            "y": X @ slopes + intercept + rng.normal(0, 0.5, 200),
            "w": rng.normal(size=3),
            "truth": rng.normal(40, 15, rows),
            "guess": rng.normal(40, 15, rows),
        },
        values={"b": float(rng.normal())},
    )


def standardise(drawn: Inputs) -> tuple[np.ndarray, ...]:
    """(Z, mean, std) of the raw table; population deviations, 1 for a constant column."""
    mean, std = drawn["table"].mean(axis=0), drawn["table"].std(axis=0)
    std = np.where(std == 0, 1.0, std)
    return (drawn["table"] - mean) / std, mean, std


def predict(drawn: Inputs) -> np.ndarray:
    """Xw + b, shape (n,)."""
    return drawn["X"] @ drawn["w"] + drawn["b"]


def loss(drawn: Inputs) -> float:
    """Mean of the squared differences."""
    return float(np.mean((drawn["truth"] - drawn["guess"]) ** 2))


def gradient(drawn: Inputs) -> tuple[np.ndarray, float]:
    """Of the mean squared error, for the weights and the intercept."""
    error = predict(drawn) - drawn["y"]
    return 2 * drawn["X"].T @ error / len(error), float(2 * error.mean())


def least_squares(drawn: Inputs) -> tuple[np.ndarray, float]:
    """The closed form: weights and intercept that minimise the mean squared error."""
    X = drawn["X"]
    found = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), drawn["y"], rcond=None)[0]
    return found[:-1], float(found[-1])


def early_history(drawn: Inputs) -> np.ndarray:
    """The losses before each of the first steps of gradient descent from zero, shape (EARLY_STEPS,)."""
    X, y = drawn["X"], drawn["y"]
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(EARLY_STEPS):
        error = X @ w + b - y
        losses.append(np.mean(error**2))
        w, b = w - EARLY_RATE * 2 * X.T @ error / len(y), b - EARLY_RATE * 2 * error.mean()
    return np.array(losses)


# Tolerances. The formulas are evaluated in double precision, so right answers differ by rounding, about 1e-13 here; the
# tolerance 1e-6 also leaves room for other orders of summation and finite differences, and is far below any mistake.
# The fit: 200 rows of 3 standard normal features have a covariance with eigenvalues between 0.5 and 1.6 (beyond six
# deviations), so each step shrinks the distance to the optimum at least by 1 - 2 · 0.1 · 0.5 = 0.9, and after 300 steps
# it is 1e-13 of what it was. 1e-4 leaves nine orders of magnitude.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="standardise", target="standardise", args=("$table",)),
        ProbeCall(id="predict", target="predict", args=("$X", "$w", "$b")),
        ProbeCall(id="mse", target="mse", args=("$truth", "$guess")),
        ProbeCall(id="gradient", target="gradient", args=("$X", "$y", "$w", "$b")),
        ProbeCall(
            id="early", target="fit", args=("$X", "$y"), kwargs={"learning_rate": EARLY_RATE, "steps": EARLY_STEPS}
        ),
        ProbeCall(id="fit", target="fit", args=("$X", "$y"), kwargs={"learning_rate": RATE, "steps": STEPS}),
    ),
    checks=(
        Close(
            id="standardise",
            title="Features are standardised",
            points=1,
            probe="standardise",
            reference=standardise,
            returns=("Z", "mean", "std"),
            reveal=True,
            concept="linear-regression",
            hint="One mean and one deviation per column: which axis do you sum over? And what of a constant column?",
        ),
        Close(
            id="predict",
            title="Predictions",
            points=1,
            probe="predict",
            reference=predict,
            reveal=True,
            concept="linear-regression",
            hint="The product of a table (n, d) and weights (d,) has the shape (n,).",
        ),
        Close(
            id="loss",
            title="Mean squared error",
            points=1,
            probe="mse",
            reference=loss,
            reveal=True,
            concept="mean-squared-error",
            hint="Square first, then take the mean over the rows.",
        ),
        Close(
            id="gradient",
            title="Gradient of the loss",
            points=3,
            probe="gradient",
            reference=gradient,
            returns=("dw", "db"),
            reveal=True,
            concept="gradient",
            hint="If the predictions failed too, mend them first. Compare with finite differences on a table of your "
            "own: is every factor of the derivation there?",
        ),
        Close(
            id="history",
            title="The loss before each step",
            points=2,
            probe="early",
            item=2,
            reference=early_history,
            reveal=True,
            plot=curves.lines("step", "loss"),
            concept="gradient-descent",
            hint="If the loss or the gradient failed too, mend that first. Start from zero, note the loss, then step. "
            "Do `steps` and `learning_rate` reach your loop?",
        ),
        Close(
            id="fit",
            title="Gradient descent arrives at least squares",
            points=2,
            probe="fit",
            reference=least_squares,
            returns=("w", "b"),
            parts=(0, 1),
            reveal=True,
            concept="learning-rate",
            rtol=1e-4,
            atol=1e-4,
            hint="If the gradient failed too, mend that first. If the loss grows, look at the sign of the step; if it "
            "stops early, look at the intercept.",
        ),
    ),
)
