"""The upload form, and the handler that keeps an absurdly large body from being kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .messages import REVIEW, UPLOAD
from .said import refused
from .services.comments import COMMENT_LENGTH
from .validation import MB, UploadRefused

if TYPE_CHECKING:
    from .conversation import Thread


class CappedUpload(FileUploadHandler):
    """Stops keeping a file as soon as it is larger than what may be handed in, and leaves a note on the request."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.limit = settings.UPLOAD_LIMIT_MB * MB

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Called for each piece of a file, before the handlers that keep it. Raises SkipFile beyond the limit."""
        if start + len(raw_data) > self.limit:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the handlers after this one."""


class UploadForm(forms.Form):
    """One notebook. What a learner reads about a file that can't be used stands in messages.py."""

    notebook = forms.FileField(
        label=_("Your notebook (.ipynb)"),
        allow_empty_file=True,
        error_messages=dict.fromkeys(("required", "invalid", "missing"), _(UPLOAD["no-file"])),
        widget=forms.FileInput(attrs={"accept": ".ipynb,application/x-ipynb+json"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            limit = f"{settings.UPLOAD_LIMIT_MB} MB"
            refusal = UploadRefused("too-large", size=f"more than {limit}", limit=limit)
            self.fields["notebook"].error_messages["required"] = refused(refusal)

    def file(self) -> UploadedFile:
        """The file, once the form is valid."""
        uploaded: UploadedFile = self.cleaned_data["notebook"]
        return uploaded


class CommentForm(forms.Form):
    """A word on a hand-in, or on one of its cells."""

    cell = forms.IntegerField(required=False, error_messages={"invalid": _(REVIEW["no-cell"])})
    text = forms.CharField(
        max_length=COMMENT_LENGTH,
        error_messages={
            "required": _(REVIEW["no-text"]),
            "max_length": format_lazy(_(REVIEW["long-text"]), most=COMMENT_LENGTH),
        },
    )

    # The key of the thread beside which its problems are said.
    thread = ""

    def beside(self, threads: Iterable[Thread]) -> CommentForm:
        """Say its problems beside the thread that it is about; where the page has no form for that, the whole one."""
        about = str(self["cell"].value() or "")
        self.thread = about if about in {thread.key for thread in threads} else ""
        return self

    @property
    def problems(self) -> list[str]:
        """What is wrong with it, in words."""
        return [problem for problems in self.errors.values() for problem in problems]
