"""The site's settings, and the one thing that the proxy before it does to what browsers get: it compresses pages."""

from studyhub.settings import *  # noqa: F403

# Where docker/compose/Caddyfile says `encode`. Static files are compressed already.
MIDDLEWARE.insert(0, "django.middleware.gzip.GZipMiddleware")  # noqa: F405
