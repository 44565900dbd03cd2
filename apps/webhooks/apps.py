"""The app's entry in Django's registry."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """What groups have told to other programs."""

    name = "apps.webhooks"

    def ready(self) -> None:
        """Listens to what happens to the work of groups' members."""
        from apps.accounts.events import listen
        from apps.accounts.leaving import within_leaving

        from .leaving import forget
        from .listening import hear

        listen(hear)
        within_leaving(forget)
