"""Sums of random variables: pmfs against our own, simulations by a test with a stated rate of false failures."""

from typing import Any

import numpy as np

from apps.grading import (
    ArtefactError,
    Close,
    Finding,
    GradingSpec,
    Inputs,
    Plot,
    Predicate,
    ProbeCall,
    curves,
    values,
)

# As many as a plain loop over single draws manages within seconds.
ROLLS = 20_000
FALSE_FAILURES = 5e-8
# The inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant (Massart 1990, Annals of Probability 18,
# corollary 1): of ROLLS independent values with the distribution function F, whatever F is, the share of those up to x
# differs from F(x) by more than a gap, for some x, with a probability of at most 2 exp(−2 · ROLLS · gap²). With the gap
# below this is FALSE_FAILURES, for any number of rolls and not only in the limit. Two simulations are tested: a right
# answer fails at most once in ten million hand-ins.
LARGEST_GAP = float(np.sqrt(np.log(2 / FALSE_FAILURES) / (2 * ROLLS)))


def inputs(rng: np.random.Generator) -> Inputs:
    """Pmfs of several lengths, a steep one for simulations, and counts drawn with a pmf somewhat beside a claim."""
    first, second = (int(length) for length in rng.permutation([4, 5, 6, 7, 8, 9])[:2])
    die = rng.uniform(1.5, 1.9) ** np.arange(6) * rng.uniform(0.9, 1.1, 6)
    claim = np.insert(rng.dirichlet(np.full(7, 5.0)), int(rng.integers(8)), 0.0)
    truth = claim * rng.uniform(0.7, 1.3, 8)
    return Inputs(
        given={
            "p": rng.dirichlet(np.ones(first)),
            "q": rng.dirichlet(np.ones(second)),
            "die": (die if rng.random() < 0.5 else die[::-1]) / die.sum(),
            "claim": claim,
            "counts": rng.multinomial(int(rng.integers(800, 2000)), truth / truth.sum()),
        },
        values={
            "n": int(rng.integers(3, 7)),
            "dice": int(rng.integers(2, 5)),
            "seed": int(rng.integers(1, 2**31)),
            "other_seed": int(rng.integers(1, 2**31)),
        },
    )


def pmf_of_many(p: np.ndarray, n: int) -> np.ndarray:
    """n-fold convolution, shape (n · (len(p) − 1) + 1,)."""
    total = np.ones(1)
    for _ in range(n):
        total = np.convolve(total, p)
    return total


def moments(p: np.ndarray) -> tuple[float, float]:
    """(mean, variance) of a random variable with the values 0, 1, 2, …"""
    places = np.arange(len(p))
    mean = float(places @ p)
    return mean, float((places - mean) ** 2 @ p)


