"""What is no longer in the curriculum: its old address says so (410), and where what one did with it still is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog.models import Concept, Resource, Track

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


@dataclass(frozen=True)
class Kept:
    """Something that the reader did and still has: what it is called, where it is, and what was done."""

    name: str
    url: str
    words: str


def page(request: HttpRequest, *, thing: Any, words: str, kept: Iterable[Kept] = ()) -> HttpResponse:
    """The page of a track, or of anything else: that stands below its track, where it has one."""
    return render(request, "catalog/retired.html", {"thing": thing, "words": words, "kept": list(kept)}, status=410)


def track(request: HttpRequest, slug: str) -> HttpResponse:
    """A track that was offered once. Raises Http404 for any other."""
    found = Track.objects.filter(slug=slug, retired=True).first()
    if found is None:
        raise Http404(f"There is no track {slug}.")
    return page(
        request, thing=found, words=_("This track is no longer in the curriculum."), kept=_kept(found, request.user)
    )


def resource(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """A resource that was listed once. Raises Http404 for any other."""
    found = Resource.objects.select_related("section__track").filter(section__track__slug=track, slug=slug).first()
    if found is None:
        raise Http404(f"There is no resource {slug}.")
    return page(request, thing=found, words=_("This resource is no longer in the curriculum."))


def concept(request: HttpRequest, slug: str) -> HttpResponse:
    """A concept that was listed once. Raises Http404 for any other."""
    found = Concept.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no concept {slug}.")
    return page(request, thing=found, words=_("This concept is no longer in the curriculum."))


def _kept(track: Track, reader: User | AnonymousUser) -> list[Kept]:
    """The exercises that the reader handed in, the quizzes taken, the resources done: three queries."""
    if not reader.is_authenticated:
        return []

    def of(app: str, model: str, **by: User) -> QuerySet[Any]:
        # Their apps build on this one, which knows only the way back.
        rows = apps.get_model(app, model).objects.filter(section__track=track, **by).select_related("section__track")
        return rows.order_by("section__position", "position").distinct()

    found = (
        (of("exercises", "Exercise", submissions__user=reader), pgettext("an exercise", "handed in")),
        (of("quizzes", "Quiz", attempts__user=reader), pgettext("a quiz", "taken")),
        (of("catalog", "Resource", completions__user=reader), pgettext("a resource", "done")),
    )
    return [Kept(str(one), one.get_absolute_url(), words) for rows, words in found for one in rows]
