"""What every page may ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Facts about the site itself; a template context processor."""
    return {"debug_site": settings.DEBUG, "unsandboxed": settings.SANDBOX == "none"}
