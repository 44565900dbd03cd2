"""LTI in the admin: nothing. Registrations have a page of their own, and django-lti's would show private keys."""

from __future__ import annotations

from django.contrib import admin
from lti_tool.models import LtiRegistration

admin.site.unregister(LtiRegistration)
