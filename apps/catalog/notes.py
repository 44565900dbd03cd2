"""Notes on resources. For ten minutes one that was taken away can be put back; it waits in its writer's session."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.models import Note, Resource
from apps.catalog.opinion_models import NOTE_LENGTH

KEY = "catalog.note.undo"
FOR_S = 600


class NoteForm(forms.Form):
    """The text of a note."""

    text = forms.CharField(
        label=_("Your note"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Only you can read it. Markdown, and formulas between dollars."),
    )


def write(*, user: User, resource: Resource, text: str) -> Note:
    """The user's note on the resource from now on."""
    return Note.objects.update_or_create(user=user, resource=resource, defaults={"text": text})[0]


def take_away(request: HttpRequest, resource: Resource) -> bool:
    """Delete the reader's note. True where there was one."""
    note = Note.objects.filter(user=request.user, resource=resource).first()
    if note is None:
        return False
    note.delete()
    request.session[KEY] = {"resource": resource.pk, "text": note.text, "until": time.time() + FOR_S}
    return True


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    """What the reader can put back now; None for nothing. What is too old is forgotten."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if kept and kept["until"] <= time.time():
        del request.session[KEY]
        return None
    return kept


def put_back(request: HttpRequest) -> Note | None:
    """Put it back. None where there is nothing, and where there is another note by now: that one stays."""
    kept = waiting(request)
    if kept is None:
        return None
    del request.session[KEY]
    note, made = Note.objects.get_or_create(
        user=request.user, resource_id=kept["resource"], defaults={"text": kept["text"]}
    )
    return note if made else None
