"""Files of the curriculum that every host has to have, where hosts share no disk: in the storage `curriculum`.

There is one with STUDYHUB_STORAGE_URL only. Without, whoever asks is told that nothing is shared.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

STORAGE = "curriculum"


def is_shared() -> bool:
    """Whether there is such a storage."""
    return STORAGE in settings.STORAGES


def names(folder: str) -> set[str]:
    """What is shared in `folder`. Raises OSError where the storage fails."""
    with _open() as storage:
        return set(storage.listdir(folder)[1])


def share(name: str, path: Path) -> None:
    """Put a copy of `path` into the storage; one that is there stays. Raises OSError where it fails."""
    with _open() as storage, path.open("rb") as file:
        if not storage.exists(name):
            storage.save(name, File(file))


def fetch(name: str, target: Path) -> bool:
    """Copy a shared file to `target`, whole or not at all; False where there is none. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _open() as storage, tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as folder:
        copy = Path(folder) / target.name
        try:
            with storage.open(name) as source, copy.open("wb") as file:
                shutil.copyfileobj(source, file)
        except FileNotFoundError:
            return False
        os.replace(copy, target)
    return True


@contextmanager
def _open() -> Iterator[Storage]:
    try:
        yield storages[STORAGE]
    except (BotoCoreError, ClientError) as error:
        # To whoever asks it is a disk that fails: that passes, and nobody's run is at fault.
        raise OSError(f"The storage of the curriculum failed: {error}") from error
