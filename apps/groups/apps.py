"""The app's entry in Django's registry."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Study groups: who is in them, what they planned, and where a lead can help."""

    name = "apps.groups"
