"""Looks whether the resources' links still lead somewhere: a few at a time, one of each host, and never in a hurry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.accounts.notifications import notify
from apps.catalog import edition
from apps.catalog.addresses import address_key
from apps.catalog.link_models import Link, LinkState
from apps.catalog.models import Resource
from studyhub import outside, stored, tally

SLICE = 5  # links of one pass, each of another host: a host is asked once in a pass
DEADLINE_S = 10.0  # for one link with all its redirects
HOPS = 5
DEAD_AFTER = 3  # failures, each on a day of its own
AGAIN = timedelta(days=7)
AGAIN_FAILING = timedelta(days=1)
LONGEST_WAIT = timedelta(days=30)
PERMANENT = {301, 308}
REDIRECTS = {301, 302, 303, 307, 308}
# Somebody is there, and doesn't answer programs, or not now: nothing is learnt of the link.
UNCLEAR = {401, 403, 405, 406, 407, 408, 425, 429, 451, 503, 999}
NO_GET = {404, 410, 429, 503}  # where a GET would say the same, or only weigh on them

# In English, so it is kept; told in the reader's language.
IN_CIRCLES = gettext_noop("It sends us in circles.")
ON_AND_ON = gettext_noop("It sends us on and on.")
stored.keep(IN_CIRCLES, ON_AND_ON)

TASK = "catalog.links"
GOOD: Final = "good"
FAILED: Final = "failed"
NOT_KNOWN: Final = "unclear"


@dataclass(frozen=True)
class Found:
    """What came of one look; `wait` is what the other side asked for."""

    outcome: str
    status: int | None = None
    said: str = ""
    moved_to: str = ""
    wait: timedelta | None = None


def look_at_some(now: datetime) -> int:
    """One pass: the links that are due, of each host one. Returns how many were looked at."""
    if not settings.LINK_CHECKS:
        return 0
    looked = 0
    tallied = tally.Tallied()
    for link in _due(now):
        # Whoever comes second finds it claimed; it is looked at again tomorrow should we die meanwhile.
        mine = Link.objects.filter(pk=link.pk, next_look_at=link.next_look_at)
        if not mine.update(next_look_at=now + AGAIN_FAILING):
            continue
        found = look(link.url)
        note(link, found, timezone.now())
        tallied.count("links", found.outcome)
        looked += 1
    tallied.write()
    return looked


def look(url: str, *, deadline_s: float | None = None) -> Found:
    """Ask for a page's head, or for its first bytes, following redirects. Touches no database."""
    until = time.monotonic() + (DEADLINE_S if deadline_s is None else deadline_s)
    seen, moved, at = {url}, "", iri_to_uri(url)
    all_permanent = True
    for _ in range(HOPS + 1):
        answer = _ask(at, until)
        if answer.refused:
            return Found(NOT_KNOWN, said=answer.error)
        if answer.status in REDIRECTS and answer.headers.get("location"):
            all_permanent = all_permanent and answer.status in PERMANENT
            at = iri_to_uri(urljoin(at, answer.headers["location"])).partition("#")[0]
            if at in seen:
                return Found(FAILED, answer.status, IN_CIRCLES)
            seen.add(at)
            moved = at if all_permanent else moved
            continue
        if answer.status in UNCLEAR:
            return Found(NOT_KNOWN, answer.status, answer.error, wait=_wait(answer.headers.get("retry-after", "")))
        if not answer.is_good:
            return Found(FAILED, answer.status, answer.error)
        new = moved if len(moved) <= outside.URL_LENGTH and address_key(moved) != address_key(url) else ""
        return Found(GOOD, answer.status, moved_to=new)
    return Found(FAILED, answer.status, ON_AND_ON)


