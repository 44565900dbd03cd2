"""A web server of several processes tells the figures of all of them, whichever is asked."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.live.conftest import fetch, wait_for

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-for-prometheus-of-some-length"
AT_ONCE = 6


def test_both_processes_of_a_server_count_as_one(site):
    site.environment |= {"STUDYHUB_WEB_WORKERS": "2", "STUDYHUB_WEB_THREADS": "1", "STUDYHUB_METRICS_TOKEN": TOKEN}
    site.start("web")
    asked = 0

    def both_have_answered() -> bool:
        """Each process that has answered has a file of its own."""
        nonlocal asked
        with ThreadPoolExecutor(AT_ONCE) as people:
            list(people.map(fetch, [site.address + "/accounts/login/"] * AT_ONCE))
        asked += AT_ONCE
        return len(list((site.folder / "metrics").glob("web-*/counter_*.db"))) == 2

    wait_for(both_have_answered, "both processes answer")

    def counted() -> float:
        request = urllib.request.Request(site.address + "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        families = text_string_to_metric_families(text)
        samples = [one for family in families for one in family.samples if one.name == "studyhub_requests_total"]
        return sum(one.value for one in samples if one.labels["view"] == "account_login")

    # A request is counted a moment after its answer.
    wait_for(lambda: counted() >= asked, "all requests are counted")
    assert [counted() for _ in range(5)] == [asked] * 5

    # It ends when it is told to, and leaves nothing of its figures.
    web = site.running.pop("web")
    web.terminate()
    assert web.wait(timeout=60) == 0
    assert list((site.folder / "metrics").iterdir()) == []
