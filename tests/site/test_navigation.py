"""The site's navigation: each page knows where it belongs."""

import re

import pytest
from django.test import RequestFactory

from studyhub.context import part_of_site, site


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", ""),
        ("/tracks/maths/", "tracks"),
        ("/quizzes/", "quizzes"),
        ("/learning/reviews/session/", "reviews"),
        ("/learning/map/maths/", "tracks"),
        ("/learning/maths/", ""),
        ("/exercises/first-model/", "exercises"),
        ("/submissions/", "submissions"),
        ("/submissions/runners/", "runners"),
        ("/groups/spring/plan/", "groups"),
        ("/trackside/", ""),
    ],
)
def test_each_address_belongs_to_its_part(path, part):
    assert part_of_site(path) == part
    assert site(RequestFactory().get(path))["here"] == part


def test_one_entry_at_most_is_marked_and_it_is_the_page_s_own(client, alice):
    client.force_login(alice)
    for path, entry in (("/quizzes/", "Quizzes"), ("/submissions/runners/", "Runners"), ("/submissions/", "Hand-ins")):
        page = client.get(path).content.decode()
        navigation = page.partition('<nav class="site-nav"')[2].partition("</nav>")[0]
        assert re.findall(r'aria-current="true">([^<]+)<', navigation) == [entry]
    assert 'aria-current="true">' not in client.get("/notifications/").content.decode().partition("</nav>")[0]


def test_what_a_reader_may_not_see_is_not_offered(client, alice, bob):
    for user, offered in ((None, (False, False)), (bob, (True, False)), (alice, (True, True))):
        client.logout()
        if user:
            client.force_login(user)
        navigation = client.get("/quizzes/").content.decode().partition("</nav>")[0]
        assert (">Hand-ins<" in navigation, ">Runners<" in navigation) == offered
