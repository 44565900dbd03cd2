"""Too large, without a length, or drop by drop: a body is refused before it is read, and holds no thread."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import RequestFactory

from apps.submissions.models import Submission
from studyhub.management.commands.serve import answers
from tests.servers import LOOPBACK, free_port
from tests.submissions.conftest import SLUG, committed, desk, exercise, package  # noqa: F401 - fixtures

PROJECT = Path(__file__).resolve().parents[2]
MB = 1024 * 1024
UPLOAD = f"/submissions/new/{SLUG}/"


class Unread:
    """A body that nobody may touch."""

    def __init__(self, announced: int) -> None:
        self.announced = announced

    def __len__(self) -> int:
        return self.announced

    def read(self, *_):
        pytest.fail("The body was read.")

    readline = read


def announce(client, path: str, size: int, **headers):
    """A request of which only the headers are there."""
    given = {"CONTENT_LENGTH": str(size), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread(size)}
    return client.generic("POST", path, **given, **headers)


@pytest.mark.usefixtures("desk")
class TestWhatIsAnnounced:
    def test_a_notebook_that_is_far_too_large_is_not_read(self, client, bob):
        client.force_login(bob)
        response = announce(client, UPLOAD, 12 * MB + 1)
        assert response.status_code == 413
        assert "at most 12 MB" in response.text
        assert "once its outputs are cleared" in response.text
        assert f'href="{UPLOAD}"' in response.text
        assert not Submission.objects.exists()

    def test_a_form_has_less_room(self, client, bob):
        client.force_login(bob)
        response = announce(client, "/profile/", 2 * MB + 1)
        assert response.status_code == 413
        assert "notebook" not in response.text

    def test_who_has_not_signed_in_has_least_of_all(self, client):
        assert announce(client, "/accounts/login/", 64 * 1024 + 1).status_code == 413
        assert announce(client, UPLOAD, 64 * 1024 + 1).status_code == 413

    def test_whoever_has_not_signed_in_hands_nothing_in(self, client):
        """Not even a body that is small enough is read for them."""
        response = announce(client, UPLOAD, 1000)
        assert response.status_code == 302
        assert "login" in response["Location"]

    def test_programs_get_it_as_data(self, client):
        response = announce(client, "/api/anything", 12 * MB + 1)
        assert response.status_code == 413
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == 413

    def test_without_a_length_nothing_is_read(self, client, bob):
        client.force_login(bob)
        response = client.generic("POST", "/profile/", headers={"Transfer-Encoding": "chunked"})
        assert response.status_code == 411


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[str, int]]:
    """gunicorn as the site runs it, over an empty folder, with a second of patience."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port(LOOPBACK)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
    variables = {"STUDYHUB_DEBUG": "1", "STUDYHUB_VAR": str(folder), "STUDYHUB_BIND": f"127.0.0.1:{port}"}
    env = inherited | variables | {"STUDYHUB_REQUEST_SECONDS": "1", "STUDYHUB_WEB_THREADS": "2"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=env, check=True)
    process = subprocess.Popen([sys.executable, "-m", "studyhub.roles", "web"], cwd=PROJECT, env=env)
    try:
        # It takes connections long before it answers them.
        while process.poll() is None and not answers(f"http://127.0.0.1:{port}/healthz"):
            continue
        assert process.poll() is None, "gunicorn did not start"
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(30)


def send(server: tuple[str, int], text: str) -> tuple[int, bytes]:
    """Send this much and no more; returns the status that comes back, 0 where the connection just ends."""
    with socket.create_connection(server, timeout=30) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        answer = connection.makefile("rb")
        line = answer.readline().split()
        return (int(line[1]) if line else 0), answer.read()


HEAD = "POST {path} HTTP/1.1\nHost: localhost\nContent-Type: text/plain\nConnection: close\n"


def test_the_headers_alone_bring_the_answer(server):
    status, page = send(server, HEAD.format(path="/accounts/login/") + f"Content-Length: {500 * MB}\n\n")
    assert status == 413
    assert b"at most 64 kB" in page


def test_a_body_in_chunks_is_not_read(server):
    status, _ = send(server, HEAD.format(path="/accounts/login/") + "Transfer-Encoding: chunked\n\n5\nhello\n")
    assert status == 411


def test_a_client_that_sends_it_all_reads_the_answer_too(server):
    """A browser goes on sending; the answer must not be lost by that."""
    connection = http.client.HTTPConnection(*server, timeout=30)
    connection.request("POST", "/accounts/login/", body=b"x" * 100_000, headers={"Content-Type": "text/plain"})
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        ("GET /" + "x" * 9000 + " HTTP/1.1\nHost: localhost\n\n", {400, 414}),
        ("GET / HTTP/1.1\nHost: localhost\nX-Long: " + "x" * 20000 + "\n\n", {400, 431}),
        ("GET / HTTP/1.1\nHost: localhost\n" + "".join(f"X-{n}: 1\n" for n in range(300)) + "\n", {400, 431}),
        (HEAD.format(path="/theme/") + "Content-Length: 5\nContent-Length: 6\n\nhello", {400}),
        (HEAD.format(path="/theme/") + "Content-Length: -5\n\nhello", {400}),
        (HEAD.format(path="/theme/") + "Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n", {400, 411}),
    ],
    ids=["address", "header", "headers", "two lengths", "negative", "length and chunks"],
)
def test_what_no_browser_sends_is_refused(server, head, statuses):
    assert send(server, head)[0] in statuses


def test_slow_clients_hold_no_thread(server):
    """More of them than there are threads, half with half a header and half with half a form, and the site answers."""
    slow = []
    for number in range(6):
        connection = socket.create_connection(server, timeout=30)
        head = HEAD.format(path="/theme/").replace("\n", "\r\n")
        connection.sendall((head if number % 2 else head + "Content-Length: 1000\r\n\r\ntheme=").encode())
        slow.append(connection)
    assert send(server, "GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n")[0] == 200
    for connection in slow:
        # Each of them was let go: told so, or not even that.
        while connection.recv(65536):
            pass
        connection.close()


def test_a_request_of_a_page_is_not_looked_at():
    from studyhub.bodies import BodyLimitMiddleware

    request = RequestFactory().get("/", HTTP_TRANSFER_ENCODING="chunked")
    assert BodyLimitMiddleware(lambda request: None).process_view(request, None, (), {}) is None
