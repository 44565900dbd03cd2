"""What people write is shown to others as text: in a real browser, nothing of it runs, wherever it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import AuditEntry, Notification, User
from apps.groups.models import Meeting, Pin
from apps.submissions import services
from apps.submissions.models import Submission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARK = "document.documentElement.dataset.ran=1"
# For the text of a page, for an attribute, for a script and for Markdown.
PAYLOADS = {
    "text": f"<script>{MARK}</script><img src=x onerror={MARK}><svg onload={MARK}>",
    "attribute": f"\"' onmouseover={MARK} autofocus onfocus={MARK} x='\"><b onclick={MARK}>",
    "script": f"</script></title></textarea><script>{MARK}</script>{{{{ 7*7 }}}}${{7*7}}",
    "markdown": f"[go](javascript:{MARK}) ![x](x\"onerror=\"{MARK}) <iframe srcdoc='<script>{MARK}</script>'>",
}


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS)
def payload(request) -> str:
    return request.param


@pytest.fixture
def written(payload, desk, circle, resource, assign, bob, alice) -> Submission:
    """The payload, wherever somebody may write something."""
    short = payload[:80]
    for user in (bob, alice):
        User.objects.filter(pk=user.pk).update(name=short)
        user.refresh_from_db()
    circle.name, circle.summary = short, payload
    circle.save()
    submission = desk.done(bob).submission
    Submission.objects.filter(pk=submission.pk).update(filename=payload[:100])
    services.comment(author=bob, submission=submission, text=payload, cell=None)
    services.comment(author=alice, submission=submission, text=payload, cell=1, where=circle.name)
    Meeting.objects.create(
        group=circle, title=short, starts_at=timezone.now() + timedelta(days=1), place=payload, agenda=payload
    )
    assign(desk.exercise, note=payload)
    Pin.objects.create(group=circle, user=bob, resource=resource, note=payload, by=alice)
    Notification.objects.create(user=bob, kind="message", text=payload, body=payload, url=f"javascript:{MARK}")
    AuditEntry.objects.create(actor=alice, subject=bob, act="comment", what=payload, why=payload, where=short)
    return submission


def test_nothing_that_somebody_wrote_runs(payload, written, open_page, circle, alice, bob):
    """`open_page` fails, too, where the policy had to stop something: then it was no text any more."""
    of_bob = [
        "/",
        "/profile/",
        "/profile/audit/",
        "/notifications/",
        "/submissions/",
        written.get_absolute_url(),
        circle.get_absolute_url(),
    ]
    of_alice = [
        reverse(f"groups:{name}", args=[circle.slug])
        for name in ("group", "members", "settings", "plan", "plan_edit", "dashboard", "message", "invitations")
    ]
    of_alice += [
        reverse("groups:member", args=[circle.slug, bob.pk]),
        reverse("groups:work", args=[circle.slug, written.pk]),
    ]
    for user, paths in ((bob, of_bob), (alice, of_alice)):
        page = open_page(paths[0], user=user)
        for path in paths:
            response = page.goto(path)
            assert response.status == 200, path
            assert page.evaluate("document.documentElement.dataset.ran") is None, path
            assert (
                page.locator("a[href^='javascript:' i], [onerror], [onload], [onfocus], [onmouseover]").count() == 0
            ), path
