"""Mails to people: a row each (studyhub/outbox.py), with an address that ends this kind of mail and no other."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts.kinds import KINDS, MORNING, Kind
from apps.accounts.models import User
from apps.accounts.told_models import Mail
from studyhub import bell, outbox, tally

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

DELIVER_TASK = "accounts.deliver"
SALT = "accounts.mails"
MINUTE, HOUR = 60, 3600
# After each try that failed: the last of seven comes within a day.
WAITS_S = (MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR)
PASS_S = 45.0
TURN_S = 120  # more than a pass and the mail that it began
KEPT_FOR = timedelta(days=30)
CLEARED_AT_ONCE = 1000


def write(user: User, kind: str, *, subject: str, text: str, html: str = "", stop_url: str = "") -> Mail:
    """A mail to `user`, sent once the transaction is committed."""
    made = Mail.objects.create(
        user=user,
        kind=kind,
        to=user.email,
        subject=" ".join(subject.split())[:300],
        text=text,
        html=html,
        stop_url=stop_url,
    )
    transaction.on_commit(partial(bell.send, DELIVER_TASK))
    return made


def write_at_once(user: User, kind: Kind, *, subject: str, text: str, url: str, body: str, note: str) -> Mail:
    """What `user` is told, as a mail of its own."""
    stop = stop_address(user, kind.name)
    context = {
        "text": text,
        "body": body,
        "note": note,
        "address": full(url or reverse("notifications")),
        "kind": kind,
        "stop": stop,
        "choose": full(reverse("notification_choices")),
    }
    return write(user, kind.name, subject=subject, text=render_to_string("accounts/mail.txt", context), stop_url=stop)


def full(path: str) -> str:
    """The address of a page of this site, for a mail."""
    return urljoin(settings.SITE_URL, path)


def stop_address(user: User, kind: str) -> str:
    """The address that ends one kind of mail to `user`; it holds for ever, as old mails do."""
    return full(reverse("stop_mail", args=[signing.dumps([user.pk, kind], salt=SALT)]))


def read_stop(token: str) -> tuple[User, str] | None:
    """Whose mails of which kind an address ends; None for one that we did not sign."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, kind) if user and (kind in KINDS or kind == MORNING) else None


def send_due() -> int:
    """Send what is due, for three quarters of a minute at most; returns how many the server took.

    What it refuses is tried again later; where it can't be reached at all, the others aren't tried now either.
    """
    sent, until = 0, time.monotonic() + PASS_S
    with outbox.turn("mail", TURN_S) as mine:
        if not mine:
            return 0
        connection = get_connection()
        try:
            while time.monotonic() < until and (mail := Mail.objects.due(timezone.now()).first()):
                if mail.claim(timezone.now()):
                    problem = _hand_over(mail, connection)
                    sent += problem is None
                    if isinstance(problem, OSError) and not isinstance(problem, SMTPException):
                        break
        finally:
            connection.close()
    return sent


def clear_old(now: datetime) -> int:
    """What was written a month ago goes, a thousand at once; what may still be sent stays. Returns how many."""
    old = Mail.objects.filter(created_at__lt=now - KEPT_FOR).exclude(state__in=["waiting", "sending"])
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    return Mail.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _hand_over(mail: Mail, connection: BaseEmailBackend) -> Exception | None:
    """To the server; returns what went wrong, which is written down."""
    try:
        connection.open()  # once for all of them
        _message(mail, connection).send()
    except (SMTPException, OSError) as problem:
        connection.close()
        # A server that says 5xx of the address says so for good.
        final = isinstance(problem, SMTPRecipientsRefused) and all(
            code >= 500 for code, _ in problem.recipients.values()
        )
        if mail.failed(timezone.now(), f"{type(problem).__name__}: {problem}", WAITS_S, final=final):
            logger.warning("Mail %s could not be handed over: %s", mail.key, type(problem).__name__)
            if not mail.is_open:
                logger.error("Mail %s was given up", mail.key)
                tally.count("mails_given_up", mail.kind)
        return problem
    mail.sent(timezone.now())
    return None


def _message(mail: Mail, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{mail.key}@{domain}>"}
    if mail.stop_url:  # by which a mail program ends it in one click (RFC 8058)
        headers |= {"List-Unsubscribe": f"<{mail.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers, connection=connection)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
