"""Pictures of questions, frozen under the name of their content: what an answer was asked beside stays as it was."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.quizzes.soundness import picture_size
from studyhub import shared

FOLDER = "pictures"
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
# Opened on its own, a picture runs and loads nothing either.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def store() -> Path:
    """The folder of the frozen copies."""
    return Path(settings.CURRICULUM_STORE) / FOLDER


def find(name: str) -> Path | None:
    """The frozen picture of this name, fetched where hosts share no disk; None where there is none. Raises OSError."""
    place = store() / name
    if place.is_file() or (shared.is_shared() and shared.fetch(f"{FOLDER}/{name}", place)):
        return place
    return None


def freeze(path: Path) -> dict[str, Any]:
    """Copy the picture into the store; its name there, and its width and height. Raises OSError and ValueError."""
    width, height = picture_size(path)
    data = path.read_bytes()
    place = store() / f"{hashlib.sha256(data).hexdigest()[:40]}{path.suffix}"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as copy:
            copy.write(data)
        os.chmod(copy.name, 0o644)
        os.replace(copy.name, place)
    if shared.is_shared():
        shared.share(f"{FOLDER}/{place.name}", place)
    return {"file": place.name, "width": width, "height": height}
