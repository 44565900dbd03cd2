"""What the server answers at every station of LTI: on the way from a platform, and where it is set up."""

from __future__ import annotations

from collections.abc import Callable

from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lti_tool.models import LtiDeployment, LtiRegistration, LtiUser
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.lti.deep_linking import SALT
from apps.lti.models import Course, Health, Launch, Passback, PassbackTry, Placement
from tests.lti.conftest import Visitor
from tests.lti.platform import DEPLOYMENT

PASSWORD = "bob-secret"


def furnish(visitor: Callable[[], Visitor], bob: User) -> None:
    """Bob has linked his account, Tina's course has a group, and scores went both well and wrong."""
    someone = visitor()
    arrival = someone.launch()["Location"]
    someone.client.post(reverse("account_login"), {"login": bob.email, "password": PASSWORD})
    someone.client.post(arrival, {"account": "mine"})
    visitor().teach()
    visitor().come(sub="zoe-18", name="Zoe")
    school = LtiRegistration.objects.get()
    LtiDeployment.objects.create(registration=school, deployment_id="2:another")
    refusals = {"refusal": "StudyHub doesn't know this platform", "test_error": "It answered with 500."}
    now = timezone.now()
    Health.objects.update_or_create(
        registration=school, defaults={**refusals, "launched_at": now, "refused_at": now, "tested_at": now}
    )
    passed, _ = Passback.objects.get_or_create(
        placement=Placement.objects.get(), lti_user=LtiUser.objects.get(sub="bob-17")
    )
    Passback.objects.filter(pk=passed.pk).update(state="failed")
    for error in ("", "It answered with 404.") * 15:
        PassbackTry.objects.create(passback=passed, share=0.75, error=error)


def lengthen(word: str) -> None:
    """Whatever the platform has told is `word`."""
    LtiRegistration.objects.update(name=word)
    LtiDeployment.objects.filter(is_active=False).update(deployment_id=word)
    LtiUser.objects.update(name=word)
    Course.objects.update(sync_error=word)
    for course in Course.objects.all():
        type(course.group).objects.update(name=word)
    Placement.objects.update(opens=word)
    PassbackTry.objects.exclude(error="").update(error=word * 3)
    Health.objects.update(refusal=word * 3, test_error=word * 3)


def answers(visitor: Callable[[], Visitor], bob: User, operator: User) -> dict[str, str]:
    """The page of every station, by the heading or the words that are on it and on no other one."""
    pages = [_on_the_way(visitor, bob), _choosing(visitor), _in_the_account(bob)]
    setting_up = Client()
    setting_up.force_login(operator)
    school = LtiRegistration.objects.get()
    addresses = {"2. Tell StudyHub": "/lti/", "The latest tries": f"/lti/platforms/{school.pk}/"}
    pages.append({words: setting_up.get(address).text for words, address in addresses.items()})
    found = {words: text for page in pages for words, text in page.items()}
    for words, text in found.items():
        assert words in text, words
    return found


def _on_the_way(visitor: Callable[[], Visitor], bob: User) -> dict[str, str]:
    framed = visitor().begin(**{"Sec-Fetch-Dest": "iframe"})
    without_cookie = visitor()
    asked = without_cookie.asked()
    without_cookie.client.cookies.clear()
    token = without_cookie.platform.sign(without_cookie.platform.claims(asked["nonce"]))
    stranger = visitor()
    arrival = stranger.launch(sub="yan-19", name="Yan")["Location"]
    welcome = stranger.client.get(arrival).text
    stranger.client.force_login(bob)
    return {
        "StudyHub opens in a new tab": framed.text,
        "Your browser kept our cookie back": without_cookie.send(token, asked["state"]).text,
        "Your platform sent too little to begin": Client().get("/lti/login/?iss=x&login_hint=1").text,
        "One that I have": welcome,
        "Link this account": stranger.client.get(arrival).text,
    }


def _choosing(visitor: Callable[[], Visitor]) -> dict[str, str]:
    asked = {"deep_link_return_url": "https://a", "data": None, "column": True, "deployment": DEPLOYMENT}
    choosing = Launch.objects.create(
        state="choosing",
        nonce="2",
        choosing=asked,
        registration=LtiRegistration.objects.get(),
        asked={},
        used_at=timezone.now(),
        binder="",
    )
    token = signing.dumps(choosing.pk, salt=SALT)
    client = Client()
    post = lambda **more: client.post("/lti/choose/", {"choice": token, **more}).text  # noqa: E731
    return {
        "Choose from StudyHub": post(find="1"),
        "Choose something first.": post(),
        "Nothing is named like that": post(find="1", q="no such thing"),
        "What you chose goes there now.": post(opens="exercise:doubling"),
    }


def _in_the_account(bob: User) -> dict[str, str]:
    by_platform = Client()
    zoe = LtiUser.objects.get(sub="zoe-18")
    by_platform.force_login(zoe.auth_user)
    signed_in = Client()
    signed_in.force_login(bob)
    signed_in.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    linked = LtiUser.objects.get(auth_user=bob)
    return {
        "Unlink it": signed_in.get(reverse("lti:unlink", args=[linked.pk])).text,
        "Links in their courses lead to this account.": signed_in.get(reverse("socialaccount_connections")).text,
        "You come in by": by_platform.get(reverse("lti:unlink", args=[zoe.pk])).text,
    }


def show(page: Page, text: str, base: str) -> None:
    """Open what was answered, as a page of the site's; what would send itself to the platform stays."""
    page.route(f"{base}/lti/shown/", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    page.route("**/lti/send*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{base}/lti/shown/")
