"""First model: preparation against our own, predictions against measured models, on hours drawn anew for each run."""

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
        raise ArtefactError("The columns should be those of FEATURES, in that order, and no others.")
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


def check_estimates(found: Any, drawn: Inputs) -> Finding:
    """What the learner expects of the models on new hours, against what they do on new hours."""
    said, *predictions = found
    compared, off = {}, []
    for name, predicted in zip(("linear", "forest"), predictions, strict=True):
        told = values.number(values.item(said, name, "`scores`"), f'`scores["{name}"]`')
        truly = R2.function(drawn["rentals"], values.array(predicted, shape=(ROWS,)))
        compared[name] = {"told": float(f"{told:.4g}"), "on_new_hours": float(f"{truly:.4g}")}
        if not abs(told - truly) <= ESTIMATE_TOLERANCE:
            off.append(f"{name}: you expected {told:.3f}, on new hours it is {truly:.3f}")
    if off:
        return Finding.wrong(f"Your estimate misses by more than {ESTIMATE_TOLERANCE}. {'; '.join(off)}.", compared)
    return Finding.right("Your estimates hold on hours that nobody has seen before.", compared)


# Margins, from reference/figures.json (200 draws of 3000 hours). The forest's R² varies by about 0.008 from draw to
# draw and by as much with its random state or the choice of training rows; all points are given from 0.05 below its
# mean on, more than four deviations of both together. The linear regression is measured against the reference's on the
# same hours, where two fits on different three quarters of the rows differ by less than 0.01 and filling gaps with
# anything sensible costs about 0.02: 0.05 covers both. An estimate from 1000 held-out rows deviates by about 0.02, a
# draw of 3000 hours by about 0.012: 0.06 leaves 2.5 deviations even for an unlucky split of a learner's own, and the
# split that the notebook gives is off by 0.01 only. The score on the training rows themselves lies 0.1 too high.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="medians", target="feature_medians", args=("$hours",)),
        ProbeCall(id="prepare", target="prepare", args=("$hours", "$fill")),
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
            hint="Only the columns in FEATURES, and the medians of the table that is handed in.",
        ),
        Predicate(
            id="prepare",
            title="Features without gaps",
            points=2,
            probe="prepare",
            test=check_prepared,
            hint="Choose the columns first, then fill each column's gaps with its own entry of `fill`.",
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
            hint="Prepare new hours exactly as the training rows were prepared: same columns, same medians.",
        ),
        Relative(
            id="forest",
            title="Random forest",
            points=3,
            probe="forest",
            metric=R2,
            truth=lambda drawn: drawn["rentals"],
            baseline=mean_of_the_hour,
            reference=FIGURES["r2"]["forest"]["mean"],
            slack=0.05,
            plot=plots.scatter("rentals"),
            hint="Is each row of features still beside its own number of rentals? Does the forest see all of them?",
        ),
        Predicate(
            id="estimates",
            title="An honest estimate",
            points=2,
            probe="scores",
            also=("linear", "forest"),
            test=check_estimates,
            hint="On which rows must a score be measured, so that it says something about new ones?",
        ),
    ),
)
