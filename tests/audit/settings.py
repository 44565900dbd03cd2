"""The site's settings, its clock, and what the proxy before it does to what browsers get: it compresses pages."""

from django.utils import timezone

from studyhub.settings import *  # noqa: F403
from tests.audit.clock import NOW

# Where docker/compose/Caddyfile says `encode`. Static files are compressed already.
MIDDLEWARE.insert(0, "django.middleware.gzip.GZipMiddleware")  # noqa: F405

# Its clock stands still, so that the same code makes the same pictures.
timezone.now = lambda: NOW
