"""A run's files as tests look at them and spoil them, in whichever kind of store they lie."""

from __future__ import annotations

from apps.runner.objects import ObjectAttempt
from apps.runner.store import Attempt, FolderAttempt


def names(stored: Attempt) -> list[str]:
    """All files of an attempt, by their way from its folder."""
    if isinstance(stored, ObjectAttempt):
        return sorted(key.removeprefix(stored.base) for key, _ in stored.bucket.below(stored.base))
    assert isinstance(stored, FolderAttempt)
    return sorted(str(path.relative_to(stored.path)) for path in stored.path.rglob("*") if path.is_file())


def read(stored: Attempt, name: str) -> bytes:
    data = stored.read(name, 10**9)
    assert data is not None
    return data


def write(stored: Attempt, name: str, content: bytes | str) -> None:
    data = content.encode() if isinstance(content, str) else content
    if isinstance(stored, ObjectAttempt):
        stored.bucket.put(stored.base + name, data)
        return
    assert isinstance(stored, FolderAttempt)
    (stored.path / name).parent.mkdir(parents=True, exist_ok=True)
    (stored.path / name).write_bytes(data)


def drop(stored: Attempt, name: str) -> None:
    if isinstance(stored, ObjectAttempt):
        stored.bucket.delete([stored.base + name])
        return
    assert isinstance(stored, FolderAttempt)
    (stored.path / name).unlink()
