"""Whether this process can serve people: its database, that database's tables, the broker, the stores, the cache.

django-health-check does less here: it knows neither tables nor the broker that is a folder, and answers 500 with what a
library said, which may hold an address. Nobody outside learns more from this than which part it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.runner.store import open_store
from studyhub import logs

logger = logging.getLogger(__name__)
# A check that takes longer counts as failed; it is not started a second time while it hangs.
PATIENCE_S = 3.0
# Whoever asks more often than this gets the same answer: anybody may ask.
KEPT_S = 2.0
GOOD = "ok"


class Readiness:
    """The latest answer of each check of one process."""

    def __init__(self, checks: dict[str, Callable[[], None]]) -> None:
        self.checks = checks
        self._pool = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="ready")
        self._asked: dict[str, Future[str]] = {}
        self._lock = threading.Lock()
        self._found: dict[str, str] = {}
        self._found_at = 0.0

    def find(self) -> dict[str, str]:
        """For each part `ok`, or in a word or two what is wrong. Takes PATIENCE_S at most."""
        with self._lock:
            if time.monotonic() - self._found_at > KEPT_S or not self._found:
                self._found, self._found_at = self._ask(), time.monotonic()
            return dict(self._found)

    def _ask(self) -> dict[str, str]:
        for name, check in self.checks.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = self._pool.submit(_outcome, name, check)
        wait(self._asked.values(), timeout=PATIENCE_S)
        return {name: future.result() if future.done() else "no answer" for name, future in self._asked.items()}


def _outcome(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # whatever it is, that part can't be used
        logger.warning("Not ready: %s: %s", name, logs.say(error))
        return "fails"
    finally:
        connection.close()  # each thread has one of its own
    return GOOD


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    """A version whose tables are not there yet serves nobody. Tables that are newer are well: see OPERATIONS.md."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("there are migrations to apply")


def _broker() -> None:
    from studyhub.celery import app

    with app.connection_for_write(connect_timeout=PATIENCE_S) as link:
        link.connect()


def _storage() -> None:
    default_storage.exists("ready")
    open_store(settings.RUN_STORE).attempt("ready", 0).read("ready", 1)


def _cache() -> None:
    cache.set("ready", "yes", 10)
    if cache.get("ready") != "yes":
        raise RuntimeError("it forgets")


readiness = Readiness(
    {"database": _database, "migrations": _migrations, "broker": _broker, "storage": _storage, "cache": _cache}
)
