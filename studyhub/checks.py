"""What `manage.py check --deploy` looks at besides Django's own: settings with which a real site would be unsafe."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from studyhub import broker
from studyhub.caches import FolderCache

PROJECT = Path(__file__).resolve().parents[1]
NAME = re.compile(r'"(STUDYHUB_[A-Z0-9_]+)"')
TOKEN_CHARACTERS = 24
THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "[::1]"}


@register(Tags.security, deploy=True)
def a_real_site_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Hosts, origins, proxies, the metrics' token, limits and their cache, mail, names that are no settings."""
    return [*_addresses(), *_proxies(), *_secrets(), *_limits(), *_mail(), *_slips()]


def _addresses() -> Iterator[CheckMessage]:
    if any(host == "*" for host in settings.ALLOWED_HOSTS):
        yield Error(
            "STUDYHUB_HOSTS lets any host name in: links in mails could be made to lead elsewhere.",
            hint="List the site's own names, such as study.example.org.",
            id="studyhub.E001",
        )
    if not settings.HTTPS:
        return
    plain = [one for one in (*settings.CSRF_TRUSTED_ORIGINS, settings.SITE_URL) if urlsplit(one).scheme != "https"]
    if plain:
        yield Error(
            f"These addresses of the site are without HTTPS: {', '.join(plain)}.",
            hint="Write https:// in STUDYHUB_ORIGINS and STUDYHUB_URL.",
            id="studyhub.E002",
        )
    if urlsplit(settings.SITE_URL).hostname in THIS_MACHINE:
        yield Error(
            "Links in mails would lead to the reader's own machine.",
            hint="Set STUDYHUB_URL, or put the site's name first in STUDYHUB_HOSTS.",
            id="studyhub.E003",
        )


def _proxies() -> Iterator[CheckMessage]:
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield Warning(
            "HTTPS ends at a proxy, and none is trusted: all would share its address, and its rate limits.",
            hint="Set STUDYHUB_TRUSTED_PROXIES to the number of proxies before the site.",
            id="studyhub.W004",
        )


def _secrets() -> Iterator[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < TOKEN_CHARACTERS:
        yield Error(
            f"STUDYHUB_METRICS_TOKEN has less than {TOKEN_CHARACTERS} characters: it can be guessed.",
            hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))".',
            id="studyhub.E005",
        )


def _limits() -> Iterator[CheckMessage]:
    several = broker.celery_settings()["broker_url"] != broker.EMBEDDED
    if several and settings.CACHES["default"]["BACKEND"].endswith(FolderCache.__name__):
        yield Warning(
            "The site can run on several hosts, and each would count rate limits for itself: the cache is a folder.",
            hint="Set STUDYHUB_CACHE_URL to a Redis server that all of them reach.",
            id="studyhub.W006",
        )
    off = [limit.name for limit in settings.RATE_LIMITS.values() if not limit.most]
    if off:
        yield Warning(
            f"Nothing limits these: {', '.join(off)}.", hint="Look at STUDYHUB_RATE_LIMITS.", id="studyhub.W007"
        )


def _mail() -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield Warning(
            "There is no mail server: nobody can reset a password, and nobody proves that an address is theirs.",
            hint="Set STUDYHUB_SMTP_HOST and what belongs to it.",
            id="studyhub.W008",
        )


def _slips() -> Iterator[CheckMessage]:
    names = [name for name in os.environ if name.startswith("STUDYHUB_")]
    known = _names_in_the_code()
    for name in sorted(names):
        # Secrets come from files too, and there may be several OpenID Connect providers.
        if re.sub(r"(?<=_OIDC)_\d+(?=_)", "", name).removesuffix("_FILE") in known:
            continue
        meant = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        yield Warning(
            f"{name} is no setting, so it changes nothing.",
            hint=f"Is {meant[0]} meant?" if meant else "OPERATIONS.md lists those that there are.",
            id="studyhub.W009",
        )


def _names_in_the_code() -> set[str]:
    """Every setting that anything here asks for: a list would have to be kept, and this needs no keeping."""
    sources = [path for folder in ("apps", "studyhub") for path in (PROJECT / folder).rglob("*.py")]
    return {name for path in sources for name in NAME.findall(path.read_text(encoding="utf-8"))}
