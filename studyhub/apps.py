"""The site's own app: what belongs to no other."""

from django.apps import AppConfig


class StudyHubConfig(AppConfig):
    """Registers the checks of settings, and has modules without Django speak the reader's language."""

    name = "studyhub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Called by Django once all apps are loaded."""
        from django.utils import translation

        from studyhub import checks  # noqa: F401 - importing registers them
        from studyhub.saying import speak

        speak(translation)
