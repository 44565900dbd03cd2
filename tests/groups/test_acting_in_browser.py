"""A lead helps and the learner reads it: both sides in a browser, a word, a score and an attempt at a time."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.submissions import services
from apps.submissions.models import Comment, Override, Submission
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture
from tests.submissions.conftest import with_manifest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(desk, circle, bob, assign) -> Submission:
    assign(desk.exercise)
    with_manifest(desk.exercise, attempts=1)
    return desk.done(bob, points=(1, 0)).submission


def work_url(work: Submission) -> str:
    return reverse("groups:work", args=["circle", work.pk])


def bell(page):
    return page.get_by_role("link", name=re.compile("^Notifications"))


def test_a_comment_is_told_of_read_and_answered(open_page, work, alice, bob):
    leads = open_page(work_url(work), user=alice)
    cell = leads.locator("#cell-2")
    cell.locator("summary").first.click()
    cell.get_by_role("link", name="See what it put out").click()
    expect(leads.locator("#cell-2:target")).to_contain_text("def double(x):")
    leads.go_back()
    expect(leads.get_by_role("heading", name="Bob: Doubling numbers")).to_be_visible()
    leads.reload()
    cell.locator("summary").first.click()
    cell.get_by_text("Comment on cell 2").click()
    cell.get_by_label("Your comment").fill("Why *two*?")
    cell.get_by_role("button", name="Send").click()
    expect(leads.locator("#cell-2 .comment")).to_contain_text("Why two?")

    learner = open_page("/", user=bob)
    expect(bell(learner)).to_have_accessible_name("Notifications, 1 unread")
    bell(learner).click()
    learner.get_by_role("button", name="Alice commented on your hand-in 1").click()
    expect(learner.locator(".comment").first).to_contain_text("Why two?")
    expect(bell(learner)).to_have_accessible_name("Notifications")
    thread = learner.get_by_role("region", name="Cell 2")
    thread.get_by_text("Reply").click()
    thread.get_by_label("Your comment").fill("It doubles.")
    thread.get_by_role("button", name="Send").click()
    expect(learner.locator(".comment--learner")).to_contain_text("It doubles.")

    leads.goto("/notifications/")
    leads.get_by_role("button", name="Bob wrote to you on hand-in 1").click()
    expect(leads.locator(f"#comment-{Comment.objects.latest('pk').pk}")).to_contain_text("It doubles.")


def test_a_score_by_hand_reaches_the_learner_with_its_reason(open_page, work, alice, bob):
    leads = open_page(work_url(work), user=alice)
    leads.get_by_text("Give a score by hand").click()
    form = leads.locator("#score form").first
    form.get_by_label("Points, of 4").fill("3.5")
    form.get_by_label("Why").fill("Right by another way.")
    form.get_by_role("button", name="Give this score").click()
    expect(leads.get_by_text("Your score counts now.")).to_be_visible()

    learner = open_page("/notifications/", user=bob)
    learner.get_by_role("button", name="Alice gave your hand-in 1").click()
    expect(learner.locator(".points")).to_have_text("3.5 of 4 points")
    expect(learner.get_by_text("Score given by Alice")).to_contain_text("Right by another way.")
    learner.goto("/profile/audit/")
    expect(learner.get_by_role("main")).to_contain_text("Gave 3.5 of 4 points to hand-in 1 of Doubling numbers")


def test_whoever_is_out_of_attempts_gets_one_and_hands_in_again(open_page, work, alice, bob):
    learner = open_page(reverse("submissions:new", args=[work.exercise.slug]), user=bob)
    expect(learner.get_by_text("You have used your only attempt")).to_be_visible()

    leads = open_page(f"{work_url(work)}#attempts", user=alice)
    form = leads.locator("#attempts form")
    form.get_by_label("How many").fill("1")
    form.get_by_label("Why").fill("The first one was cut off.")
    form.get_by_role("button", name="Give them").click()
    expect(leads.get_by_text("Bob can hand in again")).to_be_visible()

    learner.reload()
    expect(learner.get_by_text("1 of 2 attempts used")).to_be_visible()
    expect(learner.get_by_role("button", name="Hand in")).to_be_visible()


def test_without_scripts_a_lead_writes_to_a_member(open_page, circle, alice, bob):
    leads = open_page(reverse("groups:message", args=["circle"]), user=alice, java_script_enabled=False)
    leads.get_by_label("Bob").check()
    leads.get_by_label("Subject").fill("Thursday")
    leads.get_by_label("Message").fill("Bring your questions.")
    leads.get_by_role("button", name="Send").click()
    expect(leads.get_by_text("Sent to 1 member, each alone.")).to_be_visible()
    learner = open_page("/notifications/", user=bob, java_script_enabled=False)
    expect(learner.get_by_role("main")).to_contain_text("Bring your questions.")
    learner.get_by_role("button", name="Mark all as read").click()
    expect(learner.get_by_text("All read.")).to_be_visible()
    expect(bell(learner)).to_have_accessible_name("Notifications")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(open_page, work, alice, bob, width):
    services.comment(author=alice, submission=work, text="`" + "long" * 60 + "`", cell=1)
    services.override(by=alice, submission=work, points=3, reason="Right" * 30)
    pages = [
        (work_url(work), alice),
        (reverse("groups:message", args=["circle"]), alice),
        (work.get_absolute_url(), bob),
        ("/notifications/", bob),
        ("/profile/audit/", bob),
    ]
    for url, user in pages:
        page = open_page(url, user=user, viewport={"width": width, "height": 900})
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_has_nothing_to_say(violations, work, alice, bob, theme, width):  # noqa: F811
    services.comment(author=alice, submission=work, text="Why *two*?", cell=1)
    services.comment(author=bob, submission=work, text="It doubles.")
    services.override(by=alice, submission=work, points=3, reason="Right by another way.")
    Override.objects.update(second_look=True)

    def open_all(page):
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")

    leads = [work_url(work), reverse("groups:message", args=["circle"]), "/notifications/"]
    assert violations(leads, theme=theme, user=alice, width=width, act=open_all) == []
    learner = [work.get_absolute_url(), "/notifications/", "/profile/audit/"]
    assert violations(learner, theme=theme, user=bob, width=width, act=open_all) == []
