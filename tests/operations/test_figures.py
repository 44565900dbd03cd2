"""The figures that Prometheus is told: of requests, of what goes on behind the site, of what a process reaches."""

import smtplib

import pytest
from django.core.mail import send_mail
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from apps.submissions import services, tasks
from studyhub import tally
from studyhub.readiness import Readiness, readiness
from tests.submissions.conftest import desk, exercise, package  # noqa: F401

TOKEN = "a-token-for-prometheus-of-some-length"
PROMETHEUS = {"headers": {"host": "10.0.0.7:8000", "authorization": f"Bearer {TOKEN}"}}


@pytest.fixture
def scrape(client, settings, monkeypatch):
    settings.METRICS_TOKEN = TOKEN
    settings.SECURE_SSL_REDIRECT = True
    monkeypatch.setattr("apps.submissions.metrics.readiness", Readiness(readiness.checks))

    def go() -> dict:
        text = client.get("/metrics", **PROMETHEUS).content.decode()
        families = text_string_to_metric_families(text)
        return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}

    return go


def test_requests_by_view_and_status_with_their_seconds(client, db, scrape):
    before = scrape()
    client.get("/accounts/login/", secure=True)
    client.get("/no/such/page", secure=True)
    after = scrape()

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert more("studyhub_requests_total", "200", "GET", "account_login") == 1
    assert more("studyhub_requests_total", "404", "GET", "none") == 1
    assert more("studyhub_request_seconds_count", "account_login") == 1
    assert more("studyhub_request_seconds_bucket", "+Inf", "account_login") == 1


@pytest.mark.django_db(transaction=True)
class TestBehindTheSite:
    def test_a_run_on_its_way(self, desk, bob, scrape):  # noqa: F811
        desk.done(bob)
        found = scrape()
        assert found["studyhub_runs_ended_total", "passed", "run.cpu"] == 1
        assert found["studyhub_wait_seconds_count", "run.cpu"] == 1
        assert found["studyhub_run_seconds_bucket", "+Inf", "run.cpu"] == 1
        assert found["studyhub_grading_seconds_count",] == 1

    def test_our_faults_and_what_the_reconciler_did(self, desk, bob, scrape):  # noqa: F811
        run = desk.running(bob)
        assert services.faults.fault(run, kind="lost", detail="Gone.")
        tasks.reconcile()
        found = scrape()
        assert found["studyhub_faults_total", "lost"] == 1
        assert found["studyhub_reconciler_passes_total",] == 1
        assert found["studyhub_reconciler_acts_total", "released"] == 1

    def test_mails_that_were_taken_and_those_that_were_not(self, scrape, monkeypatch):
        def refuses(*arguments):
            raise smtplib.SMTPException("no")

        class Server:
            def __init__(self, *arguments, **options):
                self.sent = 0

            def sendmail(self, *arguments):
                self.sent += 1

            def __getattr__(self, name):
                return lambda *arguments, **options: None

        monkeypatch.setattr(smtplib, "SMTP", Server)
        with override_settings(EMAIL_BACKEND="studyhub.mail.EmailBackend", EMAIL_USE_TLS=False):
            send_mail("Hello", "There", "a@example.org", ["b@example.org"])
            monkeypatch.setattr(
                Server, "sendmail", lambda *arguments: (_ for _ in ()).throw(smtplib.SMTPException("no"))
            )
            with pytest.raises(smtplib.SMTPException):
                send_mail("Hello", "There", "a@example.org", ["b@example.org"])
        found = scrape()
        assert (found["studyhub_mails_total", "sent"], found["studyhub_mails_total", "failed"]) == (1, 1)

    def test_what_is_rolled_back_has_not_happened(self, scrape):
        with transaction.atomic():
            tally.count("reconciler_passes")
            transaction.set_rollback(True)
        assert scrape()["studyhub_reconciler_passes_total",] == 0

    def test_histograms_add_up(self, scrape):
        for seconds in (0.5, 3, 3, 4000):
            tallied = tally.Tallied()
            tallied.observe("run_seconds", seconds, "run.cpu")
            tallied.write()
        found = scrape()
        bounds = ("1.0", "2.0", "5.0", "600.0", "+Inf")
        buckets = [found["studyhub_run_seconds_bucket", *sorted([bound, "run.cpu"])] for bound in bounds]
        assert buckets == [1, 1, 3, 3, 4]
        assert found["studyhub_run_seconds_sum", "run.cpu"] == pytest.approx(4006.5)


@pytest.mark.django_db(transaction=True)
def test_without_its_database_a_site_tells_at_least_that(scrape, monkeypatch):
    def away():
        raise OSError("away")

    monkeypatch.setattr("apps.submissions.metrics.readiness", Readiness({**readiness.checks, "database": away}))
    found = scrape()
    assert (found["studyhub_reachable", "database"], found["studyhub_reachable", "broker"]) == (0, 1)
    assert not any(name.startswith("studyhub_runs") for name, *_ in found)


def test_what_runs_here(db, scrape, settings):
    settings.RELEASE = "a1b2c3"
    (build,) = [key for key in scrape() if key[0] == "studyhub_build_info"]
    assert "a1b2c3" in build


def test_the_page_of_staff_says_the_same(client, alice, settings):
    client.force_login(alice)
    assert "studyhub_runs_waiting" in client.get(reverse("metrics")).content.decode()
