"""What learners say of a resource, and their notes on it. All of it takes an account."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.catalog import notes, opinions
from apps.catalog.models import Note, Resource, Track
from apps.catalog.notes import NoteForm

PER_PAGE = 20


def _resource(track: str, slug: str) -> Resource:
    return get_object_or_404(Resource.objects.for_page(), section__track__slug=track, slug=slug)


@require_POST
def rate(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """Say a word on a resource (`word=click`, `fine` or `lost`), or take it back (`word=`)."""
    found = _resource(track, slug)
    if not request.user.is_authenticated:
        return redirect_to_login(found.get_absolute_url())
    word = request.POST.get("word", "")
    try:
        opinions.rate(user=request.user, resource=found, word=word)
    except ValueError as error:
        raise BadRequest("There is no such word.") from error
    if request.htmx and not request.htmx.boosted:
        said = {"resource": found, "words": opinions.choices(found, request.user), "changed": True}
        return render(request, "catalog/_rating.html", said)
    return redirect(f"{found.get_absolute_url()}#rating")


@require_POST
def note(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """Write one's note on a resource, or change it."""
    found = _resource(track, slug)
    if not request.user.is_authenticated:
        return redirect_to_login(found.get_absolute_url())
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {"resource": found, "track": found.section.track, "form": form}
        return render(request, "catalog/note.html", context, status=400)
    notes.write(user=request.user, resource=found, text=form.cleaned_data["text"])
    messages.success(request, _("Your note is kept."))
    return redirect(f"{found.get_absolute_url()}#note")


@require_POST
def remove_note(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """Take one's note away; for ten minutes that can be undone."""
    found = _resource(track, slug)
    if not request.user.is_authenticated:
        return redirect_to_login(found.get_absolute_url())
    notes.take_away(request, found)
    return redirect(found)


@login_required
@require_POST
def undo_note(request: HttpRequest) -> HttpResponse:
    """Put back the note that was taken away last."""
    put = notes.put_back(request)
    if put is None:
        late = _("It is too late to undo that: ten minutes are over, or there is another note.")
        messages.warning(request, late)
        return redirect("notes")
    messages.success(request, _("Your note is back."))
    return redirect(f"{put.resource.get_absolute_url()}#note")


@login_required
@require_safe
def own_notes(request: HttpRequest) -> HttpResponse:
    """One's notes, the latest first; `q` looks in them, `track` keeps those on one track."""
    text, track = request.GET.get("q", "").strip()[:100], request.GET.get("track", "")
    found = Note.objects.for_list(request.user, text=text, track=track)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "q": text,
        "track_slug": track,
        "tracks": list(Track.objects.current()),
        "filtered": bool(text or track),
        "query": urlencode({"q": text, "track": track}) + "&",
        "undo": notes.waiting(request),
        "undo_url": reverse("undo-note"),
    }
    return render(request, "catalog/notes.html", context)
