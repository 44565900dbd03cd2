"""First model: preparation against our own, predictions against measured models, on hours drawn anew for each run."""

from collections.abc import Callable
from typing import Any

import numpy as np

from apps.grading import (
    R2,
    ArtefactError,
    Close,
    Finding,
    GradingSpec,
    Inputs,
    Predicate,
    ProbeCall,
    Relative,
    Table,
    plots,
    stored,
    values,
)

from .data import FEATURES, draw

FIGURES = stored.figures(__file__)
ROWS = FIGURES["hidden_rows"]
ESTIMATE_TOLERANCE = 0.06


def inputs(rng: np.random.Generator) -> Inputs:
    """Hours with their features; what was rented stays here. Odd fill-ins, so that prepare has to use what it gets."""
    drawn = draw(rng, ROWS)
    fill = {name: round(float(rng.uniform(30, 60)), 2) for name in FEATURES}
    return Inputs(
        tables={"hours": {name: drawn[name] for name in FEATURES}},
        values={"fill": fill},
        hidden={"rentals": drawn["rentals"]},
    )


def medians(drawn: Inputs) -> tuple[float, ...]:
    """Median of each feature over the hours where it is known."""
    return tuple(float(np.nanmedian(drawn["hours"][name])) for name in FEATURES)


def filled(drawn: Inputs, fill: dict[str, float]) -> np.ndarray:
    """The features, shape (rows, len(FEATURES)), with what is missing filled in."""
    return np.column_stack([np.where(np.isnan(c), fill[name], c) for name, c in drawn["hours"].items()])


def check_prepared(value: Any, drawn: Inputs) -> Finding:
    """A table with exactly the feature columns, in order, nothing missing, filled with what was given."""
    if not isinstance(value, Table):
        raise ArtefactError(f"`prepare` should return a DataFrame, but the result is {values.describe(value)}.")
    if tuple(value.columns) != FEATURES:
        text = "The columns should be those known beforehand, in the order of the table, and no others"
        raise ArtefactError(f"{text}: not {', '.join(list(value.columns)[:12])[:200] or 'none at all'}.")
    right = filled(drawn, drawn["fill"])
    compared = {}
    for place, (name, column) in enumerate(value.columns.items()):
        found = values.array(column, shape=(ROWS,), what=f"The column {name}")
        compared[name] = round(float(np.isclose(found, right[:, place]).mean()), 4)
    wrong = [name for name, share in compared.items() if share < 1]
    if wrong:
        return Finding.wrong(f"Some values of {', '.join(wrong)} are not what they should be.", compared)
    return Finding.right("The right columns, and every gap is filled as asked.", compared)


def mean_rentals(drawn: Inputs) -> np.ndarray:
    """The simplest baseline: the mean of the public rows for every hour."""
    return np.full(ROWS, FIGURES["mean"])


def mean_of_the_hour(drawn: Inputs) -> np.ndarray:
    """The baseline for the forest: what is rented on average at that hour of the day."""
    return np.array(FIGURES["mean_by_hour"])[drawn["hours"]["hour"]]


def linear_model(drawn: Inputs) -> np.ndarray:
    """The reference's linear regression, on the same hours."""
    linear = FIGURES["linear"]
    return filled(drawn, FIGURES["medians"]) @ np.array(linear["weights"]) + linear["intercept"]


def estimate_of(name: str) -> Callable[[Any, Inputs], Finding]:
    """The test of what the learner expects of one model on new hours, against what it does on new hours."""

    def test(found: Any, drawn: Inputs) -> Finding:
        said, predicted = found
        told = values.number(values.item(said, name, "`scores`"), f'`scores["{name}"]`')
        rentals = values.array(predicted, shape=(ROWS,), what=f"What `predict_{name}` gives")
        truly = R2.function(drawn["rentals"], rentals)
        compared = {"told": float(f"{told:.4g}"), "on_new_hours": float(f"{truly:.4g}")}
        if abs(told - truly) <= ESTIMATE_TOLERANCE:
            return Finding.right("Your estimate holds on hours that nobody has seen before.", compared)
        text = f"You expected {told:.3f}, on new hours it is {truly:.3f}: further away than {ESTIMATE_TOLERANCE}."
        return Finding.wrong(text, compared)

    return test


