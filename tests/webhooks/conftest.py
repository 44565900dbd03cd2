"""A receiver on this machine that does as it is told, and a webhook of the circle that goes there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from apps.webhooks import services
from apps.webhooks.models import Delivery, Endpoint
from tests.groups.conftest import ada, alice, assign, circle, dana, resource  # noqa: F401 - fixtures
from tests.submissions.conftest import committed, desk, exercise, office, package  # noqa: F401 - fixtures

THIS_MACHINE = [ip_network("127.0.0.0/8")]


@dataclass
class Received:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str):
        """The message, if `secret` signed it. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came, and what it is answered: `answers` in turn, the last of them for ever."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=lambda: [204])
    closing: threading.Event = field(default_factory=threading.Event)

    def next(self) -> int | Callable[[BaseHTTPRequestHandler], None]:
        """How the present request is answered."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW = THIS_MACHINE
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.received.append(Received(self.path, dict(self.headers), body))
            answer = told.next()
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.end_headers()
            if answer >= 400:
                self.wfile.write(b"Something is wrong here.")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads, block_on_close = True, False

        def handle_error(self, *_: object) -> None:
            """Whoever sends goes away in the middle of some answers."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield told
        told.closing.set()
        server.shutdown()


@pytest.fixture
def endpoint(circle, alice, receiver) -> Endpoint:  # noqa: F811
    """All events of the circle go to the receiver."""
    events = ["submission.graded", "comment.created", "assignment.due", "platform.fault"]
    return services.add(by=alice, group=circle, url=receiver.url, events=events)


@pytest.fixture
def later() -> Callable[[], None]:
    """The next try of everything that waits is due."""

    def later_() -> None:
        Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now() - timedelta(seconds=1))

    return later_


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[tuple[str, float]]:
    """The messages that were sent to workers, with how many seconds they wait; none goes anywhere."""
    sent: list[tuple[str, float]] = []
    monkeypatch.setattr("studyhub.bell.send", lambda name, *_, in_s=0.0, **__: sent.append((name, in_s)) or True)
    return sent
