"""Names of eighty letters without a space: no page of a group, a webhook or an account gets wider than its window."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessToken, AuditEntry, Mail, Notification, User
from apps.groups.models import Assignment, Extension, Group, Invitation, Meeting, Pin
from apps.groups.services.invitations import make_link
from apps.submissions.models import Regrade, RegradeItem, Run, Submission
from apps.submissions.services import submit
from apps.submissions.services.comments import comment
from apps.webhooks.models import Attempt, Delivery, Endpoint
from tests.overfull import LINK, WORD, too_wide
from tests.submissions.conftest import notebook_bytes

from .test_roles import ADDRESSES, PAGES, arguments  # noqa: F401 - a fixture
from .test_similar import OWN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACCOUNT = ["/profile/", "/profile/audit/", "/profile/tokens/", "/profile/mails/", "/notifications/", "/submissions/"]


@pytest.fixture
def overfull(arguments, circle, alice, bob, dana, resource, exercise) -> dict[str, object]:  # noqa: F811
    """The circle with a bit of everything, all of it long and some of it often; what stands in its addresses."""
    now = timezone.now()
    Group.objects.update(name=WORD, summary=f"{WORD} {LINK}\n\n```\n{LINK}\n```\n\n| {WORD} | {WORD} |\n|---|---|\n")
    User.objects.update(name=WORD)
    Meeting.objects.update(title=WORD, place=LINK, agenda=LINK)
    Assignment.objects.update(note=LINK, due_at=now + timedelta(days=1))
    for assignment in Assignment.objects.all():
        Extension.objects.get_or_create(
            assignment=assignment, user=bob, defaults={"due_at": now + timedelta(days=2), "reason": WORD, "by": alice}
        )
    Pin.objects.get_or_create(group=circle, user=bob, resource=resource, defaults={"by": alice, "note": LINK})
    make_link(by=alice.memberships.select_related("group", "user").get(), days=7, limit=3)
    Invitation.objects.create(
        group=circle, email=f"{'y' * 60}@{'z' * 60}.example", created_by=alice, expires_at=now + timedelta(days=1)
    )
    alike = f"{OWN}\n# {LINK}"
    one, other = (
        submit(user=user, exercise=exercise, filename="n.ipynb", data=notebook_bytes(alike)) for user in (dana, bob)
    )
    Submission.objects.update(filename=f"{WORD}.ipynb")
    for submission in Submission.objects.all():
        comment(author=alice, submission=submission, text=f"{WORD}\n\n```\n{LINK}\n```", cell=0)
    for number in range(20):
        for author in (alice, bob):
            comment(author=author, submission=other, text=f"{number} {WORD}")
    regraded = Run.objects.filter(submission__user=bob, state="done").get()
    RegradeItem.objects.create(
        regrade=Regrade.objects.get(), run=regraded, old_score=0, old_max=4, problem=f"{WORD} {LINK}"[:300]
    )
    Notification.objects.create(user=bob, kind="message", text=WORD, body=LINK, url="/groups/")
    AuditEntry.objects.create(actor=alice, subject=bob, act="pin", what=f"{WORD} {LINK}"[:300], why=LINK, where=WORD)
    AccessToken.objects.create(user=bob, name=WORD, prefix="shb_a", digest="d" * 64, expires_at=now + timedelta(days=1))
    Mail.objects.create(user=bob, kind="comment", to=bob.email, subject=WORD * 3, text=WORD, last_error="e" * 400)
    endpoint = Endpoint.objects.create(group=circle, url=LINK, events=["submission.graded"], created_by=alice)
    delivery = Delivery.objects.create(
        endpoint=endpoint, kind="submission.graded", body=json.dumps({"data": LINK}), last_error="e" * 400
    )
    for number in range(40):
        Attempt.objects.create(delivery=delivery, ms=10**number % 10**9, error="c" * 300, response=LINK)
        Delivery.objects.create(endpoint=endpoint, kind="submission.graded", body="{}", last_error=LINK * 2)
    return {**arguments, "work.pk": other.pk, "side-by-side.one": one.pk, "side-by-side.other": other.pk}


def shown_to(user: User, overfull: dict[str, object]) -> list[str]:
    """The pages that `user` gets: of the group, of its webhooks, of their hand-ins and their account."""
    client = Client()
    client.force_login(user)
    asked = [one.filled(overfull) for one in ADDRESSES if one.name in PAGES and "ok" in PAGES[one.name][0]]
    deliveries = [Delivery.objects.latest("pk"), *Delivery.objects.filter(attempts__isnull=False).distinct()]
    asked += [page.get_absolute_url() for page in (*Endpoint.objects.all(), *deliveries)]
    asked += [page.get_absolute_url() for page in Submission.objects.filter(user=user)]
    answers = [(url, client.get(url)) for url in [*asked, *ACCOUNT, "/groups/circle/webhooks/"]]
    return [url for url, got in answers if got.status_code == 200 and b"<html" in got.content]


@pytest.mark.parametrize(("who", "among"), [("alice", "/groups/circle/dashboard/"), ("bob", "/groups/circle/")])
def test_no_page_is_wider_than_its_window(open_page, overfull, request, who, among):
    user = User.objects.get(pk=request.getfixturevalue(who).pk)
    addresses = shown_to(user, overfull)
    assert among in addresses
    assert too_wide(open_page("/groups/", user=user), addresses) == []