def standardised(drawn: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """(k − μ) / σ and σ p, both of the shape of p."""
    mean, variance = moments(drawn["q"])
    return (np.arange(len(drawn["q"])) - mean) / variance**0.5, variance**0.5 * drawn["q"]


def pearson(drawn: Inputs) -> float:
    """Pearson's statistic over the values that are possible."""
    possible = drawn["claim"] > 0
    counts = drawn["counts"][possible]
    expected = drawn["counts"].sum() * drawn["claim"][possible]
    return float(np.sum((counts - expected) ** 2 / expected))


def largest_gap(sums: np.ndarray, pmf: np.ndarray) -> float:
    """Largest difference between the share of sums up to x and the probability of it, over all x. Sums in range."""
    shares = np.bincount(sums, minlength=len(pmf)) / len(sums)
    return float(np.abs(np.cumsum(shares) - np.cumsum(pmf)).max())


def check_simulations(found: Any, drawn: Inputs) -> Finding:
    """Both simulations have the right distribution, and they are not the same."""
    pmf = pmf_of_many(drawn["die"], drawn["dice"])
    gaps, sums = [], []
    for value in found:
        rolled = values.array(value, shape=(ROLLS,), what="What `simulate` gives")
        if (rolled != np.round(rolled)).any():
            raise ArtefactError("Sums of whole numbers are whole numbers; some of yours are not.")
        if rolled.min() < 0 or rolled.max() >= len(pmf):
            text = f"{drawn['dice']} values from 0 to {len(drawn['die']) - 1} have sums from 0 to {len(pmf) - 1}"
            return Finding.wrong(f"{text}; some of yours lie outside.")
        sums.append(rolled.astype(np.int64))
        gaps.append(largest_gap(sums[-1], pmf))
    compared = {"largest_gap": float(f"{max(gaps):.2g}"), "allowed": float(f"{LARGEST_GAP:.2g}"), "rolls": ROLLS}
    if max(gaps) > LARGEST_GAP:
        text = f"Your sums are not distributed like {drawn['dice']} independent values with the pmf that was given: "
        return Finding.wrong(f"{text}chance would explain a gap of {LARGEST_GAP:.3f}, it is {max(gaps):.3f}.", compared)
    if np.array_equal(*sums):
        return Finding.wrong("Two different seeds gave exactly the same rolls.", compared)
    return Finding.right("Your sums are distributed as they should be, as far as chance can tell.", compared)


def shares_of_sums(found: Any, drawn: Inputs) -> Plot:
    """How often each sum came in the first simulation, beside its probability."""
    pmf = pmf_of_many(drawn["die"], drawn["dice"])
    sums = values.array(found[0], shape=(ROLLS,), what="What `simulate` gives")
    shares = np.array([np.mean(sums == place) for place in range(len(pmf))])
    return curves.lines("sum", "share")(pmf, shares)


# Tolerances. Pmfs and figures are computed in double precision: right answers differ by rounding, 1e-15. Fourier
# transforms instead of sums are off by about 1e-16 in each entry, which atol = 1e-9 covers for small entries too.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="sum", target="pmf_of_sum", args=("$p", "$q")),
        ProbeCall(id="many", target="pmf_of_many", args=("$p", "$n")),
        ProbeCall(id="moments", target="mean_and_variance", args=("$q",)),
        ProbeCall(id="simulate", target="simulate", args=("$die", "$dice", ROLLS, "$seed"), timeout_s=15),
        ProbeCall(id="simulate-again", target="simulate", args=("$die", "$dice", ROLLS, "$other_seed"), timeout_s=15),
        ProbeCall(id="chi-square", target="chi_square", args=("$counts", "$claim")),
        ProbeCall(id="standardised", target="standardised", args=("$q",)),
    ),
    checks=(
        Close(
            id="sum",
            title="The pmf of a sum",
            points=3,
            probe="sum",
            reference=lambda drawn: np.convolve(drawn["p"], drawn["q"]),
            reveal=True,
            plot=curves.lines("value", "probability"),
            concept="convolution",
            hint="Check the length first. Then work out the entries 0 and 1 of a small example by hand: which pairs of "
            "values have these sums?",
        ),
        Close(
            id="many",
            title="The pmf of the sum of many",
            points=2,
            probe="many",
            reference=lambda drawn: pmf_of_many(drawn["p"], drawn["n"]),
            reveal=True,
            plot=curves.lines("value", "probability"),
            concept="convolution",
            hint="If the pmf of a sum fails, start there. How many values are added up after each turn of your loop?",
        ),
        Close(
            id="moments",
            title="Mean and variance",
            points=1,
            probe="moments",
            reference=lambda drawn: moments(drawn["q"]),
            returns=("mean", "variance"),
            reveal=True,
            concept="probability-distribution",
            hint="The variance is the mean of squared distances *from the mean*, weighted with the probabilities.",
        ),
        Predicate(
            id="simulate",
            title="Simulated sums",
            points=2,
            probe="simulate",
            also=("simulate-again",),
            test=check_simulations,
            sketch=shares_of_sums,
            concept="random-variable",
            hint="Each roll needs n values of its own, drawn with the probabilities p. Is the generator made from "
            "`seed`?",
        ),
        Close(
            id="chi-square",
            title="Pearson's statistic",
            points=1,
            probe="chi-square",
            reference=pearson,
            reveal=True,
            concept="probability-distribution",
            hint="Squared differences are divided by the *expected* counts. Is N the sum of the counts?",
        ),
        Close(
            id="standardised",
            title="Standardised values and heights",
            points=2,
            probe="standardised",
            reference=standardised,
            returns=("z", "heights"),
            reveal=True,
            concept="random-variable",
            hint="If mean and variance fail, start there. When bars become narrower, what happens to their heights?",
        ),
    ),
)
