"""The app's entry in Django's registry."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """For programs: what people do on the pages, as calls."""

    name = "apps.api"
