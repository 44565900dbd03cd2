"""Mail by SMTP, counted: what a server refuses or doesn't answer for is an operator's business."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail.backends import smtp
from django.core.mail.message import EmailMessage

from studyhub import tally

# An account that came from a platform has an address of this kind until its owner adds one: no mail goes there.
NO_MAIL = "@lti.invalid"


class EmailBackend(smtp.EmailBackend):
    """Django's, and each mail in the figures."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Called by Django. Raises whatever Django's raises."""
        email_messages = [one for one in email_messages if not all(to.endswith(NO_MAIL) for to in one.recipients())]
        sent = 0
        try:
            sent = super().send_messages(email_messages) or 0
        finally:
            tallied = tally.Tallied()
            for outcome, mails in (("sent", sent), ("failed", len(email_messages) - sent)):
                if mails:
                    tallied.count("mails", outcome, by=mails)
            tallied.write()
        return sent
