"""A POST to an address that somebody on the outside chose; how one goes there safely is in studyhub/outside.py."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult

from django.conf import settings

from studyhub import outside
from studyhub.outside import DEADLINE_S, Answer

USER_AGENT = "StudyHub-Webhooks/1"


def check_url(url: str) -> SplitResult:
    """What can be said of an address before its name is looked up. Raises AddressRefused."""
    return outside.check_url(url, settings.WEBHOOK_ALLOW)


def post(url: str, body: bytes, headers: Mapping[str, str], *, deadline_s: float = DEADLINE_S) -> Answer:
    """Send `body`, and read how it was answered. Never raises for what lies outside; touches no database."""
    headers = {"User-Agent": USER_AGENT, **headers}
    return outside.ask("POST", url, body, headers, allow=settings.WEBHOOK_ALLOW, deadline_s=deadline_s)
