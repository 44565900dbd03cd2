"""The run store in a bucket: a runner works in a folder of its own machine and brings its result from there.

A runner's key needs two rights, to get and to put objects below the store's prefix: it can neither list nor delete,
so the names of what was prepared are in an object of their own, and ids of others' runs can't be found out.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from apps.runner import work
from apps.runner.bucket import AT_ONCE, Bucket
from apps.runner.contract import CANCEL_FILE, CLAIM_FILE, REQUEST_FILE, RESULT_FOLDER
from apps.runner.store import (
    ARTEFACTS,
    RESULT,
    Attempt,
    ResultUnreadable,
    StoreError,
    StoreRefused,
    StoreUnreachable,
    until_answered,
)
from studyhub import storages

logger = logging.getLogger(__name__)
# What the platform prepared, as a list of names.
NAMES_FILE = "names.json"
CHECK_FILE = "check"
# Where these are, everything is.
MARKS = (REQUEST_FILE, RESULT)
# A name as our own runner gives it to an artefact.
ARTEFACT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}\Z")
ARTEFACTS_AT_MOST = 1000
TRANSFERS = 8
LOOK_S = 2.0
# For so long a runner tries to take an attempt up; then the platform resends it.
TAKE_S = 20.0


class ObjectStore:
    """A part of a bucket."""

    def __init__(self, place: storages.Place) -> None:
        self.bucket = Bucket(place)

    def attempt(self, run_id: str, number: int) -> ObjectAttempt:
        """As Store says."""
        return ObjectAttempt(self.bucket, run_id, number)

    def problem(self) -> str:
        """As Store says: tries what a run needs, and that of two who claim one wins."""
        try:
            self.bucket.put(CHECK_FILE, b"")
            self.bucket.get(CHECK_FILE)
            if self.bucket.put_first(CHECK_FILE, uuid.uuid4().bytes):
                return f"The server of {self.bucket.place} ignores If-None-Match: a run could be taken up twice."
        except StoreUnreachable as error:
            logger.warning("The run store can't be reached: %s", error)
        except StoreRefused as error:
            return f"The run store refuses this runner, whose key must get and put there: {error}"
        return ""


class ObjectAttempt(Attempt):
    """An attempt whose files are objects."""

    def __init__(self, bucket: Bucket, run_id: str, number: int) -> None:
        self.bucket = bucket
        self.base = f"{run_id}/{number}/"
        self.published = False

    def __str__(self) -> str:
        return f"{self.bucket.place}/{self.base}"

    def has(self, name: str) -> bool:
        """As Attempt says."""
        return self.bucket.has(self.base + name)

    def read(self, name: str, limit: int) -> bytes | None:
        """As Attempt says."""
        return self.bucket.get(self.base + name, limit)

    @contextmanager
    def filling(self) -> Iterator[Path]:
        """A temporary folder, which is uploaded."""
        with tempfile.TemporaryDirectory(prefix="studyhub-fill-") as name:
            folder = Path(name)
            yield folder
            names = _names(folder)
            (folder / NAMES_FILE).write_text(json.dumps(names), encoding="utf-8")
            self._upload(folder, [*names, NAMES_FILE])

    @contextmanager
    def artefacts(self, limit: int) -> Iterator[Path]:
        """A temporary copy. Who wrote them is not trusted: their names, number and sizes are looked at before."""
        base = f"{self.base}{ARTEFACTS}/"
        found: dict[str, int] = {}
        for key, size in self.bucket.below(base):
            name, limit = key.removeprefix(base), limit - size
            if not ARTEFACT.match(name) or len(found) == ARTEFACTS_AT_MOST:
                raise ResultUnreadable(f"An artefact {name[:200]!r}, after {len(found)} others.")
            if limit < 0:
                raise ResultUnreadable(f"The artefacts are larger than all of them may be, by {-limit} bytes.")
            found[name] = size
        with tempfile.TemporaryDirectory(prefix="studyhub-artefacts-") as folder:
            # One that is replaced by now may not be larger than the one that was listed.
            _each(lambda name: self.bucket.fetch(base + name, Path(folder, name), found[name]), found)
            yield Path(folder)

    def cancel(self) -> None:
        """As Attempt says."""
        self.bucket.put(self.base + CANCEL_FILE, b"")

    def remove(self, *, but: str = "") -> None:
        """As Attempt says."""
        batch: list[str] = []
        for name, _ in self.bucket.below(self.base):
            if name != self.base + but:
                batch.append(name)
            if len(batch) == AT_ONCE:
                self.bucket.delete(batch)
                batch = []
        if batch:
            self.bucket.delete(batch)

    @contextmanager
    def taken(self) -> Iterator[Path | None]:
        """A folder of this machine, which goes afterwards, unless it holds a result that could not be brought."""
        if not until_answered(self._claim, TAKE_S):
            yield None
            return
        folder = work.own_folder() / self.base.replace("/", ".").rstrip(".")
        try:
            until_answered(lambda: self._bring(folder), TAKE_S)
            with self._watching(folder):
                yield folder
        finally:
            if self.published or not (folder / RESULT).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path) -> None:
        """As Attempt says."""
        names = [name for name in _names(folder) if name.startswith(f"{RESULT_FOLDER}/")]
        self._upload(folder, names)
        self.published = True

    def _claim(self) -> bool:
        try:
            if not self.has(REQUEST_FILE):
                return False
        except StoreRefused as error:
            # Who may not list is told the same of what is not there as of what it may not read.
            logger.warning("%s is gone, or this runner may not read it: %s", self, error)
            return False
        token = f"{socket.gethostname()} {uuid.uuid4()}"
        return self.bucket.put_first(self.base + CLAIM_FILE, token.encode())

    def _bring(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        names = json.loads(self.bucket.get(self.base + NAMES_FILE) or b"[]")
        (folder / "data").mkdir(parents=True)
        _each(lambda name: self.bucket.fetch(self.base + name, folder / name), names)

    @contextmanager
    def _watching(self, folder: Path) -> Iterator[None]:
        """Within the block a thread looks for the mark to stop. The monitor must not wait for a server."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOK_S):
                try:
                    if self.has(CANCEL_FILE):
                        (folder / CANCEL_FILE).touch()
                        return
                except StoreError:
                    continue  # it can't be told, or there is none and we may not know: the run has other ends

        thread = threading.Thread(target=look, name=f"watch {self.base}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _upload(self, folder: Path, names: list[str]) -> None:
        """All at once, then what marks completeness, one after the other."""
        _each(lambda name: self.bucket.put(self.base + name, folder / name), [n for n in names if n not in MARKS])
        for name in MARKS:
            if name in names:
                self.bucket.put(self.base + name, folder / name)


def _names(folder: Path) -> list[str]:
    """The files below `folder`, by their way from there."""
    return sorted(
        PurePosixPath(path.relative_to(folder)).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def _each(act: Callable[[str], object], names: Iterable[str]) -> None:
    """`act` on each name, several at a time. Raises what one of them raised, once none is at work any more."""
    with ThreadPoolExecutor(TRANSFERS, thread_name_prefix="transfer") as pool:
        list(pool.map(act, names))
