"""A star liner's list of passengers, from a generator of our own: no such ship, no such people.

The world that is handed out (data/train.csv, data/test.csv) is drawn from reference/secret.npy, which never leaves the
trusted side: this file alone tells how such worlds come about, and not one label of the test rows.

What there is to find: sleepers and children spend nothing; meals and shops pull one way, spa, cinema and games the
other; the side of a cabin matters at the bow in one way and at the stern in another; and a group shares home, cabin
(mostly) and, to a large part, its fate.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

SECRET = Path(__file__).parent / "reference" / "secret.npy"
GROUPS, TRAIN_SHARE, PUBLIC_SHARE = 3900, 0.6, 0.4
SPENDINGS = ("meals", "shops", "spa", "cinema", "games")
TEXTS = ("passenger", "home", "cabin", "destination", "name")
FEATURES = ("passenger", "home", "asleep", "cabin", "destination", "age", "vip", *SPENDINGS, "name")
TARGET = "strayed"
MISSING = 0.022  # of the values of every column but the first

HOMES, DESTINATIONS = ("Luna", "Vesta", "Ganymede"), ("Wolf-1061c", "LHS-1140b", "Kepler-442b")
DECKS = "ABCDEFG"
LAST_CABIN = 600
SIZES = (0.55, 0.20, 0.10, 0.06, 0.04, 0.03, 0.01, 0.01)  # of groups of 1, 2, … passengers
# Rows: homes. What share lives on each deck, sleeps, and is how rich (mean of the logarithm of an amount).
DECKS_OF = np.array(
    [[0, 0, 0, 0.08, 0.2, 0.34, 0.38], [0, 0, 0, 0.2, 0.3, 0.5, 0], [0.15, 0.35, 0.35, 0.1, 0.05, 0, 0]]
)
ASLEEP_OF = np.array([0.30, 0.38, 0.44])
WEALTH_OF = np.array([4.6, 5.2, 6.3])
# How strongly each thing pulls towards straying, in logits of one passenger by himself.
PULL_OF_SLEEP = np.array([0.5, 2.0, 3.4])
PULL_OF_DECK = np.array([0.0, 0.9, 0.5, -0.2, -0.9, 0.0, 0.4])
PULL_OF_SPENDING = np.array([0.34, 0.30, -0.38, -0.34, -0.20])  # per unit of the logarithm, in the order of SPENDINGS
PULL_OF_GROUP, LUCK_OF_GROUP, SHIFT = 0.5, 0.6, -0.35
STRENGTH = 2.0

STEMS = ("Ad", "Bel", "Cor", "Dan", "El", "Fen", "Gil", "Hal", "Ir", "Jor", "Kel", "Lun", "Mar", "Nor", "Or", "Pel")
ENDS = ("a", "an", "ara", "en", "ia", "is", "o", "on", "us", "yn")
FAMILY = ("berg", "by", "dale", "field", "ford", "holm", "lund", "mere", "ric", "son", "stad", "wick")


@dataclass(frozen=True)
class World:
    """`columns` by the names of FEATURES, each of shape (rows,): NaN is a missing number, "" a missing text.

    `strayed` is the target, 0 or 1, `chance` the probability that it was drawn with, `group` a whole number per row.
    """

    columns: dict[str, np.ndarray]
    strayed: np.ndarray
    chance: np.ndarray
    group: np.ndarray


def draw(rng: np.random.Generator, groups: int, missing: float = MISSING) -> World:
    """Passengers in `groups` groups, sorted by their number; `missing` is the share of values left out."""
    size = rng.choice(np.arange(1, 9), groups, p=SIZES)
    group = np.repeat(np.arange(groups), size)
    rows = len(group)
    place = np.arange(rows) - np.repeat(np.cumsum(size) - size, size)
    home = rng.choice(3, groups, p=(0.54, 0.21, 0.25))[group]
    destination = np.where(rng.random(rows) < 0.88, rng.choice(3, groups, p=(0.68, 0.1, 0.22))[group], 0)
    age = np.where((size[group] > 1) & (rng.random(rows) < 0.25), rng.integers(0, 18, rows), _adult(rng, rows))
    vip = (rng.random(rows) < np.where(home == 2, 0.06, 0.015)) & (age >= 18)
    asleep = rng.random(rows) < np.clip(ASLEEP_OF[home] + rng.normal(0, 0.25, groups)[group], 0.03, 0.97)
    deck, number, right = _cabins(rng, group, home)
    spent = _spendings(rng, home + rng.normal(0, 0.4, groups)[group], home, asleep | (age < 13))
    alone = _pull(home, asleep, age, vip, destination, spent) + _pull_of_cabin(deck, number, right)
    together = (np.bincount(group, alone) / size)[group]
    logit = (1 - PULL_OF_GROUP) * alone + PULL_OF_GROUP * together + rng.normal(0, LUCK_OF_GROUP, groups)[group]
    chance = 1 / (1 + np.exp(-STRENGTH * (logit + SHIFT)))
    strayed = (rng.random(rows) < chance).astype(np.int64)
    columns = {
        "passenger": _texts(f"{g + 1:04d}_{p + 1:02d}" for g, p in zip(group, place, strict=True)),
        "home": np.array(HOMES)[home],
        "asleep": asleep.astype(float),
        "cabin": _texts(f"{DECKS[d]}/{n}/{'R' if r else 'L'}" for d, n, r in zip(deck, number, right, strict=True)),
        "destination": np.array(DESTINATIONS)[destination],
        "age": age.astype(float),
        "vip": vip.astype(float),
        **{name: spent[:, column] for column, name in enumerate(SPENDINGS)},
        "name": _names(rng, group, groups),
    }
    for name in FEATURES[1:]:
        lost = rng.random(rows) < missing
        columns[name] = np.where(lost, "" if name in TEXTS else np.nan, columns[name])
    return World(columns, strayed, chance, group)


def _adult(rng: np.random.Generator, rows: int) -> np.ndarray:
    return np.clip(np.round(18 + rng.gamma(2.0, 7.5, rows)), 18, 88).astype(int)


def _cabins(rng: np.random.Generator, group: np.ndarray, home: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(deck, number, whether on the right): one cabin for a group, a neighbouring one for some of a larger group."""
    groups = int(group[-1]) + 1
    home_of_group = np.zeros(groups, int)
    home_of_group[group] = home
    deck = np.array([rng.choice(7, p=DECKS_OF[h]) for h in home_of_group])
    number = rng.integers(0, LAST_CABIN, groups)
    right = rng.random(groups) < 0.5
    beside = np.where(rng.random(len(group)) < 0.2, rng.integers(1, 4, len(group)), 0)
    return deck[group], np.minimum(number[group] + beside, LAST_CABIN), right[group]


