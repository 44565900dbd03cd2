"""Wrangling with pandas: each function by itself, on tables drawn anew, whatever the order of rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, Table, values

from .data import draw

ROWS = 240
Columns = dict[str, np.ndarray]


def inputs(rng: np.random.Generator) -> Inputs:
    """Raw sales and stands, and the right results of each step, so that the next one can be asked about by itself."""
    sales, stands = draw(rng, ROWS)
    sales["price"] = np.round(sales["price"] * rng.uniform(0.7, 1.6), 2)
    cleaned = clean(sales)
    joined = with_district(with_columns(cleaned), stands)
    gaps = {f"column {number}": rng.normal(size=60) for number in range(4)}
    for place, column in enumerate(gaps.values()):
        column[rng.choice(60, size=int(rng.integers(0, 20)) * (place > 0), replace=False)] = np.nan
    return Inputs(tables={"sales": sales, "stands": stands, "cleaned": cleaned, "joined": joined, "gaps": gaps})


def missing(table: Columns) -> dict[str, int]:
    """Missing values of each column of numbers."""
    return {name: int(np.isnan(column).sum()) for name, column in table.items()}


def clean(sales: Columns) -> Columns:
    """Rows whose pieces are known, with the median of the product's known prices where the price is missing."""
    kept = {name: column[~np.isnan(sales["pieces"])] for name, column in sales.items()}
    price = kept["price"].copy()
    for product in np.unique(kept["product"]):
        same = kept["product"] == product
        price[same & np.isnan(price)] = np.nanmedian(kept["price"][same])
    return kept | {"price": price}


def with_columns(sales: Columns) -> Columns:
    """With revenue and weekend; 1 January 1970, day 0, was a Thursday."""
    weekday = (sales["day"].astype("datetime64[D]").astype(int) + 3) % 7
    return sales | {"revenue": sales["pieces"] * sales["price"], "weekend": weekday >= 5}


def with_district(sales: Columns, stands: Columns) -> Columns:
    """With the district of each stand, or "unknown"."""
    known = dict(zip(stands["stand"].tolist(), stands["district"].tolist(), strict=True))
    return sales | {"district": np.array([known.get(stand, "unknown") for stand in sales["stand"].tolist()])}


def summary(sales: Columns) -> Columns:
    """One row per district, the highest revenue first."""
    names = np.unique(sales["district"])
    groups = [sales["district"] == name for name in names]
    found = {
        "district": names,
        "sales": np.array([group.sum() for group in groups]),
        "revenue": np.array([sales["revenue"][group].sum() for group in groups]),
        "largest": np.array([sales["pieces"][group].max() for group in groups]),
    }
    order = np.argsort(-found["revenue"])
    return {name: column[order] for name, column in found.items()}


def share(drawn: Inputs) -> np.ndarray:
    """Each row's part of its district's revenue, shape (rows,)."""
    sales = drawn["joined"]
    total = {name: sales["revenue"][sales["district"] == name].sum() for name in np.unique(sales["district"])}
    return sales["revenue"] / np.array([total[name] for name in sales["district"]])


def columns_of(value: Any, wanted: Columns, key: str) -> Columns:
    """The wanted columns of a learner's table, ordered by `key`, whose values have to be those wanted, each once."""
    if not isinstance(value, Table):
        raise ArtefactError(f"The result should be a DataFrame, but is {values.describe(value)}.")
    if lacking := [name for name in wanted if name not in value.columns]:
        raise ArtefactError(
            f"The table lacks the column {', '.join(lacking)}; it has {', '.join(value.columns)[:200]}."
        )
    found = {}
    for name, right in wanted.items():
        text = right.dtype.kind == "U"
        found[name] = values.array(value.columns[name], shape=(None,), text=text, what=f"The column {name}")
    keys, right_keys = found[key], wanted[key]
    if len(keys) != len(right_keys):
        raise ArtefactError(f"The table has {len(keys)} rows, where {len(right_keys)} were expected.")
    order = np.argsort(keys, kind="stable")
    if not np.array_equal(keys[order].astype(right_keys.dtype), np.sort(right_keys)):
        raise ArtefactError(f"The column {key} doesn't hold the values that were expected, each of them once.")
    return {name: column[order] for name, column in found.items()}


