"""The app's entry in Django's registry."""

from django.apps import AppConfig


class LtiConfig(AppConfig):
    """StudyHub as a tool of learning platforms (LTI 1.3)."""

    name = "apps.lti"
    label = "lti"
    verbose_name = "LTI"

    def ready(self) -> None:
        """Listens to what is graded; with an account goes what a platform told of it."""
        from django.conf import settings
        from django.db.models.signals import pre_delete

        from apps.accounts.events import listen

        from .identity import forget
        from .passing import hear

        listen(hear)
        pre_delete.connect(forget, sender=settings.AUTH_USER_MODEL, dispatch_uid="lti.forget")
