"""The app's entry in Django's registry."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Study groups: who is in them, what they planned, and where a lead can help."""

    name = "apps.groups"

    def ready(self) -> None:
        """Has leads look at the hand-ins of their members, and what a plan asks for proposed on the first page.

        Then has groups remind whoever chooses to be told of what is due.
        """
        from django.db.models.signals import post_save

        from apps.accounts.leaving import within_leaving
        from apps.accounts.models import Choice
        from apps.catalog import suggestions
        from apps.submissions.access import register

        from . import proposals, reminders
        from .helping import helpers_of
        from .leaving import keep_figures

        within_leaving(keep_figures)
        register(helpers_of)
        suggestions.register(proposals.suggestions)
        post_save.connect(reminders.follow, sender=Choice)
