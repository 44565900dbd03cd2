"""Ice cream sold at the stands of a made-up city, from a generator of our own, with the flaws that real tables have.

Some prices were not written down; on some rows the till was off, and neither pieces nor price are known. Two stands are
entered twice in the list of stands, one that sells is not in it, and one that is in it has not sold anything.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS = 20240209, 600
PRICES = {"cone": 1.8, "cup": 2.6, "sundae": 6.5, "water": 1.2}
STANDS = ("Castle", "Fountain", "Harbour", "Lido", "Market", "Museum", "Park", "Station")
DISTRICTS = ("Centre", "North", "Riverside")
KNOWN_STANDS = 7


def draw(rng: np.random.Generator, rows: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Sales (sale, day, stand, product, pieces, price; NaN where missing) and stands (stand, district)."""
    names = rng.permutation(STANDS)
    selling = names[1:]  # the first is in the list, but sells nothing; the last sells, but is not in the list
    days = np.datetime64("2024-05-01") + np.arange(60)
    weekend = (days.astype(int) + 3) % 7 >= 5  # day 0, 1 January 1970, was a Thursday
    day = rng.choice(days, rows, p=np.where(weekend, 2.5, 1) / np.where(weekend, 2.5, 1).sum())
    product = rng.choice(list(PRICES), rows, p=[0.4, 0.25, 0.15, 0.2])
    listed = np.array([PRICES[name] for name in product])
    pieces = 1.0 + rng.poisson(2.5, rows)
    price = np.round(listed * rng.choice([1.0, 1.0, 1.0, 0.8, 1.1], rows), 2)
    off = rng.random(rows) < 0.06
    pieces[off] = np.nan
    price[off | (rng.random(rows) < 0.12)] = np.nan
    sales = {
        "sale": rng.permutation(np.arange(1001, 1001 + rows)),
        "day": day.astype(str),
        "stand": rng.choice(selling, rows),
        "product": product,
        "pieces": pieces,
        "price": price,
    }
    listed_stands = names[:KNOWN_STANDS]
    districts = rng.permutation(np.arange(KNOWN_STANDS) % len(DISTRICTS))
    entries = rng.permutation(np.concatenate([np.arange(KNOWN_STANDS), [2, 4]]))
    return sales, {"stand": listed_stands[entries], "district": np.array(DISTRICTS)[districts[entries]]}


def write(folder: Path) -> None:
    """Write data/sales.csv, where a missing value is an empty cell, and data/stands.csv."""
    for name, columns in zip(("sales", "stands"), draw(np.random.default_rng(SEED), ROWS), strict=True):
        rows = [",".join(_cell(value) for value in row) for row in zip(*columns.values(), strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return str(value)
