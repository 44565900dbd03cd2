"""Registers the app with Django."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Tracks, their sections and resources, and the concepts that tie them together."""

    name = "apps.catalog"
    label = "catalog"
