"""Lines of the log: one form, ids along the way, and nothing in them that is private, whoever writes it in."""

import json
import logging
import socket
import uuid

import nbformat
import pytest
from django.urls import reverse

from studyhub import correlation, env, logs


@pytest.fixture
def lines(monkeypatch):
    """What is logged, as it is written, in a form."""

    def written(kind: str, write) -> str:
        monkeypatch.setenv("STUDYHUB_LOG_FORMAT", kind)
        settings = logs.settings("DEBUG")["formatters"]["studyhub"]
        formatter = settings.pop("()")(**settings)
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append
        logger = logging.getLogger("apps.site")
        logger.addHandler(handler)
        try:
            write(logger)
        finally:
            logger.removeHandler(handler)
        return "\n".join(formatter.format(record) for record in records)

    return written


@pytest.mark.parametrize("kind", ["line", "json"])
class TestNothingPrivate:
    @pytest.mark.parametrize(
        ("text", "private"),
        [
            ("It went to bob@example.org.", "bob@example.org"),
            ("postgresql://ada:hushhush@db/site is away", "hushhush"),
            ("POST /join?token=opensesame&x=1", "opensesame"),
            ("Authorization: Bearer opensesame", "opensesame"),
            ("The key is a-long-secret-key.", "a-long-secret-key"),
        ],
    )
    def test_in_what_is_said(self, lines, monkeypatch, kind, text, private):
        monkeypatch.setenv("STUDYHUB_SECRET_KEY", "a-long-secret-key")
        env.secret("STUDYHUB_SECRET_KEY")
        assert private not in lines(kind, lambda logger: logger.info("%s", text))

    def test_in_an_exception_that_quotes_a_notebook(self, lines, kind):
        def fail(logger):
            try:
                nbformat.validate({"cells": [{"source": "a line of the notebook"}], "nbformat": 4, "nbformat_minor": 4})
            except nbformat.ValidationError:
                logger.exception("It could not be read")

        said = lines(kind, fail)
        assert "a line of the notebook" not in said
        assert "ValidationError" in said

    def test_in_the_second_line_of_a_database_error(self, lines, kind):
        def fail(logger):
            try:
                raise ValueError("duplicate key\nDETAIL: Key (name)=(Bob Builder) exists")
            except ValueError:
                logger.exception("Not saved")

        said = lines(kind, fail)
        assert "Bob Builder" not in said
        assert "ValueError: duplicate key" in said

    def test_in_fields_that_a_library_adds(self, lines, kind):
        said = lines(kind, lambda logger: logger.info("Hello", extra={"request": "GET /?q=opensesame", "status": 200}))
        assert ("opensesame" in said, "200" in said) == (False, True)


def test_a_worker_of_this_machine_keeps_its_name(lines):
    here = f"run.cpu@{socket.gethostname()}"
    said = lines(
        "line", lambda logger: logger.info("%s ready, %s and %s not", here, f"a.{here}", "control@example.org")
    )
    assert f"{here} ready, [e-mail] and [e-mail] not" in said


def test_nobody_begins_a_line_of_his_own(lines):
    said = lines("line", lambda logger: logger.warning("%s", "late\n2026-01-01 CRITICAL forged\x1b[2J"))
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said


def test_an_exception_tells_its_way_and_what_it_came_from(lines):
    def fail(logger):
        try:
            try:
                raise OSError("no space left")
            except OSError as error:
                raise RuntimeError("not written") from error
        except RuntimeError:
            logger.exception("A run waits")

    first, *others = lines("line", fail).splitlines()
    assert first.endswith("ERROR apps.site: A run waits")
    assert all(line.startswith("    ") for line in others)
    text = "\n".join(others)
    assert text.index("OSError: no space left") < text.index("RuntimeError: not written")


def test_ids_are_in_each_line_and_only_sound_ones(lines):
    run = uuid.uuid4()
    with logs.bound(run_id=run, attempt=2, submission_id="no id\n", user_id="7"):
        line = json.loads(lines("json", lambda logger: logger.info("Hello")))
    assert (line["run_id"], line["attempt"]) == (str(run), "2")
    assert not {"submission_id", "user_id"} & set(line)
    assert logs.current() == {}


def test_ids_go_with_a_message_and_are_taken_up_again():
    headers: dict = {}
    with logs.bound(request_id="abc", run_id="def"):
        correlation.hand_on(headers=headers)

    class Task:
        request = type("Request", (), headers)

    correlation.take_up(task=Task)
    assert logs.current() == {"request_id": "abc", "run_id": "def"}
    correlation.let_go()
    assert logs.current() == {}


@pytest.mark.parametrize("forged", [None, "text", {"run_id": "x" * 100, "password": "abc"}, {"run_id": ["a"]}])
def test_ids_that_a_runner_makes_up_are_left_out(forged):
    correlation.take_up(task=type("Task", (), {"request": type("Request", (), {correlation.HEADER: forged})}))
    assert logs.current() == {}


@pytest.mark.parametrize(("name", "value"), [("STUDYHUB_LOG_FORMAT", "xml"), ("STUDYHUB_LOG_LEVEL", "loud")])
def test_a_form_or_level_that_there_is_not(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(env.SettingError, match=name):
        logs.settings()


class TestRequests:
    @pytest.fixture
    def answered(self, client, caplog):
        def ask(path: str, **options):
            with caplog.at_level(logging.INFO, logger="studyhub.requests"):
                response = client.get(path, **options)
            (record,) = [record for record in caplog.records if record.name == "studyhub.requests"]
            caplog.clear()
            return response, record

        return ask

    def test_each_has_an_id_and_a_line(self, answered, client, bob):
        client.force_login(bob)
        response, record = answered(reverse("home") + "?q=opensesame")
        assert len(response.headers["X-Request-ID"]) == 32
        assert (record.method, record.path, record.view, record.status) == ("GET", "/", "home", response.status_code)
        assert record.user_id == bob.pk
        assert record.ms >= 0
        assert logs.current() == {}

    def test_a_token_in_the_path_is_not_shown(self, answered, db):
        _, record = answered(reverse("groups:join", args=["opensesame"]))
        assert record.path == "/groups/join/…/"

    def test_nor_is_the_address_of_a_page_that_there_is_not(self, answered, db):
        _, record = answered("/reset/opensesame")
        assert (record.path, record.view, record.status) == ("…", "none", 404)

    @pytest.mark.parametrize(("proxies", "believed"), [(1, True), (0, False)])
    def test_the_id_that_a_proxy_of_ours_gave_is_kept(self, answered, db, settings, proxies, believed):
        settings.TRUSTED_PROXIES = proxies
        response, _ = answered("/accounts/login/", headers={"x-request-id": "from-our-proxy-1"})
        assert (response.headers["X-Request-ID"] == "from-our-proxy-1") is believed

    def test_an_id_that_is_none_is_replaced(self, answered, db, settings):
        settings.TRUSTED_PROXIES = 1
        response, _ = answered("/accounts/login/", headers={"x-request-id": "x\ty; forged"})
        assert len(response.headers["X-Request-ID"]) == 32

    def test_what_no_view_caught_is_in_the_line(self, client, caplog, db, monkeypatch):
        def fails(*arguments, **options):
            raise RuntimeError("broken")

        monkeypatch.setattr("apps.catalog.views.render", fails)
        client.raise_request_exception = False
        assert client.get(reverse("home")).status_code == 500
        (record,) = [record for record in caplog.records if record.name == "studyhub.requests"]
        assert (record.levelname, record.message, record.exc_info[0]) == ("ERROR", "Failed", RuntimeError)
