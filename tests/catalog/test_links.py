"""Looking at resources' links: what is dead, what has moved, and how politely it is asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.urls import reverse

from apps.accounts.models import Notification
from apps.catalog import links
from apps.catalog.links import FAILED, GOOD, NOT_KNOWN, Found
from apps.catalog.models import Link, Resource
from studyhub import outside
from studyhub.celery import app

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANSWERS = {
    "/good": (200, {}),
    "/missing": (404, {}),
    "/busy": (429, {"Retry-After": "864000"}),
    "/shut": (403, {}),
    "/circle": (302, {"Location": "/circle/again"}),
    "/circle/again": (302, {"Location": "/circle"}),
    "/moved": (301, {"Location": "/good"}),
    "/away": (302, {"Location": "/good"}),
    "/away-for-good": (301, {"Location": "/away"}),
    "/inside": (302, {"Location": "http://169.254.169.254/latest/"}),
}


class Web:
    """A server that answers by path, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.closing = threading.Event()
        self.url = ""


@pytest.fixture
def web(settings):
    settings.LINK_CHECKS, settings.LINK_ALLOW = True, [ip_network("127.0.0.0/8")]
    told = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            told.asked.append((self.command, self.path))
            told.headers.append(dict(self.headers))
            if self.path == "/hang":
                told.closing.wait(30)
                return
            status, headers = ANSWERS.get(self.path, (200, {}))
            if self.path == "/no-head":
                status = 501 if self.command == "HEAD" else 206
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads, block_on_close = True, False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        told.url = f"http://127.0.0.1:{server.server_port}"
        yield told
        told.closing.set()
        server.shutdown()


@pytest.fixture
def video(catalog) -> Resource:
    return Resource.objects.get(slug="tree-video")


@pytest.fixture
def link(video) -> Link:
    return Link.objects.create(resource=video, url=video.url, next_look_at=NOW)


@pytest.fixture
def dead(link) -> Link:
    for day in range(3):
        links.note(link, Found(FAILED, 404, "It answered 404 Not Found."), NOW + day * DAY)
    return link


