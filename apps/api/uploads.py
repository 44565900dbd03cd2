"""The notebook in the body of a call: as a file of a form, or alone. Nothing larger than the limit is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from apps.submissions.forms import CappedUpload
from apps.submissions.validation import MB, UploadRefused

from .problems import Problem

FIELD = "notebook"
ALONE = {"application/json", "application/x-ipynb+json"}
# Room for the form around the file.
AROUND = 64 * 1024
KEY = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True)
class Sent:
    """A notebook as it was sent, not looked into yet."""

    filename: str
    data: bytes


def sent(request: HttpRequest, filename: str) -> Sent:
    """The notebook in the body; `filename` is what one that comes alone is called. Raises Problem, UploadRefused."""
    limit = settings.UPLOAD_LIMIT_MB * MB
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + AROUND:
        raise _too_large()
    if request.content_type in ALONE:
        data = request.read(limit + 1)
        if len(data) > limit:
            raise _too_large()
        return Sent(filename or "notebook.ipynb", data)
    if request.content_type != "multipart/form-data":
        raise Problem("wrong-type")
    return _of_form(request)


def _of_form(request: HttpRequest) -> Sent:
    request.upload_handlers.insert(0, CappedUpload(request))
    try:
        file = request.FILES.get(FIELD)
    except (MultiPartParserError, RequestDataTooBig, SuspiciousOperation, ValueError):
        raise Problem("unreadable-body", "The form can't be read. Send multipart/form-data with a file.") from None
    if getattr(request, "upload_too_large", False):
        raise _too_large()
    if file is None:
        raise UploadRefused("no-file")
    return Sent(file.name or "notebook.ipynb", file.read())


def _too_large() -> UploadRefused:
    limit = f"{settings.UPLOAD_LIMIT_MB} MB"
    return UploadRefused("too-large", size=f"more than {limit}", limit=limit)


def key_of(request: HttpRequest) -> str:
    """The Idempotency-Key; empty where none was sent. Raises Problem for one that can't be used."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.fullmatch(key):
        raise Problem("bad-key")
    return key