@transaction.atomic
def note(link: Link, found: Found, now: datetime) -> None:
    """Keep what was found; staff are told of a link that is dead now, or has moved for good.

    What is dead is marked in lists, which are kept by the curriculum's edition: it gets another name.
    """
    was_dead = link.state == LinkState.DEAD
    link.status, link.said = found.status, found.said[:200]
    link.next_look_at = now + AGAIN
    news: Callable[[], str] | None = None
    if found.outcome == GOOD:
        if link.state != LinkState.GOOD:
            link.state, link.since = LinkState.GOOD, now
        link.failures, link.failed_on, link.last_good_at = 0, None, now
        if found.moved_to and found.moved_to != link.moved_to:
            news = partial(_has_moved, link.resource, found.moved_to)
        link.moved_to = found.moved_to
    elif found.outcome == FAILED:
        link.next_look_at = now + AGAIN_FAILING
        if link.state not in {LinkState.FAILING, LinkState.DEAD}:
            link.state, link.since = LinkState.FAILING, now
        if link.failed_on != now.date():
            link.failures, link.failed_on = min(link.failures + 1, 1000), now.date()
        if link.state == LinkState.FAILING and link.failures >= DEAD_AFTER:
            link.state = LinkState.DEAD
            news = partial(_has_died, link.resource, link.said)
    elif found.wait is not None:
        link.next_look_at = now + min(max(found.wait, AGAIN_FAILING), LONGEST_WAIT)
    link.save()
    if (link.state == LinkState.DEAD) != was_dead:
        edition.renew()
    if news:
        staff = User.objects.filter(is_staff=True, is_active=True)
        notify(staff, kind="proposal", text=news, url=link.resource.get_absolute_url())


def _has_moved(resource: Resource, to: str) -> str:
    return gettext("“%(resource)s” has moved for good, to %(to)s") % {"resource": resource, "to": to}


def _has_died(resource: Resource, said: str) -> str:
    return gettext("The link of “%(resource)s” is dead. %(said)s") % {"resource": resource, "said": stored.told(said)}


def instead_of(resource: Resource, others: list[Resource]) -> Resource | None:
    """For a dead link the first of `others` whose own isn't dead; None while it lives. All were fetched with links."""
    if not _is_dead(resource):
        return None
    return next((other for other in others if not _is_dead(other)), None)


def _is_dead(resource: Resource) -> bool:
    link = getattr(resource, "link", None)
    return link is not None and link.is_dead


def _due(now: datetime) -> Iterator[Link]:
    """What to look at in this pass; resources that are new, or have another address, get their row here."""
    hosts: set[str] = set()
    for resource in Resource.objects.current().select_related("section__track", "link"):
        link = getattr(resource, "link", None)
        if link is not None and link.url == resource.url and link.next_look_at > now:
            continue
        host = urlsplit(resource.url).hostname or ""
        if host in hosts:
            continue
        hosts.add(host)
        if link is None:
            link, _ = Link.objects.get_or_create(resource=resource, defaults={"url": resource.url, "next_look_at": now})
        elif link.url != resource.url:
            link = Link(pk=link.pk, resource=resource, url=resource.url, next_look_at=now)
            link.save()
        yield link
        if len(hosts) == SLICE:
            return


def _ask(url: str, until: float) -> outside.Answer:
    answer = _once("HEAD", url, {}, until)
    if answer.refused or answer.is_good or answer.status is None or answer.status in REDIRECTS | NO_GET:
        return answer
    return _once("GET", url, {"Range": "bytes=0-1023"}, until)  # some know no HEAD


def _once(method: str, url: str, headers: dict[str, str], until: float) -> outside.Answer:
    headers = {"User-Agent": f"StudyHub-Links/1 (+{settings.SITE_URL})", "Accept": "*/*", **headers}
    left = max(0.01, until - time.monotonic())
    return outside.ask(method, url, headers=headers, allow=settings.LINK_ALLOW, plain=True, deadline_s=left)


def _wait(text: str) -> timedelta | None:
    """What Retry-After asks for: seconds or a date."""
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
