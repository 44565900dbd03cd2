"""The chain rule: random calculations, run by the learner's Values and differentiated here in the other direction."""

import math

import numpy as np

from apps.grading import Close, GradingSpec, Inputs, ProbeCall

Calculation = list  # [steps, numbers], as JSON: see OPERATIONS in the notebook
TREES, REUSES, DOUBLINGS = 8, 8, 40
RATE, STEPS, ROWS, COLUMNS = 0.2, 25, 10, 3
# Added to results at the end. It changes no derivative, but drowns every finite difference: rounding alone makes one
# with a step of 0.01 wrong by 1e-8.
FAR = 1e6


def signed(rng: np.random.Generator, low: float, high: float, count: int) -> list[float]:
    """Numbers of either sign, with sizes between low and high."""
    return (rng.uniform(low, high, count) * rng.choice([-1, 1], count)).tolist()


def tree(rng: np.random.Generator) -> Calculation:
    """Five inputs and all in-between results are used once each: sums, products, and a plain number as factor."""
    steps, waiting = [["scale", int(rng.integers(5)), float(rng.uniform(1.2, 2))]], list(range(5))
    waiting[steps[0][1]] = 5
    kinds = rng.permutation(["add", "add", "multiply", "multiply"]).tolist()
    for place, kind in enumerate(kinds):
        first, second = (waiting.pop(int(rng.integers(len(waiting)))) for _ in range(2))
        steps.append([kind, first, second])
        waiting.append(6 + place)
    return [steps, signed(rng, 0.5, 1.5, 5)]


def reuse(rng: np.random.Generator) -> Calculation:
    """Two inputs; a square, then each step combines the last result with any earlier one, which is so used again."""
    steps = [["multiply", 0, 0], ["add", 1, 2], ["multiply", 2, 3]]
    for last in range(4, 8):
        parts = [last, int(rng.integers(last))]
        steps.append([("add", "multiply")[last % 2], *(parts if rng.random() < 0.5 else parts[::-1])])
    steps.append(["shift", 8, FAR])
    return [steps, signed(rng, 0.5, 1.1, 2)]


def doublings(rng: np.random.Generator) -> Calculation:
    """One input, then r + c · r again and again: two paths a step, 2 ** DOUBLINGS in all, and a slope of Π (1 + c)."""
    steps = []
    for number in rng.uniform(0.1, 0.3, DOUBLINGS) * rng.choice([-1, 1], DOUBLINGS):
        last = len(steps)
        steps += [["scale", last, float(number)], ["add", last, last + 1]]
    return [steps, signed(rng, 0.5, 1.5, 1)]


def inputs(rng: np.random.Generator) -> Inputs:
    """Calculations of each kind, and a problem for a neuron."""
    exponents = [2, 3, -1, -2, 0.5, float(rng.uniform(1.2, 2.8))]
    return Inputs(
        values={
            "trees": [tree(rng) for _ in range(TREES)],
            "reuses": [reuse(rng) for _ in range(REUSES)],
            "doublings": [doublings(rng)],
            "powers": [[[["power", 0, n], ["shift", 1, FAR]], [float(rng.uniform(0.6, 2.5))]] for n in exponents],
            "exps": [[[["exp", 0], ["shift", 1, FAR]], [x]] for x in signed(rng, 0.3, 2, 5)],
            "tanhs": [[[["tanh", 0], ["shift", 1, FAR]], [x]] for x in signed(rng, 0.3, 1.5, 5)],
            "rows": rng.normal(size=(ROWS, COLUMNS)).tolist(),
            "targets": rng.uniform(-0.9, 0.9, ROWS).tolist(),
            "weights": signed(rng, 0.3, 1, COLUMNS),
            "bias": signed(rng, 0.3, 1, 1)[0],
        }
    )


def forward_mode(calculations: list[Calculation]) -> np.ndarray:
    """Per calculation the result and its slopes, shape (calculations, 1 + inputs).

    The chain rule from the inputs on (Baydin et al. 2018, section 3.1): each result is an array of its value and its
    slopes with respect to all inputs.
    """
    found = []
    for steps, numbers in calculations:
        known = [np.concatenate([[x], np.eye(len(numbers))[place]]) for place, x in enumerate(numbers)]
        known.extend(np.zeros(0) for _ in steps)
        for place, (name, first, *rest) in enumerate(steps, start=len(numbers)):
            a = known[first]
            if name == "add":
                known[place] = a + known[rest[0]]
                continue
            if name == "multiply":
                b = known[rest[0]]
                known[place] = np.concatenate([[a[0] * b[0]], a[1:] * b[0] + a[0] * b[1:]])
                continue
            value, slope = {
                "scale": lambda x, c: (c * x, c),
                "shift": lambda x, c: (x + c, 1.0),
                "power": lambda x, n: (x**n, n * x ** (n - 1)),
                "exp": lambda x: (math.exp(x), math.exp(x)),
                "tanh": lambda x: (math.tanh(x), 1 / math.cosh(x) ** 2),
            }[name](float(a[0]), *rest)
            known[place] = np.concatenate([[value], slope * a[1:]])
        found.append(known[-1])
    return np.array(found)


