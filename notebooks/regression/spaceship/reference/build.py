"""Keep the hidden labels back, and measure on them: the rule, forests, boosting, a network, and a strong reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from ..data import DECKS, DESTINATIONS, HOMES, SPENDINGS, TEXTS, competition

SEED, DRAWS, FEW, BOOSTED = 20240109, 200, 20, 20


def build(folder: Path) -> dict[str, Any]:
    """Write test-labels.npy and public-part.npy; return accuracies on both parts of the test rows."""
    found = competition()
    labels, public = found.world.strayed[found.test], found.public
    np.save(folder / "reference" / "test-labels.npy", labels.astype(np.int8))
    np.save(folder / "reference" / "public-part.npy", public)
    table = pd.DataFrame(found.world.columns)
    train, test = table[found.train].reset_index(drop=True), table[found.test].reset_index(drop=True)
    strayed, group = found.world.strayed[found.train], found.world.group[found.train]

    def both(right: np.ndarray) -> dict[str, float]:
        return {"public": float(right[public].mean()), "private": float(right[~public].mean())}

    majority = int(strayed.mean() > 0.5)
    accuracy: dict[str, Any] = {
        "majority": both(labels == majority),
        "rule": both(labels == (test["asleep"] == 1).to_numpy()),
        "best_possible": both((found.world.chance[found.test] > 0.5) == labels),
        "strong": both(_strong(train, strayed, test) == labels),
    }
    X, X_test = _plain(train, train), _plain(test, train)
    runs = [both(_forest(X, strayed, seed).predict(X_test) == labels) for seed in range(FEW)]
    accuracy["plain_forest"] = {part: _summary([run[part] for run in runs]) for part in ("public", "private")}
    X, X_test = _columns_of_notebook(train, train), _columns_of_notebook(test, train)
    runs, off, split_by_rows = [], [], []
    for seed in range(DRAWS):
        runs.append(both(_forest(X, strayed, seed).predict(X_test) == labels))
        rng = np.random.default_rng(seed)
        names = rng.permutation(np.unique(group))
        told = _held_out_score(X, strayed, np.isin(group, names[: len(names) // 4]), seed)
        off.append(told - runs[-1]["public"])
        if seed < FEW:
            split_by_rows.append(_held_out_score(X, strayed, rng.random(len(X)) < 0.25, seed) - told)
    accuracy["forest"] = {part: _summary([run[part] for run in runs]) for part in ("public", "private")}
    boosted = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=200, max_leaf_nodes=12, random_state=SEED)
    accuracy["boosting"] = both(boosted.fit(X, strayed).predict(X_test) == labels)
    runs = []
    for seed in range(FEW):
        names = np.random.default_rng(seed).permutation(np.unique(group))
        held_out = np.isin(group, names[: len(names) // 4])
        columns = X.assign(home=train["home"], strayed=strayed), X_test.assign(home=test["home"])
        runs.append(both(_network(*columns, held_out, seed) == labels))
    accuracy["network"] = {part: _summary([run[part] for run in runs]) for part in ("public", "private")}
    return {
        "seed": SEED,
        "draws": DRAWS,
        "rows": {"train": len(train), "public": int(public.sum()), "private": int((~public).sum())},
        "accuracy": accuracy,
        "estimate": {"minus_public_score": _summary(off), "rows_minus_groups": _summary(split_by_rows)},
    }


def _forest(X: pd.DataFrame, y: np.ndarray, seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(n_estimators=150, min_samples_leaf=3, max_features=0.4, random_state=seed).fit(X, y)


def _network(columns: pd.DataFrame, new: pd.DataFrame, held_out: np.ndarray, seed: int) -> np.ndarray:
    """What the notebook shows for fastai: a small network that never sees the held-out rows."""
    from fastai.tabular.all import (
        Categorify,
        CategoryBlock,
        FillMissing,
        Normalize,
        TabularDataLoaders,
        set_seed,
        tabular_learner,
    )

    set_seed(seed)
    numbers = [name for name in columns if name not in ("home", "strayed")]
    columns, new = columns.astype(dict.fromkeys(numbers, "float32")), new.astype(dict.fromkeys(numbers, "float32"))
    loaders = TabularDataLoaders.from_df(
        columns,
        procs=[Categorify, FillMissing, Normalize],
        cat_names=["home"],
        cont_names=numbers,
        y_names="strayed",
        y_block=CategoryBlock(),
        valid_idx=list(np.flatnonzero(held_out)),
        bs=128,
    )
    learner = tabular_learner(loaders, layers=[100, 50])
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(8, 3e-3, wd=0.1)
        chances, _ = learner.get_preds(dl=loaders.test_dl(new))
    return chances.argmax(dim=1).numpy()


def _held_out_score(X: pd.DataFrame, y: np.ndarray, held_out: np.ndarray, seed: int) -> float:
    return float(_forest(X[~held_out], y[~held_out], seed).score(X[held_out], y[held_out]))


def _plain(table: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """The columns as they are, gaps filled with medians; cabin and name, which are text, left out."""
    numbers = ["asleep", "age", "vip", *SPENDINGS]
    return (
        table[numbers]
        .fillna(train[numbers].median())
        .assign(
            home=table["home"].map(_codes(HOMES)).fillna(-1),
            destination=table["destination"].map(_codes(DESTINATIONS)).fillna(-1),
        )
    )


def _codes(names: tuple[str, ...] | str) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _columns_of_notebook(table: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """What the notebook's reference solution makes of the columns."""
    group = table["passenger"].str[:4]
    typical = train.loc[train["asleep"] == 0, list(SPENDINGS)].median()
    nothing = (table[list(SPENDINGS)].sum(axis=1) == 0).astype(float)
    asleep = table["asleep"].fillna(nothing)
    spent = pd.DataFrame({name: table[name].fillna((1 - asleep) * typical[name]) for name in SPENDINGS})
    X = np.log1p(spent)
    X["pull"] = X["meals"] + X["shops"] - X["spa"] - X["cinema"] - X["games"]
    X["asleep"], X["age"], X["vip"] = asleep, table["age"], table["vip"]
    X["home"], X["destination"] = table["home"].map(_codes(HOMES)), table["destination"].map(_codes(DESTINATIONS))
    parts = table["cabin"].str.extract(r"(\w)/(\d+)/(\w)")
    X["deck"], X["number"] = parts[0].map(_codes(DECKS)), parts[1].astype(float)
    X["right"] = parts[2].map({"L": 0, "R": 1})
    X["along"] = X["number"] * (2 * X["right"] - 1)
    X["size"] = group.map(group.value_counts())
    for name in ("asleep", "pull", "age"):
        X[f"{name}_of_group"] = X[name].groupby(group).transform("mean")
    return X.fillna(-1)


