"""Figures with Matplotlib: what is in the learner's figures of new data, as the notebook's `describe` lists it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from apps.grading import ArtefactError, Finding, GradingSpec, Inputs, Predicate, ProbeCall, values

NAMES = ("tree", "forest", "linear", "neighbours", "network", "boosting", "baseline", "bayes")
COLUMNS = ("age", "fare", "height", "weight", "income", "rooms", "distance")
# Coordinates pass through float64 and Matplotlib's units unchanged; this is far below the distance of any two values.
CLOSE = {"rtol": 1e-6, "atol": 1e-9}


def inputs(rng: np.random.Generator) -> Inputs:
    """Losses whose best epochs differ; predictions that reach further than the truth; scores; columns."""
    epochs = np.arange(int(rng.integers(20, 40)))
    training = 2 * np.exp(-epochs / 6) + 0.3 - 0.002 * epochs + rng.normal(0, 0.0005, len(epochs))
    best = int(rng.integers(5, 14))
    validation = 0.8 + 0.01 * (epochs - best) ** 2 + rng.uniform(0, 0.004, len(epochs))
    truth = rng.uniform(10, 50, 60)
    predicted = truth + rng.normal(0, 4, 60)
    predicted[:2] = [rng.uniform(-20, -5), rng.uniform(70, 90)]
    count = int(rng.integers(4, 7))
    scores = 0.5 + 0.05 * rng.permutation(9)[:count] + rng.uniform(0, 0.01, count)
    scores[:2] = np.sort(scores[:2])  # never the best first to begin with
    chosen = rng.choice(COLUMNS, size=int(rng.integers(3, 5)), replace=False)
    sizes = rng.permutation([60, 110, 200, 330])[: len(chosen)]
    columns = {
        str(name): np.round(rng.gamma(3, 10, size), 3).tolist() for name, size in zip(chosen, sizes, strict=True)
    }
    return Inputs(
        given={"training": training, "validation": validation, "truth": truth, "predicted": predicted},
        values={
            "names": rng.choice(NAMES, size=count, replace=False).tolist(),
            "scores": scores.tolist(),
            "columns": columns,
            "bins": int(rng.integers(6, 10)),
        },
    )


def all_axes(value: Any, count: int) -> list[dict[str, Any]]:
    """The dicts of all axes of a figure. Raises ArtefactError where there are not `count` of them."""
    if not isinstance(value, list) or not all(isinstance(axes, dict) for axes in value):
        raise ArtefactError(f"`describe` should list the axes of a figure, but gave {values.describe(value)}.")
    if len(value) != count:
        raise ArtefactError(f"The figure has {len(value)} axes, {count} were expected.")
    return value


def artists(axes: dict[str, Any], kind: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(label, x, y) of the lines or points in an axes. Raises ArtefactError for anything else."""
    found = values.item(axes, kind)
    if not isinstance(found, list):
        raise ArtefactError("`describe` should list lines and points.")
    shown = []
    for artist in found[:50]:
        x, y = (values.array(values.item(artist, side), finite=False, what="An artist") for side in ("x", "y"))
        if x.shape != y.shape or x.ndim != 1:
            raise ArtefactError("An artist should have as many x as y.")
        shown.append((str(values.item(artist, "label")), x, y))
    return shown


def limits(axes: dict[str, Any], side: str) -> np.ndarray:
    """Lower and upper end of an axis, (2,)."""
    return values.array(values.item(axes, side), shape=(2,), what="The range of an axis")


def bars(axes: dict[str, Any]) -> np.ndarray:
    """Left edge, width, base and height of each bar from left to right, (n, 4)."""
    found = values.item(axes, "bars")
    if not isinstance(found, list) or not found:
        raise ArtefactError("There are no bars in the figure.")
    sides = values.array(found, shape=(None, 4), what="The list of bars")
    return sides[np.argsort(sides[:, 0], kind="stable")]


def words(axes: dict[str, Any], kind: str) -> list[str]:
    """Texts of a kind: one or a list."""
    found = values.item(axes, kind)
    return [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str)]


