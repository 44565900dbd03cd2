"""The app's entry in Django's registry."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Questions: asked, answered, asked again when they are due."""

    name = "apps.quizzes"

    def ready(self) -> None:
        """Has its proposals heard on the first page."""
        from apps.catalog.suggestions import register
        from apps.quizzes.standing import suggestions

        register(suggestions)
