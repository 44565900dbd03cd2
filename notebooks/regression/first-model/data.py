"""A city's hourly bike rentals, from a generator of our own: no such city, no such bikes.

Rentals depend on the hour in one way on working days (two rush hours) and in another at weekends (one long
afternoon), on comfort (temperature, up to a point), and on rain, damp air and wind, all multiplied: what a sum of
independent shares can't express, and a tree can.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS = 20240109, 4000
FEATURES = ("hour", "weekday", "month", "temperature", "humidity", "wind", "rain")
# Decimals written to the file, and shares of the values that the weather station missed.
DECIMALS = {"temperature": 1, "humidity": 0, "wind": 1, "rain": 1}
MISSED = {"temperature": 0.06, "humidity": 0.08, "wind": 0.05}


def draw(rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Columns of shape (rows,): FEATURES (NaN where missed), then members, guests, and their sum, rentals."""
    hour, weekday, month = rng.integers(0, 24, rows), rng.integers(0, 7, rows), rng.integers(1, 13, rows)
    yearly, daily = np.cos(2 * np.pi * (month - 0.6) / 12), np.sin(2 * np.pi * (hour - 9) / 24)
    temperature = 10 - 11 * yearly + 4 * daily + rng.normal(0, 3.5, rows)
    humidity = np.clip(rng.normal(72 - 0.9 * (temperature - 10), 12, rows), 15, 100)
    wind = rng.gamma(2.2, 5.5, rows)
    rain = np.where(rng.random(rows) < 0.14, rng.gamma(1.2, 1.6, rows), 0.0)
    expected = 620 * _demand(hour, weekday >= 5) * _comfort(temperature) * _dry(humidity, wind, rain)
    rentals = np.round(expected * np.exp(rng.normal(0, 0.25, rows)) + rng.normal(0, 8, rows)).clip(0).astype(int)
    guests = rng.binomial(rentals, np.where(weekday >= 5, 0.35, 0.12))
    columns = {"hour": hour, "weekday": weekday, "month": month}
    for name, values in {"temperature": temperature, "humidity": humidity, "wind": wind, "rain": rain}.items():
        missed = rng.random(rows) < MISSED.get(name, 0.0)
        columns[name] = np.where(missed, np.nan, np.round(values, DECIMALS[name]))
    return {**columns, "members": rentals - guests, "guests": guests, "rentals": rentals}


def _demand(hour: np.ndarray, day_off: np.ndarray) -> np.ndarray:
    commute = 0.9 * np.exp(-((hour - 8) ** 2) / 3) + 1.03 * np.exp(-((hour - 17.5) ** 2) / 6)
    leisure = 0.85 * np.exp(-((hour - 14.5) ** 2) / 22)
    return 0.06 + 0.18 * np.exp(-((hour - 13) ** 2) / 40) + np.where(day_off, leisure, commute)


def _comfort(temperature: np.ndarray) -> np.ndarray:
    return np.clip((temperature + 4) / 22, 0.08, 1) * np.where(temperature > 27, 1 - 0.05 * (temperature - 27), 1)


def _dry(humidity: np.ndarray, wind: np.ndarray, rain: np.ndarray) -> np.ndarray:
    wet = np.where(rain > 0, 0.35 + 0.25 * np.exp(-rain), 1)
    return wet * (1 - 0.25 * np.clip((humidity - 80) / 20, 0, 1)) * (1 - 0.3 * np.clip((wind - 15) / 20, 0, 1))


def write(folder: Path) -> None:
    """Write data/rentals.csv; a missed value is an empty cell."""
    columns = draw(np.random.default_rng(SEED), ROWS)
    lines = [",".join(columns)]
    for row in range(ROWS):
        lines.append(",".join(_cell(name, values[row]) for name, values in columns.items()))
    (folder / "rentals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(name: str, value: float) -> str:
    return "" if np.isnan(value) else f"{value:.{DECIMALS.get(name, 0)}f}"
