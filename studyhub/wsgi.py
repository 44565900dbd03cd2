"""The WSGI entry point, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from studyhub import sentry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyhub.settings")
sentry.start()
application = get_wsgi_application()
