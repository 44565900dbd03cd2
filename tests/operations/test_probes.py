"""Whether a web process answers, whether people may be sent to it, whether a worker lives."""

import os
import threading
import time

import pytest
from django.db.migrations.recorder import MigrationRecorder

from studyhub import alive, broker, env, probes
from studyhub.readiness import Readiness, readiness

ELSEWHERE = {"headers": {"host": "10.0.0.7:8000"}}


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch, tmp_path):
    """No answer is kept from one test to the next; marks lie in the test's own folder."""
    monkeypatch.setattr(probes, "readiness", Readiness(readiness.checks))
    monkeypatch.setenv("STUDYHUB_VAR", str(tmp_path))


def fails():
    raise OSError("postgresql://ada:hush@db/ is away")


def test_it_answers_under_any_name_and_asks_no_database(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", **ELSEWHERE)
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.get("/", **ELSEWHERE).status_code == 400


@pytest.mark.django_db(transaction=True)
class TestReady:
    def test_all_is_well(self, client):
        answer = client.get("/readyz", **ELSEWHERE)
        assert answer.content.decode().splitlines() == [f"{name}: ok" for name in readiness.checks]
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")

    @pytest.mark.parametrize("part", ["database", "migrations", "broker", "storage"])
    def test_a_part_that_fails_is_named_and_nothing_else_is_told(self, client, monkeypatch, part):
        monkeypatch.setattr(probes, "readiness", Readiness({**readiness.checks, part: fails}))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert f"{part}: fails" in answer.content.decode()
        assert "hush" not in answer.content.decode()

    def test_a_part_that_is_not_needed_is_told_all_the_same(self, client, monkeypatch, settings):
        settings.READY_NEEDS = ["database", "migrations"]
        monkeypatch.setattr(probes, "readiness", Readiness({**readiness.checks, "broker": fails}))
        answer = client.get("/readyz")
        assert (answer.status_code, "broker: fails" in answer.content.decode()) == (200, True)

    def test_a_version_whose_tables_are_not_there_yet(self, client):
        latest = MigrationRecorder.Migration.objects.filter(app="submissions").latest("id")
        latest.delete()
        try:
            assert "migrations: fails" in client.get("/readyz").content.decode()
        finally:
            latest.save(force_insert=True)

    def test_a_broker_that_is_away(self, client, monkeypatch):
        monkeypatch.setattr("studyhub.celery.app.connection_for_write", lambda **options: fails())
        assert "broker: fails" in client.get("/readyz").content.decode()

    def test_while_it_drains_it_serves_and_says_that_it_is_not_ready(self, client):
        assert alive.main(["web", "--drain", "0"]) == 0
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content.decode().splitlines()[-1]) == (503, "draining")
        assert client.get("/healthz").status_code == 200
        alive.end_draining()  # the next server does, when it starts
        assert client.get("/readyz").status_code == 200


def test_a_check_that_hangs_is_not_waited_for_nor_started_twice(monkeypatch):
    monkeypatch.setattr("studyhub.readiness.PATIENCE_S", 0.05)
    monkeypatch.setattr("studyhub.readiness.KEPT_S", 0.0)
    begun, go_on = threading.Semaphore(0), threading.Event()

    def hangs():
        begun.release()
        go_on.wait(30)

    asked = Readiness({"broker": hangs})
    try:
        assert [asked.find(), asked.find()] == [{"broker": "no answer"}] * 2
        assert begun.acquire(timeout=30)  # on a busy machine a thread begins when it can
        assert not begun.acquire(blocking=False)
    finally:
        go_on.set()


def test_what_is_needed_must_be_known(monkeypatch):
    monkeypatch.setenv("STUDYHUB_READY_NEEDS", "database, moon")
    with pytest.raises(env.SettingError, match="moon is unknown"):
        env.words("STUDYHUB_READY_NEEDS", [], known=("database",))


class TestAlive:
    @pytest.mark.parametrize("role", ["control", "beat", broker.CPU_QUEUE])
    def test_who_has_touched_its_file_of_late_lives(self, role):
        assert alive.main([role]) == 1
        alive.touch(role)
        assert alive.main([role]) == 0
        long_ago = time.time() - alive.LATE_S - 1
        os.utime(alive.file_of(role), (long_ago, long_ago))
        assert alive.main([role]) == 1

    @pytest.mark.django_db
    def test_the_web_answers_for_itself(self, live_server, monkeypatch):
        monkeypatch.setenv("STUDYHUB_BIND", live_server.url.removeprefix("http://"))
        assert alive.main(["web"]) == 0
        monkeypatch.setenv("STUDYHUB_BIND", "127.0.0.1:1")
        assert alive.main(["web"]) == 1
