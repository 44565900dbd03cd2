"""Numbers as a learner reads them. Imports no Django."""

from __future__ import annotations

# Below this a difference is rounding of floating-point numbers, which no learner can do anything about.
NOTHING = 1e-9
PERCENT_METRICS = {"accuracy"}


def in_words(value: float) -> str:
    """A number in four significant digits at most: `4,810`, `0.1235`, `0`, `≈ 0`; without an exponent where it can."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e9):
        return f"{int(value):,}"
    if abs(value) < NOTHING:
        return "≈ 0"
    if 1e-4 <= abs(value) < 1e6:
        digits = f"{value:.4g}"
        return f"{value:,.0f}" if "e" in digits else digits
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share of 1 in percent with one decimal at most: `97.7 %`, `100 %` only where it is all."""
    shown = f"{100 * share:.1f}".removesuffix(".0")
    return f"{min(100 * share, 99.9):.1f} %" if shown == "100" and share < 1 else f"{shown} %"


def of_metric(metric: str, value: float) -> str:
    """A figure of the measure called `metric`: `97.7 %` of an accuracy, `0.314` of an R², `4,230` of an error."""
    if metric in PERCENT_METRICS:
        return percent(value)
    return f"{value:z.3f}" if abs(value) < 10 else in_words(float(f"{value:.3g}"))