def same(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether two arrays agree in shape and values."""
    return x.shape == y.shape and np.allclose(x, y, **CLOSE)


def curve(value: Any, drawn: Inputs) -> Finding:
    """Both losses over 1, 2, 3 …"""
    lines = artists(all_axes(value, 1)[0], "lines")
    epochs = np.arange(1, len(drawn["training"]) + 1.0)
    heights = {name: [x for _, x, y in lines if same(y, drawn[name])] for name in ("training", "validation")}
    if missing := [name for name, found in heights.items() if not found]:
        return Finding.wrong(f"There is no line with the losses of {' and '.join(missing)}.")
    if not all(any(same(x, epochs) for x in found) for found in heights.values()):
        return Finding.wrong("Both losses are drawn, but not over the epochs counted from 1.")
    return Finding.right("Both losses are drawn over the epochs.")


def curve_words(value: Any, drawn: Inputs) -> Finding:
    """Names of the axes, and a legend that calls each line by its name."""
    axes = all_axes(value, 1)[0]
    lines, legend = artists(axes, "lines"), [text.strip().lower() for text in words(axes, "legend")]
    named = {"x": words(axes, "xlabel"), "y": words(axes, "ylabel")}
    for side, right in (("x", "epoch"), ("y", "loss")):
        if [text.strip().lower() for text in named[side]] != [right]:
            return Finding.wrong(f"The {side}-axis should be called {right}.")
    for name in ("training", "validation"):
        places = [place for place, (_, _, y) in enumerate(lines) if same(y, drawn[name])]
        # Without a label of its own, an artist has a name that begins with _ and the legend counts artists.
        labels = [lines[place][0].strip().lower() for place in places]
        labels += [legend[place] for place in places if labels[0].startswith("_") and place < len(legend)]
        if name not in labels or name not in legend:
            return Finding.wrong(f"The legend should call the line of the losses of {name} by this name.")
    return Finding.right("Axes and lines have their names.")


def best(value: Any, drawn: Inputs) -> Finding:
    """A vertical line at the epoch with the smallest validation loss."""
    epoch = int(np.argmin(drawn["validation"])) + 1
    upright = [x[0] for _, x, _ in artists(all_axes(value, 1)[0], "lines") if len(x) >= 2 and np.ptp(x) == 0]
    if not upright:
        return Finding.wrong("There is no vertical line.")
    if len(upright) > 1 or not np.isclose(upright[0], epoch):
        return Finding.wrong("The vertical line stands at another epoch.", {"vertical_lines": len(upright)})
    return Finding.right("The vertical line stands at the best epoch.")


def points(value: Any, drawn: Inputs) -> Finding:
    """A point for each row, in whatever order."""
    groups = artists(all_axes(value, 1)[0], "points")
    if not groups:
        return Finding.wrong("There are no points in the figure.")
    x, y = (np.concatenate([group[side] for group in groups]) for side in (1, 2))
    right = np.array(sorted(zip(drawn["truth"], drawn["predicted"], strict=True)))
    if same(np.array(sorted(zip(x, y, strict=True))), right):
        return Finding.right("Each row has its point.")
    if same(np.array(sorted(zip(y, x, strict=True))), right):
        return Finding.wrong("The true values go upwards and the predictions to the right; it should be the other way.")
    return Finding.wrong("The points are not those of the rows.", {"points": len(x), "rows": len(right)})


def frame(value: Any, drawn: Inputs) -> Finding:
    """Equal limits that hold everything, equal units, and the diagonal."""
    axes = all_axes(value, 1)[0]
    every = np.concatenate([drawn["truth"], drawn["predicted"]])
    across, up = limits(axes, "xlim"), limits(axes, "ylim")
    if not np.allclose(across, up, **CLOSE):
        return Finding.wrong("The two axes show different ranges.")
    if across[0] > every.min() or across[1] < every.max():
        return Finding.wrong("Some values lie outside the range that is shown.")
    if values.item(axes, "equal") is not True:
        return Finding.wrong("A unit is longer on one axis than on the other.")
    for _, x, y in artists(axes, "lines"):
        if (
            len(x) >= 2
            and np.allclose(x, y, **CLOSE)
            and x.min() <= every.min() + 1e-6
            and x.max() >= every.max() - 1e-6
        ):
            return Finding.right("The same range on both axes, and the diagonal through all of it.")
    return Finding.wrong("There is no diagonal from the smallest to the largest value.")


def sorted_bars(value: Any, drawn: Inputs) -> Finding:
    """Heights from the best to the worst, each with its name below."""
    axes = all_axes(value, 1)[0]
    found, scores = bars(axes), np.array(drawn["scores"])
    order = np.argsort(-scores)
    if not same(np.sort(found[:, 3]), np.sort(scores)):
        return Finding.wrong("The heights of the bars are not the scores.")
    if not same(found[:, 3], scores[order]):
        return Finding.wrong("The bars are not sorted with the highest score at the left.")
    ticks = [tick for tick in values.item(axes, "xticks") if isinstance(tick, list) and len(tick) == 2]
    for (left, width, _, _), place in zip(found, order, strict=True):
        below = [text for at, text in ticks if left - 1e-9 <= values.number(at) <= left + width + 1e-9 and text]
        if below != [drawn["names"][place]]:
            return Finding.wrong("Some bar has no name below it, or the name of another model.")
    return Finding.right("The best model comes first, and each bar has its name.")


def from_zero(value: Any, drawn: Inputs) -> Finding:
    """Bars and axis begin at 0."""
    axes = all_axes(value, 1)[0]
    if np.abs(bars(axes)[:, 2]).max() > 1e-9 or abs(limits(axes, "ylim")[0]) > 1e-9:
        return Finding.wrong("The y-axis or the bars don't begin at 0.")
    if limits(axes, "ylim")[1] < max(drawn["scores"]):
        return Finding.wrong("The highest bar is cut off.")
    return Finding.right("Bars and axis begin at 0.")


def panels(value: Any, drawn: Inputs) -> Finding:
    """One histogram per column with its title, its bins and its counts."""
    columns = drawn["columns"]
    for axes, (name, column) in zip(all_axes(value, len(columns)), columns.items(), strict=True):
        if [text.strip() for text in words(axes, "title")] != [name]:
            return Finding.wrong("Some title is not the name of its column, or they stand in another order.")
        counts, edges = np.histogram(column, bins=drawn["bins"])
        found = bars(axes)
        if len(found) != len(counts):
            return Finding.wrong(f"A histogram has {len(found)} bars; {len(counts)} bins were asked for.")
        middles = found[:, 0] + found[:, 1] / 2
        if not np.allclose(found[:, 3], counts) or not np.allclose(middles, (edges[:-1] + edges[1:]) / 2):
            return Finding.wrong("Some histogram shows other values than its column's.")
    return Finding.right("Each column has its histogram.")


def shared(value: Any, drawn: Inputs) -> Finding:
    """The same range of counts in all axes, and nothing cut off."""
    found = all_axes(value, len(drawn["columns"]))
    ranges = np.array([limits(axes, "ylim") for axes in found])
    if not np.allclose(ranges, ranges[0], **CLOSE):
        return Finding.wrong("The axes show different ranges of counts.")
    if ranges[0, 0] > 0 or ranges[0, 1] < max(bars(axes)[:, 3].max() for axes in found):
        return Finding.wrong("Some bars are cut off.")
    return Finding.right("All axes show the same range of counts.")


def check(
    name: str,
    title: str,
    points: float,
    probe: str,
    test: Callable[[Any, Inputs], Finding],
    hint: str,
    concept: str = "figure",
) -> Predicate:
    """All checks here look at one figure."""
    return Predicate(id=name, title=title, points=points, probe=probe, test=test, hint=hint, concept=concept)


SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="curve", target="described_curve", args=("$training", "$validation")),
        ProbeCall(id="predictions", target="described_predictions", args=("$truth", "$predicted")),
        ProbeCall(id="bars", target="described_bars", args=("$names", "$scores")),
        ProbeCall(id="histograms", target="described_histograms", args=("$columns", "$bins")),
    ),
    checks=(
        check(
            "curve",
            "Two losses over the epochs",
            2,
            "curve",
            curve,
            "Hand in both x and y to `plot`: the first epoch is 1.",
        ),
        check(
            "words",
            "Names for axes and lines",
            1,
            "curve",
            curve_words,
            "A legend shows the labels that the lines were given, and has to be asked for.",
        ),
        check(
            "best",
            "The best epoch",
            1,
            "curve",
            best,
            "Places count from 0, epochs from 1. Which of the two losses tells when to stop?",
            "overfitting",
        ),
        check(
            "points",
            "Predictions over true values",
            1,
            "predictions",
            points,
            "First what goes to the right, then what goes upwards.",
        ),
        check(
            "frame",
            "A range in which the diagonal means something",
            2,
            "predictions",
            frame,
            "Work out the smallest and the largest of all values, true and predicted, and use them for both axes.",
        ),
        check(
            "bars",
            "Models from the best to the worst",
            2,
            "bars",
            sorted_bars,
            "Sort names and scores by the same order.",
        ),
        check("from-zero", "Bars that begin at 0", 1, "bars", from_zero, "The length of a bar is its value."),
        check(
            "histograms",
            "A histogram for each column",
            2,
            "histograms",
            panels,
            "One axes per column, in order; its title is the column's name, and `bins` says how many bars.",
        ),
        check(
            "shared",
            "The same range of counts",
            1,
            "histograms",
            shared,
            "`plt.subplots` can be told that axes share a range. Which of the two ranges shows the counts?",
        ),
    ),
)
