"""The database by its address: a file beside everything else, or a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from studyhub import env

VARIABLE = "STUDYHUB_DATABASE_URL"


def database(url: str, var: Path) -> dict[str, Any]:
    """Django's settings for `url`; an empty one means SQLite in `var`. Raises SettingError for any other server."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": var / "studyhub.sqlite3",
            # A writer waits its turn instead of failing when two transactions meet: both options are needed together.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if not url.startswith(("postgresql://", "postgres://")):
        # The address is not shown: it may hold a password.
        raise env.SettingError(f"{VARIABLE} must be an address such as postgresql://user:password@host/name, or empty.")
    # A connection that a restarted server has cut is found out before it is handed to anybody.
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_health_checks=True))
    # Each process keeps some connections open and hands them to whichever thread asks.
    pool = {"min_size": 1, "max_size": env.integer("STUDYHUB_DATABASE_POOL", 8, minimum=1), "timeout": 10}
    return settings | {"OPTIONS": {**settings.get("OPTIONS", {}), "pool": pool}}
