"""The app's entry in Django's registry."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding things."""

    name = "apps.search"

    def ready(self) -> None:
        """Listens to what changes in groups and in the curriculum."""
        from .keeping import listen

        listen()
