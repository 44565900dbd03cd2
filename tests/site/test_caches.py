"""The cache in a folder: of several processes one adds a key, and no count is lost. In Redis lies nothing but data."""

import multiprocessing
import os
import pickle
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import CacheHandler
from django.utils import timezone

from studyhub import caches
from studyhub.caches import FolderCache
from tests import servers


def count(folder: Path, times: int) -> None:
    cache = FolderCache(folder, {})
    for _ in range(times):
        cache.add("seen", 0, 600)
        cache.incr("seen")


def test_processes_that_count_at_once_lose_nothing(tmp_path):
    several = [multiprocessing.get_context("spawn").Process(target=count, args=(tmp_path, 50)) for _ in range(3)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert FolderCache(tmp_path, {}).get("seen") == 150


def test_a_number_expires_when_it_would_have(tmp_path, monkeypatch):
    cache = FolderCache(tmp_path, {"TIMEOUT": 10})
    start = timezone.now()

    def at(seconds: int) -> None:
        monkeypatch.setattr("time.time", (start + timedelta(seconds=seconds)).timestamp)

    at(0)
    cache.add("seen", 0, 1000)
    at(999)
    assert cache.incr("seen") == 1
    at(1001)
    assert not cache.has_key("seen")
    with pytest.raises(ValueError, match="not found"):
        cache.incr("seen")


def test_what_has_no_end_keeps_none(tmp_path):
    cache = FolderCache(tmp_path, {})
    cache.set("seen", 1, None)
    assert (cache.incr("seen", 2), cache.get("seen")) == (3, 3)


def test_an_entry_is_added_once(tmp_path):
    cache = FolderCache(tmp_path, {})
    assert [cache.add("seen", value) for value in (1, 2)] == [True, False]
    assert cache.get("seen") == 1


class TestRedis:
    @pytest.fixture
    def cache(self, tmp_path):
        if shutil.which("redis-server") is None:
            pytest.skip("needs Redis (apt install redis-server)")
        with servers.redis() as url:
            yield CacheHandler({"default": caches.cache(url, tmp_path)})["default"]

    def test_what_is_stored_comes_back(self, cache):
        for value in (0, True, "text", [1.5, 2.5], {"a": None}):
            cache.set("seen", value)
            assert cache.get("seen") == value
        assert (cache.add("new", 1), cache.add("new", 2), cache.incr("new", 2)) == (True, False, 3)

    def test_what_somebody_planted_there_is_not_executed(self, cache, tmp_path):
        class Planted:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "executed"),)

        key = cache.make_and_validate_key("seen")
        cache._cache.get_client(key, write=True).set(key, pickle.dumps(Planted()))
        with pytest.raises(ValueError, match=r"decode|JSON|Expecting"):
            cache.get("seen")
        assert not (tmp_path / "executed").exists()
