"""axe-core finds nothing to complain of on the pages about programs."""

from __future__ import annotations

import pytest

from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_about_the_api_and_that_of_tokens(violations, theme, bob):  # noqa: F811
    assert violations(["/api/docs"], theme=theme) == []

    def make(page) -> None:
        page.get_by_label("What it is for").fill("My laptop")
        page.get_by_role("button", name="Make a token").click()
        page.get_by_label("Token", exact=True).wait_for()

    assert violations(["/profile/tokens/"], theme=theme, user=bob, act=make) == []
