"""The pictures of an executed notebook: fetched each when it comes into view, and by whom.

Nothing that the frame asks for carries a cookie, for its document is of no origin. So an address says itself for whom
it was made: it is signed, ends within half a day or with a new password, and each time it is asked what its reader may
see. A picture is handed on as it is. It is never decoded here.
"""

from __future__ import annotations

import base64
import io
import struct
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import nbformat
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.http import Http404
from django.urls import reverse

from .access import get_readable
from .models import Run

if TYPE_CHECKING:
    from apps.accounts.models import User

MEDIA = "image/png"
# Smaller ones cost more as requests of their own than in the page.
INLINE_BYTES = 4096
# An address stays the same for so long, that the browser may keep what it got; it is good for as long again.
SAME_S = 6 * 3600
SALT = "submissions.pictures"
# PNG (ISO/IEC 15948), 5.2 and 11.2.2: the signature, then the first chunk's length, name, width and height.
SIGNATURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
SIDE = 20_000


@dataclass(frozen=True)
class Picture:
    """A PNG, and how many pixels of a page it is wide and high."""

    content: bytes
    width: int
    height: int


def take_out(notebook: Any) -> list[Picture]:
    """The larger pictures among the outputs, in their order; each such output's metadata says where its picture is.

    What a notebook says itself at that place goes.
    """
    found: list[Picture] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if not isinstance(output.get("metadata"), dict):
                continue  # neither a display nor a result: it has no picture
            output.metadata.pop("studyhub", None)
            picture = _read(output.get("data", {}).get(MEDIA), output.metadata.get(MEDIA))
            if picture:
                about = {"number": len(found), "width": picture.width, "height": picture.height}
                output.metadata["studyhub"] = nbformat.from_dict(about)
                found.append(picture)
    return found


def _read(text: object, shown: object) -> Picture | None:
    try:
        content = base64.b64decode(text) if isinstance(text, str) else b""
    except ValueError:  # also for signs that are no ASCII
        return None
    if len(content) <= INLINE_BYTES or not content.startswith(SIGNATURE):
        return None
    own = dict(zip(("width", "height"), struct.unpack(">II", content[16:24]), strict=True))
    # Of a figure for fine screens the notebook says how large it is meant to be: half as large.
    for size in (shown, own):
        if isinstance(size, dict) and all(_is_side(size.get(name)) for name in own):
            return Picture(content, size["width"], size["height"])
    return None


def _is_side(length: object) -> bool:
    return type(length) is int and 0 < length <= SIDE


def packed(pictures: list[Picture]) -> bytes:
    """All of them in one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, picture in enumerate(pictures):
            archive.writestr(str(number), picture.content)
    return file.getvalue()


def unpacked(file: Path, number: int) -> bytes | None:
    """One of them, None where there is no such number."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(str(number)) if str(number) in archive.namelist() else None


def folder(run: Run, reader: User) -> str:
    """The address, down to its last slash, below which `reader` finds the pictures of this attempt for some hours."""
    key = _signer(reader).sign(f"{reader.pk}-{run.pk.hex}-{run.attempt}-{_now()}")
    return reverse("submissions:picture", args=[run.submission_id, key, 0]).removesuffix("0.png")


def run_for(submission: UUID, key: str) -> Run:
    """The run whose pictures the key is for. Raises Http404 where it is good for nothing (any more)."""
    try:
        reader = get_user_model().objects.get(pk=int(key.partition("-")[0]), is_active=True)
        _, run, attempt, since = _signer(reader).unsign(key).split("-")
    except (ValueError, OverflowError, get_user_model().DoesNotExist, BadSignature) as error:
        raise Http404("There is no such picture.") from error
    found = get_readable(reader, submission).run
    if (found.pk.hex, str(found.attempt)) != (run, attempt) or not 0 <= _now() - int(since) <= 1:
        raise Http404("There is no such picture.")
    return found


def _signer(reader: User) -> Signer:
    return Signer(salt=f"{SALT}:{reader.get_session_auth_hash()}")


def _now() -> int:
    return int(time.time() // SAME_S)