def table_like(reference: Callable[[Inputs], Columns], key: str) -> Callable[[Any, Inputs], Finding]:
    """The test of a table against the reference's, column by column; rows are found by `key`, their order is free."""

    def test(value: Any, drawn: Inputs) -> Finding:
        wanted = reference(drawn)
        found = columns_of(value, wanted, key)
        order = np.argsort(wanted[key], kind="stable")
        compared = {name: round(_agreement(found[name], column[order]), 4) for name, column in wanted.items()}
        if wrong := [name for name, agrees in compared.items() if agrees < 1]:
            return Finding.wrong(f"Some values of {', '.join(wrong)} are not what they should be.", compared)
        return Finding.right("All rows and columns are as they should be.", compared)

    return test


def _agreement(found: np.ndarray, right: np.ndarray) -> float:
    if right.dtype.kind == "U":
        return float(np.mean(found == right))
    return float(np.mean(np.isclose(found, right.astype(float), rtol=1e-6, atol=1e-9)))


def check_missing(value: Any, drawn: Inputs) -> Finding:
    """One number per column; a Series would have lost its names on the way here."""
    if not isinstance(value, dict):
        raise ArtefactError(f"The result should be a dict, but is {values.describe(value)}.")
    right = missing(drawn["gaps"])
    if set(value) != set(right):
        raise ArtefactError(f"The dict should have an entry for each of the {len(right)} columns, by its name.")
    wrong = [name for name, count in right.items() if values.number(value[name], f"The entry of {name}") != count]
    if wrong:
        return Finding.wrong(f"The numbers for {', '.join(wrong)} are not right.")
    return Finding.right("The gaps of each column are counted.")


def check_order(value: Any, drawn: Inputs) -> Finding:
    """Districts from the highest revenue to the lowest."""
    wanted = summary(drawn["joined"])["district"]
    found = values.array(values.item(value, "district", "The summary"), shape=(len(wanted),), text=True)
    if (found == wanted).all():
        return Finding.right("The district that earns most comes first.")
    if sorted(found.tolist()) != sorted(wanted.tolist()):
        return Finding.wrong("There should be each district once.")
    return Finding.wrong("The districts are not in the order of their revenue, from high to low.")


# Nothing is left to chance: all results are exact but for rounding (1e-13 here; the tolerance is 1e-6). Rows and
# columns may come in any order, where the text doesn't ask for one, and further columns do no harm. Prices of a run are
# those of data.py times a factor per row, so that none can be known beforehand. Rows without pieces have no price
# either: whether medians are taken before or after dropping them makes no difference.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="missing", target="missing", args=("$gaps",)),
        ProbeCall(id="clean", target="clean", args=("$sales",)),
        ProbeCall(id="columns", target="with_columns", args=("$cleaned",)),
        ProbeCall(id="district", target="with_district", args=("$cleaned", "$stands")),
        ProbeCall(id="summary", target="summary", args=("$joined",)),
        ProbeCall(id="share", target="share", args=("$joined",)),
    ),
    checks=(
        Predicate(
            id="missing",
            title="Gaps are counted",
            points=1,
            probe="missing",
            test=check_missing,
            concept="missing-values",
            hint="isna gives truth values, and their sum counts those that are true.",
        ),
        Predicate(
            id="clean",
            title="Gaps are closed",
            points=2,
            probe="clean",
            test=table_like(lambda drawn: drawn["cleaned"], "sale"),
            concept="missing-values",
            hint="Which rows go, and which stay? A missing price is the median of which other prices?",
        ),
        Predicate(
            id="columns",
            title="New columns",
            points=2,
            probe="columns",
            test=table_like(lambda drawn: with_columns(drawn["cleaned"]), "sale"),
            concept="feature-engineering",
            hint="Look at a Saturday and at a Sunday of your own: which numbers do they have?",
        ),
        Predicate(
            id="district",
            title="Two tables joined",
            points=2,
            probe="district",
            test=table_like(lambda drawn: with_district(drawn["cleaned"], drawn["stands"]), "sale"),
            concept="data-frame",
            hint="Compare the number of rows before and after. Which rows were lost, and which came twice?",
        ),
        Predicate(
            id="summary",
            title="A summary by groups",
            points=2,
            probe="summary",
            test=table_like(lambda drawn: summary(drawn["joined"]), "district"),
            concept="split-apply-combine",
            hint="One word of the aggregation for each column: how many, in all, the most. Is district a column?",
        ),
        Predicate(
            id="order",
            title="The highest revenue comes first",
            points=1,
            probe="summary",
            test=check_order,
            concept="data-frame",
            hint="sort_values begins with the smallest unless told otherwise.",
        ),
        Close(
            id="share",
            title="Each row beside its group",
            points=2,
            probe="share",
            reference=share,
            reveal=True,
            concept="split-apply-combine",
            hint="The divisor of a row is the sum of the rows of the same district: the same for all of them.",
        ),
    ),
)
