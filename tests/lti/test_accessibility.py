"""What axe-core says of these pages: on the way from a platform, and where it is set up."""

from __future__ import annotations

import hashlib

import pytest
from django.core import signing
from django.utils import timezone
from lti_tool.models import Key, LtiContext, LtiUser

from apps.lti.deep_linking import SALT
from apps.lti.launching import cookie_name
from apps.lti.models import Launch
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
NOWHERE = "/lti/login/?iss=x&login_hint=1&target_link_uri=y"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible(violations, live_server, platform, tool_key, exercise, alice, theme):  # noqa: F811
    Key.objects.create_from_jwk(tool_key)
    school = platform.registration()
    context = LtiContext.objects.create(deployment=school.deployments.get(), id_on_platform="9", title="A course")
    person = LtiUser.objects.create(registration=school, sub="17", name="Bob")
    kept = {"registration": school, "asked": {}, "used_at": timezone.now(), "binder": hashlib.sha256(b"x").hexdigest()}
    arriving = Launch.objects.create(state="arriving-here-now", nonce="1", lti_user=person, context=context, **kept)
    choosing = Launch.objects.create(
        state="choosing", nonce="2", choosing={"deep_link_return_url": "https://a", "data": None}, **kept
    )

    def choose(page) -> None:
        token = signing.dumps(choosing.pk, salt=SALT)
        page.set_content(
            f'<form method="post" action="{live_server.url}/lti/choose/"><input name="choice" value="{token}">'
            "<button>Go</button></form>"
        )
        page.get_by_role("button", name="Go").click()
        page.get_by_role("heading", name="Choose from StudyHub").wait_for()

    def arrive(page) -> None:
        cookie = {"name": cookie_name(arriving.state), "value": "x", "url": live_server.url}
        page.context.add_cookies([cookie])
        page.goto(f"/lti/arrive/{arriving.state}/")
        page.get_by_role("heading", name="Welcome, Bob").wait_for()

    assert violations([NOWHERE], theme=theme) == []
    assert violations([NOWHERE], theme=theme, act=choose) == []
    assert violations([NOWHERE], theme=theme, act=arrive, width=390) == []
    assert violations(["/lti/", f"/lti/platforms/{school.pk}/"], theme=theme, user=alice) == []
