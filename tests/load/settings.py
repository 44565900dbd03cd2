"""The site's settings, and beside its pages the yardstick's."""

from studyhub.settings import *  # noqa: F403

ROOT_URLCONF = "tests.load.urls"
TEMPLATES[0]["DIRS"] += [BASE_DIR / "tests" / "load" / "templates"]  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
