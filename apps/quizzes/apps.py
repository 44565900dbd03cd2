"""The app's entry in Django's registry."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Questions: asked, answered, asked again when they are due."""

    name = "apps.quizzes"