class TestLooking:
    @pytest.mark.parametrize(
        ("path", "outcome", "status"),
        [
            ("/good", GOOD, 200), ("/no-head", GOOD, 206), ("/away", GOOD, 200), ("/missing", FAILED, 404),
            ("/shut", NOT_KNOWN, 403), ("/busy", NOT_KNOWN, 429),
        ],
    )  # fmt: skip
    def test_what_is_answered_says_how_it_is(self, web, path, outcome, status):
        found = links.look(web.url + path)
        assert (found.outcome, found.status, found.moved_to) == (outcome, status, "")

    def test_it_asks_for_the_head_and_says_who_asks(self, web, settings):
        links.look(web.url + "/good")
        assert web.asked == [("HEAD", "/good")]
        assert settings.SITE_URL in web.headers[0]["User-Agent"]

    def test_who_knows_no_head_is_asked_for_a_few_bytes(self, web):
        links.look(web.url + "/no-head")
        assert web.asked == [("HEAD", "/no-head"), ("GET", "/no-head")]
        assert web.headers[1]["Range"] == "bytes=0-1023"

    def test_who_is_busy_is_not_asked_twice(self, web):
        assert links.look(web.url + "/busy").wait == timedelta(days=10)
        assert len(web.asked) == 1

    def test_a_circle_has_an_end(self, web):
        found = links.look(web.url + "/circle")
        assert (found.outcome, found.said) == (FAILED, "It sends us in circles.")
        assert len(web.asked) == 2

    def test_who_hangs_is_left(self, web):
        found = links.look(web.url + "/hang", deadline_s=0.3)
        assert (found.outcome, found.status) == (FAILED, None)

    def test_moved_for_good(self, web):
        assert links.look(web.url + "/moved").moved_to == web.url + "/good"

    def test_what_is_moved_for_good_and_then_for_now_is_at_the_first(self, web):
        assert links.look(web.url + "/away-for-good").moved_to == web.url + "/away"

    @pytest.mark.parametrize("address", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/"])
    def test_no_private_address_is_gone_to(self, web, monkeypatch, address):
        monkeypatch.setattr(outside.socket, "create_connection", lambda *_, **__: pytest.fail("It went there."))
        assert links.look(address).outcome == NOT_KNOWN

    def test_nor_by_a_redirect(self, web):
        assert links.look(web.url + "/inside").outcome == NOT_KNOWN
        assert web.asked == [("HEAD", "/inside")]


class TestNoting:
    def test_dead_is_what_failed_on_three_days(self, link):
        for hours, state in ((0, "failing"), (1, "failing"), (2, "failing"), (24, "failing"), (48, "dead")):
            links.note(link, Found(FAILED, 404), NOW + timedelta(hours=hours))
            assert link.state == state
        assert link.since == NOW

    def test_it_lives_again(self, dead):
        links.note(dead, Found(GOOD, 200), NOW + 4 * DAY)
        assert (dead.state, dead.failures, dead.since) == ("good", 0, NOW + 4 * DAY)

    def test_what_is_unclear_changes_nothing(self, dead):
        links.note(dead, Found(NOT_KNOWN, 403), NOW + 4 * DAY)
        assert (dead.state, dead.since) == ("dead", NOW)

    def test_who_asks_for_time_gets_it_within_reason(self, link):
        for asked, given in ((10, 10), (900, 30), (0, 1)):
            links.note(link, Found(NOT_KNOWN, 429, wait=asked * DAY), NOW)
            assert link.next_look_at == NOW + given * DAY

    def test_staff_are_told_once(self, alice, bob, dead):
        links.note(dead, Found(FAILED, 404), NOW + 5 * DAY)
        moved = Found(GOOD, 200, moved_to="https://example.org/new")
        links.note(dead, moved, NOW + 6 * DAY)
        links.note(dead, moved, NOW + 13 * DAY)
        told = Notification.objects.filter(user=alice).order_by("pk").values_list("text", flat=True)
        assert [text.rpartition(" ")[2] for text in told] == ["Found.", "https://example.org/new"]
        assert not Notification.objects.filter(user=bob).exists()


class TestPasses:
    def test_of_each_host_one_in_a_pass(self, web, catalog):
        Resource.objects.update(url=web.url + "/good")
        assert [links.look_at_some(NOW) for _ in range(2)] == [1, 1]
        assert Link.objects.filter(state="good").count() == 2

    def test_what_was_looked_at_waits_for_its_turn(self, web, video):
        Resource.objects.exclude(pk=video.pk).update(retired=True)
        Resource.objects.filter(pk=video.pk).update(url=web.url + "/good")
        assert [links.look_at_some(NOW) for _ in range(2)] == [1, 0]

    def test_another_address_begins_anew(self, web, video, dead):
        Resource.objects.exclude(pk=video.pk).update(retired=True)
        Resource.objects.filter(pk=video.pk).update(url=web.url + "/good")
        assert links.look_at_some(NOW) == 1
        assert (Link.objects.get().state, Link.objects.get().url) == ("good", web.url + "/good")

    def test_nobody_is_asked_unless_it_is_switched_on(self, web, catalog, settings):
        settings.LINK_CHECKS = False
        Resource.objects.update(url=web.url + "/good")
        assert (links.look_at_some(NOW), web.asked) == (0, [])

    def test_beat_does_it(self):
        assert app.conf.beat_schedule["links"]["task"] == links.TASK


class TestPages:
    def test_a_dead_link_says_so_and_names_another(self, client, video, dead):
        page = client.get(video.get_absolute_url()).content.decode()
        assert "dead since 2 March 2026" in page
        assert "Until it is mended: <a" in page

    def test_a_link_that_fails_once_is_not_called_dead(self, client, video, link):
        links.note(link, Found(FAILED, 404), NOW)
        assert "dead since" not in client.get(video.get_absolute_url()).content.decode()

    def test_nor_one_with_a_new_address(self, client, video, dead):
        Resource.objects.filter(pk=video.pk).update(url="https://example.org/new")
        assert "dead since" not in client.get(video.get_absolute_url()).content.decode()

    def test_staff_see_what_to_mend(self, client, alice, bob, video, dead):
        for user, seen in ((alice, True), (bob, False)):
            client.force_login(user)
            page = client.get(reverse("proposals")).content.decode()
            assert ("Links to mend" in page) is seen
            assert ("It answered 404 Not Found." in page) is seen

    @pytest.mark.parametrize("address", ["/tracks/regression/", "/concepts/decision-tree/"])
    def test_lists_mark_what_is_dead_and_nothing_else(self, client, video, dead, address):
        Link.objects.create(
            resource=Resource.objects.get(slug="tree-article"), url="https://example.org/tree", state="good",
            next_look_at=NOW,
        )  # fmt: skip
        page = client.get(address).text
        assert page.count("dead link") == 1
        assert page.index("A tree in ten minutes") < page.index("dead link") < page.index("The same tree in words")
        links.note(dead, Found(GOOD, 200), NOW + 4 * DAY)
        assert "dead link" not in client.get(address).text

    def test_beside_another_resource_it_is_marked_as_well(self, client, video, dead):
        article = Resource.objects.get(slug="tree-article")
        assert "dead link" in client.get(article.get_absolute_url()).text

    def test_marks_cost_no_query_of_their_own(self, client, video, dead, django_assert_num_queries):
        with django_assert_num_queries(5):  # what the track has
            assert "dead link" in client.get("/tracks/regression/").text
