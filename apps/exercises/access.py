"""Who may see which exercise: everybody may see all that were ever handed out."""

from __future__ import annotations

from django.http import Http404

from apps.exercises.models import Exercise


def get_exercise(slug: str) -> Exercise:
    """The exercise with its current version, retired or not. Raises Http404."""
    exercise = Exercise.objects.for_detail().filter(slug=slug).first()
    if exercise is None:
        raise Http404(f"There is no exercise {slug!r}.")
    return exercise
