"""Decision tree from scratch: splits and trees on fresh random data, judged by what they reach, however ties fall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, values

SHALLOW, DEEP = 3, 6
ROWS, FEATURES = 40, 4
# Most nodes that a tree of our data can have is 2 · ROWS - 1.
MOST_NODES = 2 * ROWS
# Of an impurity: sums in another order differ by 1e-15, two different splits of 40 rows by more than 1e-6.
EQUAL = 1e-9


@dataclass(frozen=True)
class Part:
    """A leaf or a node of a learner's tree: the rows that arrive there, how deep it lies, and what it says."""

    rows: np.ndarray
    depth: int
    label: float | None = None
    left: np.ndarray | None = None


def gini(y: np.ndarray) -> float:
    """1 - Σ p², of labels of shape (n,)."""
    shares = np.unique(y, return_counts=True)[1] / len(y)
    return float(1 - np.sum(shares**2))


def impurity(y: np.ndarray, left: np.ndarray) -> float:
    """What remains after a split into left and not left, shape (n,), weighted by rows; an empty side counts nothing."""
    return float(sum(side.mean() * gini(y[side]) for side in (left, ~left) if side.any()))


def all_splits(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of each split that separates rows: its feature, its threshold, its impurity, and that without weights.

    Sorted by the feature, the counts of each class on the left are sums of the rows so far.
    """
    classes = np.unique(y)
    found: list[tuple[np.ndarray, ...]] = []
    for feature, column in enumerate(X.T):
        order = np.argsort(column)
        counts = np.cumsum(y[order][:, None] == classes, axis=0)
        left, right = counts[:-1], counts[-1] - counts[:-1]
        sizes = left.sum(axis=1), right.sum(axis=1)
        g_left, g_right = (1 - ((c / n[:, None]) ** 2).sum(axis=1) for c, n in zip((left, right), sizes, strict=True))
        weighted = (sizes[0] * g_left + sizes[1] * g_right) / len(y)
        between = np.diff(column[order]) > 0
        thresholds, unweighted = column[order][:-1], (g_left + g_right) / 2
        found.append(
            tuple(part[between] for part in (np.full(len(thresholds), feature), thresholds, weighted, unweighted))
        )
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def lowest(X: np.ndarray, y: np.ndarray) -> float:
    """The lowest impurity that any single split reaches; infinity where no split separates."""
    return float(all_splits(X, y)[2].min(initial=np.inf))


def full_depth(X: np.ndarray, y: np.ndarray) -> int:
    """How many questions in a row a tree without a limit asks about these rows."""
    if len(set(y.tolist())) == 1:
        return 0
    features, thresholds, weighted, _ = all_splits(X, y)
    best = weighted.argmin()
    left = X[:, features[best]] <= thresholds[best]
    return 1 + max(full_depth(X[left], y[left]), full_depth(X[~left], y[~left]))


def _table(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose class depends on columns 1 and 3, a quarter of the labels random; column 2 has many ties."""
    X = rng.normal(size=(ROWS, FEATURES))
    X[:, 2] = rng.integers(0, 4, ROWS)
    y = np.where(X[:, 1] > rng.normal(0, 0.3), 0, np.where(X[:, 3] > rng.normal(0, 0.3), 1, 2))
    return X, np.where(rng.random(ROWS) < 1 / 4, rng.integers(0, 3, ROWS), y)


def _instructive(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A table on which mistakes show: its best split is not in column 0, and differs from the best unweighted one.

    A tree without a limit is deeper than SHALLOW, yet not so deep that its nested dicts can't be handed in.
    """
    while True:
        X, y = _table(rng)
        features, _, weighted, unweighted = all_splits(X, y)
        best, looks_best = (reached < reached.min() + 1e-6 for reached in (weighted, unweighted))
        shows = (features[best] != 0).all() and not (best & looks_best).any()
        if shows and SHALLOW + 1 < full_depth(X, y) < 9:
            return X, y


def _any_tree(rng: np.random.Generator, depth: int) -> dict[str, Any]:
    """A tree that no data stand behind, as JSON; the way always on the left has full depth."""
    if depth == 0:
        return {"label": int(rng.integers(0, 50))}
    return {
        "feature": int(rng.integers(0, FEATURES)),
        "threshold": round(float(rng.normal(0, 0.7)), 3),
        "left": _any_tree(rng, depth - 1),
        "right": _any_tree(rng, depth - 1 if rng.random() < 0.6 else 0),
    }


def inputs(rng: np.random.Generator) -> Inputs:
    """Labels, a column with a threshold that is one of its values, two tables, rows all alike, and a tree."""
    names = rng.choice(40, size=3, replace=False) * 3 + 1  # no two of them next to each other, nor their means
    x = rng.integers(0, 12, 50).astype(float)
    X, y = _instructive(rng)
    X_deep, y_deep = _instructive(rng)
    return Inputs(
        given={
            "labels": rng.choice(names, size=40, p=rng.dirichlet([4, 4, 4])),
            "x": x,
            "kinds": np.where(rng.random(50) < 0.3, rng.integers(0, 3, 50), (x > 5).astype(int)),
            "X": X,
            "y": names[y],
            "X_deep": X_deep,
            "y_deep": names[y_deep],
            "alike": np.tile(rng.normal(size=3), (8, 1)),
            "alike_labels": rng.permutation(np.repeat(names[:2], 4)),
            "X_any": rng.normal(size=(200, FEATURES)),
        },
        values={"threshold": float(np.sort(x)[25]), "any_tree": _any_tree(rng, 4)},
    )


def parts_of(tree: Any, X: np.ndarray, what: str) -> Iterator[Part]:
    """All leaves and nodes of a learner's tree, with the rows of X that arrive there. Raises ArtefactError."""
    waiting, count = [(tree, np.arange(len(X)), 0)], 0
    while waiting:
        node, rows, depth = waiting.pop()
        count += 1
        if count > MOST_NODES:
            raise ArtefactError(f"{what} has more leaves than there are rows.")
        if not isinstance(node, dict):
            raise ArtefactError(f"{what} should consist of dicts, but one part of it is {values.describe(node)}.")
        if "label" in node:
            yield Part(rows, depth, label=values.number(node["label"], f"A label of {what[0].lower()}{what[1:]}"))
            continue
        feature, threshold, left, right = (
            values.item(node, name, "A node") for name in ("feature", "threshold", "left", "right")
        )
        column = _column(feature, X)
        goes_left = column[rows] <= values.number(threshold, "A threshold")
        yield Part(rows, depth, left=goes_left)
        waiting += [(left, rows[goes_left], depth + 1), (right, rows[~goes_left], depth + 1)]


def _column(feature: Any, X: np.ndarray) -> np.ndarray:
    number = values.number(feature, "A feature")
    if number not in range(X.shape[1]):
        raise ArtefactError(f"A feature is a column number from 0 to {X.shape[1] - 1}.")
    return X[:, int(number)]


def check_best(value: Any, drawn: Inputs) -> Finding:
    """The split reaches the lowest impurity there is: which feature and which threshold that does, is left open."""
    X, y = drawn["X"], drawn["y"]
    feature, threshold = values.several(value, 2)
    left = _column(feature, X) <= values.number(threshold, "The threshold")
    if left.all() or not left.any():
        return Finding.wrong("The split sends all rows to the same side.")
    reached, best = impurity(y, left), lowest(X, y)
    compared = {"yours": round(reached, 4), "of_all_rows": round(gini(y), 4)}
    if reached > best + EQUAL:
        return Finding.wrong(f"Your split leaves the impurity {reached:.4f}; there is a better one.", compared)
    return Finding.right(f"No split leaves less than your {reached:.4f}.", compared)


def check_nothing(found: Any, drawn: Inputs) -> Finding:
    """None for rows that can't be separated; but a function that always returns None says nothing with it."""
    value, elsewhere = found
    if elsewhere is None:
        return Finding.wrong("You return None even where there is something to split.")
    if value is None:
        return Finding.right("There is nothing to split, and you say so.")
    return Finding.wrong(f"No split can separate rows that are all alike: None is right, not {values.describe(value)}.")


Judge = Callable[[list[Part], np.ndarray, np.ndarray, int], str]
"""What is wrong with a tree for X and y of a certain most depth; an empty text if nothing is."""


def of_trees(judge: Judge) -> Callable[[Any, Inputs], Finding]:
    """The test of both grown trees."""

    def test(found: Any, drawn: Inputs) -> Finding:
        grown = (
            (found[0], drawn["X"], drawn["y"], SHALLOW),
            (found[1], drawn["X_deep"], drawn["y_deep"], DEEP),
        )
        compared = {}
        for tree, X, y, depth in grown:
            parts = list(parts_of(tree, X, "The tree"))
            leaves = sum(part.left is None for part in parts)
            compared[f"max_depth {depth}"] = {"leaves": leaves, "depth": max(part.depth for part in parts)}
            wrong = judge(parts, X, y, depth) if leaves > 1 else "The tree is a single leaf: it asks no question."
            if wrong:
                return Finding.wrong(f"{wrong} (Seen with max_depth={depth}.)", compared)
        return Finding.right("So it is, in every part of the tree.", compared)

    return test


def best_everywhere(parts: list[Part], X: np.ndarray, y: np.ndarray, depth: int) -> str:
    """Each node's split is a best one of the rows that arrive there."""
    nodes = [part for part in parts if part.left is not None]
    worse = sum(
        not len(part.rows) or impurity(y[part.rows], part.left) > lowest(X[part.rows], y[part.rows]) + EQUAL
        for part in nodes
    )
    return f"At {worse} of {len(nodes)} nodes there is a better split for the rows that arrive there." if worse else ""


def stops_in_time(parts: list[Part], X: np.ndarray, y: np.ndarray, depth: int) -> str:
    """Not too late: no node at the full depth or of pure rows. Not too early: no mixed leaf that could be split.

    A leaf whose best split would lower nothing is let pass: some stop there.
    """
    deepest = max(part.depth for part in parts)
    if deepest > depth:
        return f"Some way down asks {deepest} questions, where {depth} are allowed."
    for part in parts:
        here = y[part.rows]
        if not len(here):
            return "To some part of the tree no rows come at all."
        if part.left is not None and len(set(here.tolist())) == 1:
            return "Pure rows are still being split."
        if part.left is None and part.depth < depth and lowest(X[part.rows], here) < gini(here) - EQUAL:
            return f"A mixed leaf lies at depth {part.depth}, although it could be split further."
    return ""


def most_frequent(parts: list[Part], X: np.ndarray, y: np.ndarray, depth: int) -> str:
    """Each leaf says a most frequent label of its rows; a leaf without rows can't be wrong."""
    leaves = [part for part in parts if part.left is None and len(part.rows)]
    wrong = 0
    for part in leaves:
        labels, counts = np.unique(y[part.rows], return_counts=True)
        wrong += part.label not in labels[counts == counts.max()]
    return f"{wrong} of {len(leaves)} leaves don't say the most frequent label of their rows." if wrong else ""


def follow(drawn: Inputs) -> np.ndarray:
    """The labels that the drawn tree gives to its rows."""

    def label(node: dict[str, Any], row: np.ndarray) -> int:
        while "label" not in node:
            node = node["left" if row[node["feature"]] <= node["threshold"] else "right"]
        return node["label"]

    return np.array([label(drawn["any_tree"], row) for row in drawn["X_any"]])


# Nothing here is left to chance: a right answer is right on every draw. Impurities of different splits of at most 40
# rows differ by far more than 1e-9 or not at all; thresholds are never compared, only the rows that they separate.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="gini", target="gini", args=("$labels",)),
        ProbeCall(id="split", target="split_impurity", args=("$x", "$kinds", "$threshold")),
        ProbeCall(id="best", target="best_split", args=("$X", "$y")),
        ProbeCall(id="alike", target="best_split", args=("$alike", "$alike_labels")),
        ProbeCall(id="shallow", target="grow", args=("$X", "$y"), kwargs={"max_depth": SHALLOW}),
        ProbeCall(id="deep", target="grow", args=("$X_deep", "$y_deep"), kwargs={"max_depth": DEEP}, timeout_s=15),
        ProbeCall(id="predict", target="predict", args=("$any_tree", "$X_any")),
    ),
    checks=(
        Close(
            id="impurity",
            title="Gini impurity",
            points=1,
            probe="gini",
            concept="impurity",
            reveal=True,
            reference=lambda drawn: gini(drawn["labels"]),
            hint="The shares of a group sum to 1. Square each of them; labels may be any whole numbers.",
        ),
        Close(
            id="split",
            title="Weighted impurity of a split",
            points=1,
            probe="split",
            concept="impurity",
            reveal=True,
            reference=lambda drawn: impurity(drawn["kinds"], drawn["x"] <= drawn["threshold"]),
            hint="How many rows has each side? And to which side does a row at the threshold itself go?",
        ),
        Predicate(
            id="best-split",
            title="The best split",
            points=2,
            probe="best",
            concept="decision-tree",
            test=check_best,
            hint="Every feature, and every threshold between two neighbouring values. If the weighted impurity fails "
            "too, mend that first.",
        ),
        Predicate(
            id="nothing-to-split",
            title="Rows that are all alike",
            points=1,
            probe="alike",
            also=("best",),
            concept="decision-tree",
            test=check_nothing,
            hint="If a column has one value only, there is no threshold to try. What does your function return then?",
        ),
        Predicate(
            id="greedy",
            title="Each question of the tree is a best one",
            points=2,
            probe="shallow",
            also=("deep",),
            concept="decision-tree",
            test=of_trees(best_everywhere),
            hint="If the best split fails too, mend that first. Do rows and labels of one side stay together?",
        ),
        Predicate(
            id="stops",
            title="The tree stops in time, and not before",
            points=2,
            probe="shallow",
            also=("deep",),
            concept="overfitting",
            test=of_trees(stops_in_time),
            hint="Three reasons to stop: pure rows, no question left, no split that separates. How many questions "
            "remain for the trees below a node?",
        ),
        Predicate(
            id="leaves",
            title="Leaves say the most frequent label",
            points=1,
            probe="shallow",
            also=("deep",),
            concept="decision-tree",
            test=of_trees(most_frequent),
            hint="Count the labels of the rows in the leaf. A label is a name: it can't be averaged.",
        ),
        Close(
            id="predict",
            title="From the top to a leaf",
            points=2,
            probe="predict",
            concept="decision-boundary",
            reference=follow,
            hint="Each row finds its own way. A way may ask any number of questions before it ends.",
        ),
    ),
)