# Margins, from reference/figures.json (200 draws of 3000 hours). The forest's R² varies by about 0.008 from draw to
# draw and by as much with its random state or the choice of training rows; all points are given from 0.05 below its
# mean on, more than four deviations of both together. The linear regression and the baseline are measured against the
# reference's on the same hours, where two fits on different three quarters of the rows differ by less than 0.01 and
# filling gaps with anything sensible costs about 0.02: 0.05 covers both, 0.03 the baseline, which has no gaps. An
# estimate from 1000 held-out rows deviates by about 0.02, a draw of 3000 hours by about 0.012: 0.06 leaves 2.5
# deviations even for an unlucky split of a learner's own; the split that the notebook gives is off by less than 0.05
# in every draw. The forest's score on the training rows themselves lies 0.1 too high, the linear regression's does not.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="medians", target="feature_medians", args=("$hours",)),
        ProbeCall(id="prepare", target="prepare", args=("$hours", "$fill")),
        ProbeCall(id="baseline", target="predict_baseline", args=("$hours",)),
        ProbeCall(id="linear", target="predict_linear", args=("$hours",)),
        ProbeCall(id="forest", target="predict_forest", args=("$hours",)),
        ProbeCall(id="scores", target="scores", call=False),
    ),
    checks=(
        Close(
            id="medians",
            title="Medians of the features",
            points=1,
            probe="medians",
            reference=medians,
            returns=FEATURES,
            parts=FEATURES,
            concept="missing-values",
            hint="New hours have only the columns known beforehand: does FEATURES name these and no others? And are "
            "the medians those of the table that is handed in?",
        ),
        Predicate(
            id="prepare",
            title="Features without gaps",
            points=2,
            probe="prepare",
            test=check_prepared,
            concept="missing-values",
            hint="Choose the columns first, then fill each column's gaps with its own entry of `fill`.",
        ),
        Relative(
            id="baseline",
            title="A baseline: the mean of each hour of the day",
            points=1,
            probe="baseline",
            metric=R2,
            truth=lambda drawn: drawn["rentals"],
            baseline=mean_rentals,
            reference=mean_of_the_hour,
            slack=0.03,
            concept="baseline",
            hint="One prediction per row: the mean rentals of the training rows at the same hour of the day.",
        ),
        Relative(
            id="linear",
            title="Linear regression",
            points=2,
            probe="linear",
            metric=R2,
            truth=lambda drawn: drawn["rentals"],
            baseline=mean_rentals,
            reference=linear_model,
            slack=0.05,
            plot=plots.scatter("rentals"),
            concept="linear-regression",
            hint="Prepare new hours exactly as the training rows were prepared: same columns, same medians. If the "
            "checks of these fail too, start with them.",
        ),
        Relative(
            id="forest",
            title="Random forest",
            points=2,
            probe="forest",
            metric=R2,
            truth=lambda drawn: drawn["rentals"],
            baseline=mean_of_the_hour,
            reference=FIGURES["r2"]["forest"]["mean"],
            slack=0.05,
            plot=plots.scatter("rentals"),
            concept="random-forest",
            hint="Is each row of features still beside its own number of rentals? Does the forest see all of them?",
        ),
        Predicate(
            id="estimate-linear",
            title="An honest estimate for the linear regression",
            points=1,
            probe="scores",
            also=("linear",),
            test=estimate_of("linear"),
            concept="evaluation-metric",
            hint="Is it R², with the truth first? If the predictions themselves fail, start with them.",
        ),
        Predicate(
            id="estimate-forest",
            title="An honest estimate for the forest",
            points=1,
            probe="scores",
            also=("forest",),
            test=estimate_of("forest"),
            concept="train-test-split",
            hint="On which rows must a score be measured, so that it says something about new ones?",
        ),
    ),
)
