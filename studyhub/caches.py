"""The cache by its address: a folder beside everything else, or a Redis server that several hosts share."""

from __future__ import annotations

import fcntl
import json
import pickle
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

from studyhub import env

VARIABLE = "STUDYHUB_CACHE_URL"
# A site forgets old entries before its folder is too large to look through.
MOST_FILES = 20_000
# How many new entries there are, on average, for each look through the folder.
LOOK_EVERY = 50


def cache(url: str, var: Path) -> dict[str, Any]:
    """Django's settings for `url`; an empty one means a folder in `var`. Raises SettingError for any other server."""
    if not url:
        options = {"MAX_ENTRIES": MOST_FILES}
        return {"BACKEND": "studyhub.caches.FolderCache", "LOCATION": var / "cache", "OPTIONS": options}
    if not url.startswith(("redis://", "rediss://", "unix://")):
        # The address is not shown: it may hold a password.
        raise env.SettingError(f"{VARIABLE} must be an address such as redis://host:6379/1, or empty.")
    # A server that is gone must not hold up a page for long.
    options = {"socket_timeout": 2, "socket_connect_timeout": 2, "serializer": "studyhub.caches.JsonSerializer"}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "OPTIONS": options}


class JsonSerializer:
    """What lies in Redis is data. Django's own would unpickle it: whoever can write there would run code here."""

    def dumps(self, value: Any) -> int | str:
        """Numbers as they are, so that the server can count. Raises TypeError for what JSON can't hold."""
        return value if type(value) is int else json.dumps(value)

    def loads(self, data: bytes) -> Any:
        """Raises ValueError for what is no JSON."""
        return json.loads(data)


class FolderCache(FileBasedCache):
    """Django's cache in a folder, in which of several processes one adds a key, and counting loses nothing."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._createdir()
        with open(Path(self._dir) / "lock", "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value where there is none yet. Returns whether it was stored."""
        with self._alone():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a number and return the sum; it expires when it would have. Raises ValueError where there is none."""
        with self._alone():
            value = self.get(key, version=version)
            if value is None:
                raise ValueError(f"Key {key!r} not found.")
            with open(self._key_to_file(key, version), "rb") as file:
                expires = pickle.load(file)  # noqa: S301 - written by Django's cache, in a folder of our own
            # Django's own would start the time anew: a number that is counted up often would never expire.
            self.set(key, value + delta, None if expires is None else expires - time.time(), version)
            return value + delta

    def _cull(self) -> None:
        if random.random() < 1 / LOOK_EVERY:  # noqa: S311 - no secret
            super()._cull()
