"""NumPy without loops: each function against our own, on fresh arrays; one of them is too large for loops in Python."""

from typing import Any

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, pictures, values

SIDE, LOOKED_AT = 3000, 200


def draw_pairs(rng: np.random.Generator) -> list[list[list[int]]]:
    """Eight pairs of shapes in random order of the two: five that fit, three that don't."""
    a, b, c, d = (int(side) for side in rng.choice(np.arange(2, 10), size=4, replace=False))
    pairs = [
        [[a, b], [b]],
        [[a, 1, c], [b, 1]],
        [[], [a, b]],
        [[d, 1, b, 1], [a, 1, c]],
        [[a, b, c, d], [1, c, 1]],
        [[a, b], [a]],  # fits only if aligned at the first axis
        [[a, b, c], [a, d, c]],
        [[c, d], [1, b, a, d]],
    ]
    return [pair[::-1] if rng.random() < 0.5 else pair for pair in pairs]


def inputs(rng: np.random.Generator) -> Inputs:
    """Shapes; a square table with a constant row; labels without the last class; points, one of them in both sets."""
    side, classes = int(rng.integers(20, 40)), int(rng.integers(6, 12))
    table = rng.normal(rng.uniform(-5, 5, (side, 1)), rng.uniform(0.5, 20, (side, 1)), size=(side, side))
    table[rng.integers(side)] = 3.0  # exactly constant, and its mean is exact in floating point
    A, B = rng.normal(size=(30, 5)), rng.normal(size=(20, 5))
    A[rng.integers(30)] = B[rng.integers(20)]
    return Inputs(
        given={
            "table": table,
            "labels": rng.integers(0, classes - 1, 50),
            "capitals": rng.uniform(100, 1000, 4),
            "rates": rng.uniform(0, 0.1, 5),
            "years": rng.choice(np.arange(1, 30), size=6, replace=False),
            "A": A,
            "B": B,
            "many": rng.normal(size=(SIDE, 3)),
            "others": rng.normal(size=(SIDE, 3)),
        },
        values={"pairs": draw_pairs(rng), "classes": classes},
        hidden={"looked_at": rng.choice(SIDE, size=LOOKED_AT, replace=False)},
    )


def shape_of(first: list[int], second: list[int]) -> tuple[int, ...] | None:
    """NumPy's own answer; None where two shapes don't fit."""
    try:
        return np.broadcast_shapes(tuple(first), tuple(second))
    except ValueError:
        return None


def shapes(value: Any, drawn: Inputs) -> Finding:
    """How many of the pairs got the right shape, or None."""
    pairs = drawn["pairs"]
    if not isinstance(value, list | tuple) or len(value) != len(pairs):
        raise ArtefactError(f"`all_shapes` should give one entry per pair, but gave {values.describe(value)}.")
    fitting, others = [], []
    for found, (first, second) in zip(value, pairs, strict=True):
        right = shape_of(first, second)
        if right is None:
            others.append(found is None)
        elif isinstance(found, list | tuple | np.ndarray) and np.shape(found) == (len(right),):
            fitting.append(tuple(values.array(found, what="A shape").tolist()) == right)
        else:
            fitting.append(False)
    compared = {"fitting_right": sum(fitting), "not_fitting_right": sum(others)}
    if all(fitting) and all(others):
        return Finding.right("You know which shapes fit, and what comes out.", compared)
    text = f"Of {len(fitting)} pairs that fit, {sum(fitting)} got the right shape; of {len(others)} that don't fit, "
    return Finding.wrong(f"{text}{sum(others)} got None.", compared)


def rows(drawn: Inputs) -> np.ndarray:
    """Each row with mean 0 and deviation 1, a constant one all zeros."""
    table = drawn["table"]
    deviation = table.std(axis=1, keepdims=True)
    return (table - table.mean(axis=1, keepdims=True)) / np.where(deviation == 0, 1, deviation)


def one_hot(drawn: Inputs) -> np.ndarray:
    """Rows of the unit matrix."""
    return np.eye(drawn["classes"])[drawn["labels"]]


