"""A lead sets a webhook up, sends a test and sees it arrive; and axe-core looks at every page of webhooks."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.webhooks import sending
from apps.webhooks.models import Delivery, Endpoint
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_settings_to_a_message_with_a_good_signature(open_page, circle, alice, receiver):
    receiver.answers = [500, 204]
    page = open_page("/groups/circle/settings/", user=alice)
    page.get_by_role("link", name="Webhooks of this group").click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Add").click()
    secret = page.get_by_label("Secret", exact=True).input_value()
    assert secret == Endpoint.objects.get().secret
    page.get_by_role("link", name=receiver.url).click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("On its way")).to_be_visible()
    sending.send_due()
    # The page asks again by itself.
    expect(page.get_by_text("It answered 500 Internal Server Error.")).to_be_visible()
    page.get_by_role("button", name="Send it again now").click()
    expect(page.get_by_text("On its way")).to_be_visible()
    sending.send_due()
    expect(page.get_by_text("Taken: 204")).to_be_visible()
    assert receiver.received[-1].verified(secret)["type"] == "ping"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_is_in_the_way_of_anybody(violations, endpoint, receiver, alice, theme, width):  # noqa: F811
    receiver.answers = [410]
    Delivery.objects.create(endpoint=endpoint, kind="ping", body='{"data": {}}')
    sending.send_due()
    pages = [
        reverse("webhooks:guide"),
        reverse("webhooks:endpoints", args=["circle"]),
        endpoint.get_absolute_url(),
        Delivery.objects.get().get_absolute_url(),
        reverse("notification_choices"),
        reverse("mails"),
        "/notifications/",
    ]
    assert violations(pages, theme=theme, user=alice, width=width) == []


def test_without_javascript(open_page, endpoint, receiver, alice):
    page = open_page(endpoint.get_absolute_url(), user=alice, java_script_enabled=False)
    page.get_by_role("button", name="Send a test").click()
    sending.send_due()
    page.reload()
    expect(page.get_by_text("Taken: 204")).to_be_visible()
    page.goto(endpoint.get_absolute_url())
    page.get_by_role("button", name="New secret").click()
    expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile(r"^whsec_"))
