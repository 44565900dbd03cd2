"""Exercises: the packages under notebooks/ as rows, versions, starters and references."""

from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    """The app of the exercises."""

    name = "apps.exercises"

    def ready(self) -> None:
        """Called once when Django has loaded its apps."""
        from apps.exercises import checks  # noqa: F401 - importing registers them
