"""Exercises: the packages under notebooks/ as rows, versions, starters and references."""

from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    """The app of the exercises."""

    name = "apps.exercises"
