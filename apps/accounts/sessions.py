"""Where somebody is signed in."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User

# In the order in which they are looked for: most browsers claim to be others too.
BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
    (gettext_noop("a program"), r"\b(?:curl|python|Wget)\b"),
)
SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iOS", r"\b(?:iPhone|iPad)\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


@dataclass(frozen=True)
class Shown:
    """One session as its owner sees it."""

    pk: int
    browser: str
    network: str
    began: datetime
    seen: datetime
    here: bool


def of(user: User, *, current: str) -> list[Shown]:
    """Those of `user` that still let them in, this one first, then by when they were used (two queries)."""
    rows = list(UserSession.objects.filter(user=user))
    keys = [row.session_key for row in rows]
    live = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list("pk", flat=True)
    )
    shown = [
        Shown(
            row.pk,
            browser_of(row.user_agent),
            coarse(row.ip),
            row.created_at,
            row.last_seen_at,
            row.session_key == current,
        )
        for row in rows
        if row.session_key in live
    ]
    return sorted(shown, key=lambda one: (not one.here, -one.seen.timestamp()))


def end(user: User, *, but: str = "") -> int:
    """End all sessions of `user` that are known, except the one with the key `but`; returns how many there were."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def browser_of(agent: str) -> str:
    """What a browser says of itself, in words: `Firefox on Linux`."""
    browser = next(
        (name for name, pattern in BROWSERS if re.search(pattern, agent)), gettext_noop("An unknown browser")
    )
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, agent)), "")
    names = {"browser": _(browser), "system": system}
    words = _("%(browser)s on %(system)s") % names if system else names["browser"]
    return words[0].upper() + words[1:]


def coarse(address: str) -> str:
    """The network that an address is in, which tells a town and not a flat; empty where there is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_unspecified:
        return ""
    return str(ipaddress.ip_network((str(found), 24 if found.version == 4 else 48), strict=False))