def _spendings(rng: np.random.Generator, taste: np.ndarray, home: np.ndarray, nothing: np.ndarray) -> np.ndarray:
    """Amounts, shape (rows, 5): a whole number, 0 for who sleeps or is a child, else often 0 and sometimes large."""
    shape = (len(home), len(SPENDINGS))
    amount = np.exp(WEALTH_OF[home][:, None] + 0.3 * taste[:, None] - 0.5 + rng.normal(0, 1.4, shape))
    visited = rng.random(shape) < 0.62
    visited[np.arange(len(home)), rng.integers(0, len(SPENDINGS), len(home))] = True  # everybody awake buys something
    return np.where(visited & ~nothing[:, None], np.round(amount).clip(1, 30_000), 0.0)


def _pull(
    home: np.ndarray, asleep: np.ndarray, age: np.ndarray, vip: np.ndarray, destination: np.ndarray, spent: np.ndarray
) -> np.ndarray:
    pull = np.where(asleep, PULL_OF_SLEEP[home], 0.0) + np.where(age < 13, 0.9, 0.0) - 0.4 * vip
    return pull + 0.35 * (destination == 1) - 0.15 * (destination == 2) + np.log1p(spent) @ PULL_OF_SPENDING


def _pull_of_cabin(deck: np.ndarray, number: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The ship was struck at the bow (low numbers) from the right, and swung round: then the left of the stern."""
    bow, stern = number < 0.3 * LAST_CABIN, number > 0.7 * LAST_CABIN
    return PULL_OF_DECK[deck] + np.where(
        bow, np.where(right, 1.4, -0.7), np.where(stern, np.where(right, -1.0, 0.8), 0.0)
    )


def _names(rng: np.random.Generator, group: np.ndarray, groups: int) -> np.ndarray:
    """First name and surname; most of a group are a family."""
    rows = len(group)
    family = [
        f"{STEMS[a]}{FAMILY[b]}" for a, b in zip(rng.integers(0, 16, groups), rng.integers(0, 12, groups), strict=True)
    ]
    other = [
        f"{STEMS[a]}{FAMILY[b]}" for a, b in zip(rng.integers(0, 16, rows), rng.integers(0, 12, rows), strict=True)
    ]
    first = [f"{STEMS[a]}{ENDS[b]}" for a, b in zip(rng.integers(0, 16, rows), rng.integers(0, 10, rows), strict=True)]
    related = rng.random(rows) < 0.8
    return _texts(f"{first[row]} {family[group[row]] if related[row] else other[row]}" for row in range(rows))


def _texts(found) -> np.ndarray:
    return np.array(list(found), dtype=str)


@dataclass(frozen=True)
class Competition:
    """The world of this competition, and which rows are whose: masks over its rows, `public` within `test`."""

    world: World
    train: np.ndarray
    public: np.ndarray

    @property
    def test(self) -> np.ndarray:
        """The rows whose labels stay here, in the order of test.csv."""
        return ~self.train


def competition() -> Competition:
    """Draw it from the secret. Whole groups go to train or test, and whole groups of test to its public part."""
    rng = np.random.default_rng(np.load(SECRET).tolist())
    world = draw(rng, GROUPS)
    order = rng.permutation(GROUPS)
    train_until = round(TRAIN_SHARE * GROUPS)
    public_until = train_until + round(PUBLIC_SHARE * (GROUPS - train_until))
    in_train, in_public = (np.isin(world.group, order[a:b]) for a, b in ((0, train_until), (train_until, public_until)))
    return Competition(world, in_train, in_public[~in_train])


def write(folder: Path) -> None:
    """Write train.csv, with the target, and test.csv, without; what is missing is an empty cell."""
    found = competition()
    for name, rows in (("train", found.train), ("test", found.test)):
        columns = {column: values[rows] for column, values in found.world.columns.items()}
        if name == "train":
            columns[TARGET] = found.world.strayed[rows]
        lines = [",".join(columns), *(",".join(map(_cell, row)) for row in zip(*columns.values(), strict=True))]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:.0f}"
