"""Pages of the exercises: what there is, what one asks for, and its starter."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from apps.catalog.reached import reached
from apps.exercises.access import get_exercise
from apps.exercises.build import introduction, starter_zip
from apps.exercises.elsewhere import in_browser, in_colab, in_kaggle
from apps.exercises.forms import FilterForm
from apps.exercises.models import Exercise
from apps.exercises.wording import limits_in_words


@require_safe
def exercise_list(request: HttpRequest) -> HttpResponse:
    """All exercises on offer, grouped by track; track, level and concept narrow them down."""
    form = FilterForm(request.GET)
    chosen = form.chosen()
    context = {
        "form": form,
        "chosen": chosen,
        "exercises": Exercise.objects.for_list(**chosen),
        "own": reached(request.user, "exercises.exercise"),
    }
    return render(request, "exercises/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What the exercise is about, what it asks for and how to hand it in."""
    exercise = get_exercise(slug)
    package = exercise.current_version.package()
    context = {
        "exercise": exercise,
        "version": exercise.current_version,
        "introduction": introduction(package),
        "data_files": list(package.data_files()),
        "limits": limits_in_words(package.manifest),
        "lite_url": in_browser(package),
        # Whoever brings the published starters up to date deletes those of retired exercises.
        "colab_url": "" if exercise.retired else in_colab(slug),
        "kaggle_url": "" if exercise.retired else in_kaggle(slug),
    }
    return render(request, "exercises/detail.html", context)


@require_safe
def starter(request: HttpRequest, slug: str) -> HttpResponse:
    """The starter notebook with its data, as a zip."""
    content = starter_zip(get_exercise(slug).current_version.package())
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-starter.zip"',
        "ETag": etag,
        "Cache-Control": "no-cache",
    }
    response = HttpResponse(content, content_type="application/zip", headers=headers)
    return get_conditional_response(request, etag=etag, response=response)
