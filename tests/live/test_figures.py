"""A web server of several processes tells the figures of all of them, whichever is asked."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.live.conftest import fetch, wait_for

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-for-prometheus-of-some-length"
REQUESTS = 20


def test_all_processes_of_a_server_count_as_one(site):
    site.environment |= {"STUDYHUB_WEB_WORKERS": "3", "STUDYHUB_WEB_THREADS": "1", "STUDYHUB_METRICS_TOKEN": TOKEN}
    site.start("web")
    figures = site.folder / "metrics"
    wait_for(lambda: len(list(figures.glob("web-*/counter_*.db"))) == 3, "three processes are there")
    for _ in range(REQUESTS):
        fetch(site.address + "/accounts/login/")

    def counted() -> float:
        asked = urllib.request.Request(site.address + "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            text = answer.read().decode()
        families = text_string_to_metric_families(text)
        samples = [one for family in families for one in family.samples if one.name == "studyhub_requests_total"]
        return sum(one.value for one in samples if one.labels["view"] == "account_login")

    # A request is counted a moment after its answer.
    wait_for(lambda: counted() >= REQUESTS, "all requests are counted")
    assert [counted() for _ in range(5)] == [REQUESTS] * 5
