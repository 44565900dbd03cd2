"""The pages of the catalogue. Everybody may read them; marking something as done takes an account."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.catalog import contents, edition, links, notes, opinions, retired, services
from apps.catalog.models import Completion, Concept, Note, Resource, exercises_on_offer
from apps.catalog.next_steps import left_at, next_steps, remember
from apps.catalog.notes import NoteForm
from apps.catalog.opinions import another_perspective
from apps.catalog.progress import TrackProgress, next_step
from apps.catalog.reached import reached

PERSPECTIVES = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What StudyHub is, or what to do next; the course, and the tracks that support it."""
    now = edition.current()
    done = Completion.objects.resources_of(request.user)
    tracks = [TrackProgress.of(track, done) for track in contents.tracks(now)]
    context = {
        "edition": now,
        "spine": next((one.track for one in tracks if one.track.is_spine), None),
        "branches": tuple((one.track.title, one.track.accent) for one in tracks if not one.track.is_spine),
        "tracks": [one for one in tracks if not one.track.is_spine],
        "next_step": next_step(tracks, done),
        "steps": next_steps(user=request.user, tracks=tracks, done=done, left_at=left_at(request)),
    }
    return render(request, "catalog/home.html", context)


@require_safe
def track(request: HttpRequest, track: str) -> HttpResponse:
    """A track: its sections, their resources and exercises; of a retired one what the reader did in it."""
    now = edition.current()
    here = contents.progress(now, track, Completion.objects.resources_of(request.user), reached(request.user))
    if here is None:
        return retired.track(request, track)
    return render(request, "catalog/track.html", {"edition": now, "here": here})


@require_safe
def resource(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """A resource: why this one, and what else looks at the same concepts."""
    found = Resource.objects.for_page().filter(section__track__slug=track, slug=slug).first()
    if found is None:
        return retired.resource(request, track, slug)
    concepts = list(found.concepts.all())
    exercises = exercises_on_offer().filter(concepts__in=concepts).select_related("section__track").distinct()
    others = another_perspective(found)
    context = {
        "resource": found,
        "track": found.section.track,
        "concepts": concepts,
        "others": others[:PERSPECTIVES],
        "instead": links.instead_of(found, others),
        "exercises": exercises[:PERSPECTIVES],
        "done": found.pk in Completion.objects.resources_of(request.user),
        "words": opinions.choices(found, request.user),
    }
    if request.user.is_authenticated:
        note = Note.objects.filter(user=request.user, resource=found).first()
        form = NoteForm(initial={"text": note.text if note else ""})
        context |= {"note": note, "form": form, "undo": notes.waiting(request), "undo_url": reverse("undo-note")}
    response = render(request, "catalog/resource.html", context)
    remember(response, found)
    return response


@require_POST
def toggle_done(request: HttpRequest, track: str, slug: str) -> HttpResponse:
    """Mark a resource as done (`done=1`) or take the mark back (`done=0`)."""
    found = get_object_or_404(Resource.objects.for_page(), section__track__slug=track, slug=slug)
    if not request.user.is_authenticated:
        return redirect_to_login(found.get_absolute_url())
    done = request.POST.get("done") == "1"
    change = services.mark_done if done else services.undo_done
    change(user=request.user, resource=found)
    if request.htmx and not request.htmx.boosted:
        return render(request, "catalog/_done.html", {"resource": found, "done": done, "changed": True})
    return redirect(found)


@require_safe
def concepts(request: HttpRequest) -> HttpResponse:
    """All concepts, by name."""
    return render(request, "catalog/concepts.html", {"concepts": Concept.objects.current()})


@require_safe
def concept(request: HttpRequest, slug: str) -> HttpResponse:
    """A concept, and every resource and exercise that looks at it."""
    found = Concept.objects.current().filter(slug=slug).first()
    if found is None:
        return retired.concept(request, slug)
    exercises = exercises_on_offer().filter(concepts=found).select_related("section__track")
    return render(
        request,
        "catalog/concept.html",
        {
            "concept": found,
            "needs": list(found.needs.current()),
            "leads_to": list(found.leads_to.current()),
            "resources": list(Resource.objects.on_concept(found)),
            "done": Completion.objects.resources_of(request.user),
            "exercises": list(exercises),
        },
    )
