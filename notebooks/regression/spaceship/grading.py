"""The competition: guided functions on passengers drawn anew, predictions against labels that never left this side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from apps.grading import (
    ACCURACY,
    ArtefactError,
    Competition,
    Finding,
    GradingSpec,
    Inputs,
    Predicate,
    ProbeCall,
    Relative,
    Table,
    stored,
    values,
)

from .data import FEATURES, SPENDINGS, draw

FIGURES = stored.figures(__file__)
REFERENCE = Path(__file__).parent / "reference"
LABELS: np.ndarray = np.load(REFERENCE / "test-labels.npy").astype(np.int64)
"""The true labels of data/test.csv, in its order, shape (rows,)."""
PUBLIC: np.ndarray = np.load(REFERENCE / "public-part.npy")
"""Which rows of data/test.csv the score is measured on that learners see at once; the others decide in the end."""

SCORE_CHECK, PREDICTIONS_PROBE = "public-score", "predictions"
GROUPS, MISSING = 400, 0.1
SLACK, ESTIMATE_TOLERANCE = 0.03, 0.06
HELD_OUT = (0.1, 0.4)
UNKNOWN = "unknown"


def decided(value: Any) -> np.ndarray:
    """What a learner's `predictions` hold: 0 or 1 for each row of the test table, shape (rows,).

    Raises ArtefactError, with a sentence for the learner, for anything else.
    """
    found = values.array(value, shape=LABELS.shape, what="`predictions`")
    if not np.isin(found, (0, 1)).all():
        raise ArtefactError("`predictions` should be True or False, or 1 or 0, for each passenger: nothing in between.")
    return found.astype(np.int64)


def public_score(value: Any) -> float:
    """Accuracy on the public part of the test rows: what the check `public-score` tells as `yours`."""
    return ACCURACY.function(LABELS[PUBLIC], decided(value)[PUBLIC])


def private_score(value: Any) -> float:
    """Accuracy on the private part of the test rows, 0 to 1. Not for learners' eyes before the competition has ended.

    `value` is what the probe `predictions` brought back: `read_artefact(folder, PREDICTIONS_PROBE).value`. Raises
    ArtefactError where it holds no entry (wrong length, gaps, probabilities); such a hand-in is no entry in public
    either.
    """
    return ACCURACY.function(LABELS[~PUBLIC], decided(value)[~PUBLIC])


def inputs(rng: np.random.Generator) -> Inputs:
    """Passengers in whole groups, rows shuffled, with more gaps than usual; odd amounts to fill in."""
    drawn = draw(rng, GROUPS, MISSING)
    order = rng.permutation(len(drawn.group))
    return Inputs(
        tables={"passengers": {name: drawn.columns[name][order] for name in FEATURES}},
        values={"typical": {name: round(float(rng.uniform(100, 900)), 2) for name in SPENDINGS}},
        hidden={"group": drawn.group[order]},
    )


def awake_or_asleep(drawn: Inputs) -> np.ndarray:
    """Whether each passenger sleeps: as recorded, else 0 for who spent something and 1 for who spent nothing."""
    passengers = drawn["passengers"]
    spent = sum(np.nan_to_num(passengers[name]) for name in SPENDINGS)
    return np.where(np.isnan(passengers["asleep"]), (spent == 0).astype(float), passengers["asleep"])


def cabins(drawn: Inputs) -> dict[str, np.ndarray]:
    """Deck, number and side, taken apart."""
    parts = [text.split("/") if text else [UNKNOWN, "nan", UNKNOWN] for text in drawn["passengers"]["cabin"].tolist()]
    deck, number, side = zip(*parts, strict=True)
    return {"deck": np.array(deck), "number": np.array(number, dtype=float), "side": np.array(side)}


def groups(drawn: Inputs) -> dict[str, np.ndarray]:
    """How large each passenger's group is, and what share of it sleeps, as far as is known (NaN: of nobody)."""
    group, asleep = drawn["group"], drawn["passengers"]["asleep"]
    known = np.bincount(group, ~np.isnan(asleep))
    sleepers = np.bincount(group, np.nan_to_num(asleep))
    share = np.divide(sleepers, known, out=np.full(len(known), np.nan), where=known > 0)
    return {"size": np.bincount(group)[group].astype(float), "asleep_share": share[group]}


def rows_of(drawn: Inputs) -> int:
    """How many passengers were drawn."""
    return len(drawn["group"])