def _strong(train: pd.DataFrame, strayed: np.ndarray, test: pd.DataFrame) -> np.ndarray:
    """Gradient boosting and a forest, averaged over random states, on more columns and gaps filled from the group."""
    X, X_test = _more_columns(train), _more_columns(test)
    rng = np.random.default_rng(SEED)
    chance = np.zeros(len(test))
    for seed in range(BOOSTED):
        # Each sees nine rows in ten: boosting itself draws nothing.
        rows = rng.permutation(len(train))[: len(train) * 9 // 10]
        boosted = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=200, max_leaf_nodes=12, l2_regularization=1.0, random_state=seed
        ).fit(X.iloc[rows], strayed[rows])
        chance += boosted.predict_proba(X_test)[:, 1] / BOOSTED
    forest = RandomForestClassifier(n_estimators=500, min_samples_leaf=3, max_features=0.4, random_state=SEED)
    chance += forest.fit(X.fillna(-1), strayed).predict_proba(X_test.fillna(-1))[:, 1] / 2
    return chance > 0.75


def _more_columns(table: pd.DataFrame) -> pd.DataFrame:
    group = table["passenger"].str[:4]
    table = table.assign(**{name: table[name].replace("", None) for name in TEXTS})
    for name in ("home", "cabin", "destination"):
        table[name] = table[name].groupby(group).transform(lambda known: known.ffill().bfill())
    child = (table["age"] < 13).astype(float)
    asleep = table["asleep"].fillna((table[list(SPENDINGS)].sum(axis=1) == 0).astype(float))
    nothing = (asleep == 1) | (child == 1)
    X = pd.DataFrame({name: np.log1p(table[name].mask(table[name].isna() & nothing, 0.0)) for name in SPENDINGS})
    X["pull"] = X["meals"] + X["shops"] - X["spa"] - X["cinema"] - 0.6 * X["games"]
    X["total"] = np.log1p(table[list(SPENDINGS)].sum(axis=1))
    X["asleep"], X["child"], X["age"], X["vip"] = asleep, child, table["age"], table["vip"]
    X["home"], X["destination"] = table["home"].map(_codes(HOMES)), table["destination"].map(_codes(DESTINATIONS))
    parts = table["cabin"].str.extract(r"(\w)/(\d+)/(\w)")
    X["deck"], X["number"] = parts[0].map(_codes(DECKS)), parts[1].astype(float)
    X["right"] = parts[2].map({"L": 0, "R": 1})
    X["along"] = X["number"] * (2 * X["right"] - 1)
    X["size"] = group.map(group.value_counts())
    for name in ("asleep", "pull", "total", "child", "age", "vip"):
        X[f"{name}_of_group"] = X[name].groupby(group).transform("mean")
    return X


def _summary(found: list[float]) -> dict[str, float]:
    told = {"mean": np.mean(found), "deviation": np.std(found), "lowest": min(found), "highest": max(found)}
    return {name: round(float(value), 4) for name, value in told.items()}