def trained(drawn: Inputs) -> tuple[np.ndarray, float, np.ndarray]:
    """Weights, bias and losses of gradient descent on the mean squared error of tanh(Xw + b)."""
    X, targets = np.array(drawn["rows"]), np.array(drawn["targets"])
    w, b, losses = np.array(drawn["weights"]), drawn["bias"], []
    for _ in range(STEPS):
        output = np.tanh(X @ w + b)
        losses.append(np.mean((output - targets) ** 2))
        slopes = 2 * (output - targets) * (1 - output**2) / ROWS
        w, b = w - RATE * X.T @ slopes, b - RATE * slopes.sum()
    return w, float(b), np.array(losses)


# Tolerances. All is computed in double precision by a few dozen operations: two right answers differ by some 1e-15 of
# the numbers on the way (in 1000 draws, this file and the reference by less than a thousandth of what is allowed). The
# rest leaves room for any order of summation, and none for finite differences in place of the chain rule.
EXACT = {"rtol": 1e-10, "atol": 1e-12}
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="values", target="run_values", args=("$trees",)),
        ProbeCall(id="trees", target="run_gradients", args=("$trees",)),
        ProbeCall(id="reuse", target="run_gradients", args=("$reuses",)),
        # 121 values: a thousandth of a second. Whoever follows every path needs days.
        ProbeCall(id="doublings", target="run_gradients", args=("$doublings",), timeout_s=3),
        ProbeCall(id="power", target="run_gradients", args=("$powers",)),
        ProbeCall(id="exp", target="run_gradients", args=("$exps",)),
        ProbeCall(id="tanh", target="run_gradients", args=("$tanhs",)),
        ProbeCall(
            id="train",
            target="train",
            args=("$rows", "$targets", "$weights", "$bias"),
            kwargs={"rate": RATE, "steps": STEPS},
        ),
    ),
    checks=(
        Close(
            id="values",
            title="Sums and products have the right value",
            points=1,
            probe="values",
            concept="automatic-differentiation",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["trees"])[:, 0],
            hint="`multiply` gives a Value whose data is the product. Do plain numbers work as well?",
        ),
        Close(
            id="trees",
            title="Gradients where everything is used once",
            points=2,
            probe="trees",
            concept="chain-rule",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["trees"]),
            **EXACT,
            hint="If the values are right: which local slope belongs to which part of a product? And does each value "
            "hand on its own grad *times* the local slope?",
        ),
        Close(
            id="reuse",
            title="Gradients where values are used again",
            points=2,
            probe="reuse",
            concept="chain-rule",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["reuses"]),
            **EXACT,
            hint="What arrives at a value along several paths is added up. And no value may hand on its grad before "
            "everything has arrived: is your order one in which each value comes after its sources?",
        ),
        Close(
            id="doublings",
            title="Each value hands on once",
            points=1,
            probe="doublings",
            concept="backpropagation",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["doublings"]),
            **EXACT,
            hint="If gradients of reused values fail too, start with them. If time runs out: 121 values take part, "
            "but 2 to the power of 40 paths. Go through the ordered values, not along the paths.",
        ),
        Close(
            id="power",
            title="Powers",
            points=1,
            probe="power",
            concept="automatic-differentiation",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["powers"]),
            **EXACT,
            hint="The slope of the third power is three times the second one. Which exponent is left?",
        ),
        Close(
            id="exp",
            title="The exponential function",
            points=1,
            probe="exp",
            concept="automatic-differentiation",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["exps"]),
            **EXACT,
            hint="It is no power: the variable is in the exponent. What is its derivative?",
        ),
        Close(
            id="tanh",
            title="The hyperbolic tangent",
            points=1,
            probe="tanh",
            concept="automatic-differentiation",
            reveal=True,
            reference=lambda drawn: forward_mode(drawn["tanhs"]),
            **EXACT,
            hint="In 1 − t², t is what the function gives, not what goes into it.",
        ),
        Close(
            id="train",
            title="A neuron learns",
            points=2,
            probe="train",
            concept="neuron",
            reveal=True,
            reference=trained,
            returns=("weights", "bias", "losses"),
            hint="If products, reused values, powers or tanh fail, mend these first. Is the loss the mean over the "
            "rows? Are weights and bias moved against their gradients, both from the same point?",
        ),
    ),
)