def column(value: Any, name: str, function: str, drawn: Inputs, *, text: bool = False) -> np.ndarray:
    """One column of the DataFrame that a learner's function returned; NaN passes. Raises ArtefactError."""
    if not isinstance(value, Table):
        raise ArtefactError(f"`{function}` should return a DataFrame, but the result is {values.describe(value)}.")
    found = values.item(value, name, f"The table of `{function}`")
    return values.array(found, shape=(rows_of(drawn),), text=text, finite=False, what=f"The column `{name}`")


def same(found: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Entry by entry; a gap equals a gap, and numbers may be rounded as float32 does."""
    if right.dtype.kind == "U":
        return found == right
    with np.errstate(invalid="ignore"):
        return np.isclose(found, right, rtol=1e-5, atol=1e-5, equal_nan=True)


def check_sleep(value: Any, drawn: Inputs) -> Finding:
    """The column `asleep` of a filled table."""
    found = column(value, "asleep", "fill_gaps", drawn)
    right = same(found, awake_or_asleep(drawn))
    compared = {"right_share": round(float(right.mean()), 4)}
    if right.all():
        return Finding.right("Every passenger is awake or asleep, as the spendings tell.", compared)
    return Finding.wrong(f"Of {right.size} passengers, {int((~right).sum())} are not as they should be.", compared)


def check_spending(value: Any, drawn: Inputs) -> Finding:
    """The spendings of a filled table. Who sleeps is read off the same table: a slip there costs its own points."""
    asleep = column(value, "asleep", "fill_gaps", drawn) == 1
    compared = {}
    for name in SPENDINGS:
        amounts = drawn["passengers"][name]
        filled = np.where(np.isnan(amounts), np.where(asleep, 0.0, drawn["typical"][name]), amounts)
        compared[name] = round(float(same(column(value, name, "fill_gaps", drawn), filled).mean()), 4)
    wrong = [name for name, share in compared.items() if share < 1]
    if wrong:
        return Finding.wrong(f"Some amounts are not what they should be: {', '.join(wrong)}.", compared)
    return Finding.right("Every gap is filled as asked.", compared)


def check_columns(function: str, reference: Callable[[Inputs], dict[str, np.ndarray]]) -> Callable[..., Finding]:
    """The test of a function that returns a table: a share of the points for each of the reference's columns."""

    def test(value: Any, drawn: Inputs) -> Finding:
        right, wrong = [], []
        compared = {}
        for name, expected in reference(drawn).items():
            try:
                found = column(value, name, function, drawn, text=expected.dtype.kind == "U")
            except ArtefactError as error:
                if not isinstance(value, Table):
                    raise
                wrong.append(str(error))
                continue
            agree = same(found, expected)
            compared[name] = round(float(agree.mean()), 4)
            if agree.all():
                right.append(name)
            else:
                wrong.append(
                    f"{int((~agree).sum())} of the {agree.size} entries of `{name}` are not what they should be."
                )
        share = len(right) / (len(right) + len(wrong))
        return Finding(share, " ".join(wrong) or "Every column is as it should be.", compared)

    return test


def check_held_out(value: Any, drawn: Inputs) -> Finding:
    """A mask that leaves every group on one side."""
    mask = values.array(value, shape=(rows_of(drawn),), what="What `hold_out` gives")
    if not np.isin(mask, (0, 1)).all():
        raise ArtefactError("`hold_out` should give True or False for each passenger.")
    share, group = float(mask.mean()), drawn["group"]
    inside = np.bincount(group, mask)
    torn = int(((inside > 0) & (inside < np.bincount(group))).sum())
    compared = {"held_out_share": round(share, 4), "groups_torn_apart": torn}
    if torn:
        return Finding.wrong(f"{torn} groups have passengers on both sides.", compared)
    if not HELD_OUT[0] <= share <= HELD_OUT[1]:
        return Finding.wrong(f"{share:.0%} of the passengers are held out; a quarter was asked for.", compared)
    return Finding.right(f"{share:.0%} of the passengers are held out, and no group is torn apart.", compared)


def check_estimate(found: Any, drawn: Inputs) -> Finding:
    """What the learner expects, against the public score; only for entries that beat the rule, whose score is known."""
    told = values.number(found[0], what="`estimate`")
    truly = public_score(found[1])
    if not 0 <= told <= 1:
        raise ArtefactError("`estimate` should be a share of right answers between 0 and 1.")
    compared = {"told": float(f"{told:.4g}"), "public_score": float(f"{truly:.4g}")}
    if truly <= FIGURES["accuracy"]["rule"]["public"]:
        text = "These predictions are no better than the rule of the first entry: an estimate counts from there on."
        return Finding.wrong(text, compared)
    if abs(told - truly) > ESTIMATE_TOLERANCE:
        text = (
            f"You expected {told:.1%}, on the public part it is {truly:.1%}: off by more than {ESTIMATE_TOLERANCE:.0%}."
        )
        return Finding.wrong(text, compared)
    return Finding.right("Your estimate holds on passengers whose fate you couldn't know.", compared)


# Margins, from reference/figures.json. The score is measured between the rule of the first entry and the strong
# reference, both on the very same public rows. All points are given from SLACK below the strong reference on: with
# each of 200 random states the notebook's forest was above that, so were boosting and each of 20 networks of
# fastai's. An estimate from held-out groups (some 1200 rows) differs from the public score by about 0.012 from split
# to split; no split of 200 was off by more than 0.04, and ESTIMATE_TOLERANCE leaves half as much again. On the rows
# that it was fitted to, the forest scores over 0.1 too high.
# Coin tosses for each of 400 groups hold out a share that deviates by 0.03 from a quarter: HELD_OUT leaves five of
# these.
# Formulas on drawn tables are exact, and each gap that a check is about occurs in at least ten rows of each of 200
# draws (six for an amount of somebody who was found to sleep). The reference passed in each of these, and each
# mistake in a function lost just the points that its mutant says.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="fill", target="fill_gaps", args=("$passengers", "$typical")),
        ProbeCall(id="cabin", target="split_cabin", args=("$passengers",)),
        ProbeCall(id="groups", target="group_features", args=("$passengers",)),
        ProbeCall(id="hold-out", target="hold_out", args=("$passengers",)),
        ProbeCall(id="estimate", target="estimate", call=False),
        ProbeCall(id=PREDICTIONS_PROBE, target="predictions", call=False),
    ),
    checks=(
        Predicate(
            id="sleep",
            title="Who sleeps, where nobody wrote it down",
            points=1,
            probe="fill",
            test=check_sleep,
            concept="missing-values",
            hint="Decide it by the amounts that are known, before you fill any of them. Does what was recorded stay?",
        ),
        Predicate(
            id="spending",
            title="Amounts without gaps",
            points=1,
            probe="fill",
            test=check_spending,
            concept="missing-values",
            hint="A gap of somebody asleep is 0, one of somebody awake is that thing's entry of `typical`.",
        ),
        Predicate(
            id="cabin",
            title="Deck, number and side",
            points=3,
            probe="cabin",
            test=check_columns("split_cabin", cabins),
            concept="feature",
            hint="Rows in the order they came in; the number is a number. What becomes of an empty text?",
        ),
        Predicate(
            id="groups",
            title="Groups",
            points=2,
            probe="groups",
            test=check_columns("group_features", groups),
            concept="feature-engineering",
            hint="One row per passenger, in the order they came in, and every row of a group has the same. Does a gap "
            "count as awake?",
        ),
        Predicate(
            id="hold-out",
            title="Whole groups are held out",
            points=1,
            probe="hold-out",
            test=check_held_out,
            concept="train-test-split",
            hint="Choose among the groups, then mark all passengers of the chosen ones.",
        ),
        Predicate(
            id="estimate",
            title="An honest estimate",
            points=1,
            probe="estimate",
            also=(PREDICTIONS_PROBE,),
            test=check_estimate,
            concept="evaluation-metric",
            hint="On which passengers must a model be measured, so that the figure says something about others?",
        ),
        Relative(
            id=SCORE_CHECK,
            title="Score on the public part of the test passengers",
            points=5,
            probe=PREDICTIONS_PROBE,
            metric=ACCURACY,
            truth=lambda drawn: LABELS[PUBLIC],
            baseline=FIGURES["accuracy"]["rule"]["public"],
            reference=FIGURES["accuracy"]["strong"]["public"],
            slack=SLACK,
            shape=LABELS.shape,
            convert=lambda found: decided(found)[PUBLIC],
            concept="feature-engineering",
            hint="Is there one answer per row of `test`, in its order? Then look at the columns before you look for a "
            "larger model: what do the groups, the cabins and the single amounts say?",
        ),
    ),
    competition=Competition(probe=PREDICTIONS_PROBE, metric=ACCURACY, public=public_score, private=private_score),
)
