"""The app's entry in Django's registry."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Questions: asked, answered, asked again when they are due."""

    name = "apps.quizzes"

    def ready(self) -> None:
        """Has its proposals heard on the first page, and tells tracks' pages how far a learner is with each quiz."""
        from apps.catalog import reached as tracks
        from apps.catalog.suggestions import register
        from apps.quizzes.reached import reached
        from apps.quizzes.standing import suggestions

        register(suggestions)
        tracks.register("quizzes.quiz", reached)