def savings(drawn: Inputs) -> np.ndarray:
    """c (1 + r)^t with an axis for each, (4, 5, 6)."""
    return np.einsum("i,jk->ijk", drawn["capitals"], (1 + drawn["rates"][:, None]) ** drawn["years"])


def distances(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Euclidean distances (n, m)."""
    return np.sqrt(sum((A[:, None, k] - B[None, :, k]) ** 2 for k in range(A.shape[1])))


def nearest(value: Any, drawn: Inputs) -> Finding:
    """Row numbers of points as near as the nearest, for some of the many, chosen for this run."""
    found = values.array(value, shape=(SIDE,))
    if (found != np.round(found)).any() or found.min() < 0 or found.max() >= SIDE:
        return Finding.wrong(f"Each entry should be a row of B: a whole number from 0 to {SIDE - 1}.")
    chosen = drawn["looked_at"]
    D = distances(drawn["many"][chosen], drawn["others"])
    mine = D[np.arange(LOOKED_AT), found[chosen].astype(int)]
    right = mine <= D.min(axis=1) + 1e-6
    compared = {"looked_at": LOOKED_AT, "right": int(right.sum())}
    if right.all():
        return Finding.right("Each point found its nearest neighbour, and in time.", compared)
    return Finding.wrong(f"{right.sum()} of {LOOKED_AT} points that were looked at found their nearest.", compared)


# Tolerances. Everything is computed in double precision, where other orders of summation differ by about 1e-13. 1e-5
# for the distances also leaves room for multiplying the square out, which is off by 1e-7 for a point and itself. For 9
# million pairs arrays take less than a second (five on a very busy machine), loops over NumPy's numbers half a minute:
# twelve seconds leave room on both sides.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="shapes", target="all_shapes", args=("$pairs",)),
        ProbeCall(id="rows", target="standardise_rows", args=("$table",)),
        ProbeCall(id="one-hot", target="one_hot", args=("$labels", "$classes")),
        ProbeCall(id="savings", target="savings", args=("$capitals", "$rates", "$years")),
        ProbeCall(id="distances", target="distances", args=("$A", "$B")),
        ProbeCall(id="nearest", target="nearest", args=("$many", "$others"), timeout_s=12),
    ),
    checks=(
        Predicate(
            id="shapes",
            title="Which shapes fit, and what comes out",
            points=2,
            probe="shapes",
            concept="broadcasting",
            test=shapes,
            hint="Begin at the last axis of both. Lengths fit if they are equal or if one of them is 1, not otherwise.",
        ),
        Close(
            id="rows",
            title="Rows on a scale of their own",
            points=2,
            probe="rows",
            concept="broadcasting",
            reveal=True,
            plot=pictures.beside(),
            reference=rows,
            hint="The table is square: does each row lose its own mean? And what about a row of equal numbers?",
        ),
        Close(
            id="one-hot",
            title="One-hot vectors",
            points=1,
            probe="one-hot",
            concept="vectorisation",
            reveal=True,
            plot=pictures.beside(0, 1),
            reference=one_hot,
            hint="The number of columns is that of the classes, whether each of them occurs or not.",
        ),
        Close(
            id="savings",
            title="A table with three axes",
            points=2,
            probe="savings",
            concept="broadcasting",
            reveal=True,
            reference=savings,
            hint="Which of the three inputs varies along which axis?",
        ),
        Close(
            id="distances",
            title="All distances between two sets of points",
            points=2,
            probe="distances",
            concept="broadcasting",
            reveal=True,
            plot=pictures.beside(),
            reference=lambda drawn: distances(drawn["A"], drawn["B"]),
            rtol=1e-6,
            atol=1e-5,
            hint="Differences, squares, their sum over the coordinates, the root. One point is in both sets.",
        ),
        Predicate(
            id="nearest",
            title="Nearest neighbours among 9 million pairs",
            points=2,
            probe="nearest",
            concept="vectorisation",
            test=nearest,
            hint="If the distances fail too, start with them. Smallest over which axis? Is there a loop over pairs?",
        ),
    ),
)
