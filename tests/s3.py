"""`python -m tests.s3 HOST PORT`: an S3-compatible server that keeps all in memory (moto), and fails when told to.

Beside S3 it takes POST /_faults with a list of faults, in place of those before: `{"method": "PUT", "key": "regular
expression", "status": 503, "code": "SlowDown", "times": 2}`. Of a request that meets one nothing is carried out,
unless the fault says `"done": true`: then only the answer is another.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from studyhub.storages import Place

FAULTS = "/_faults"
BUCKET = "studyhub"
ACCESS_KEY, SECRET_KEY = "tests", "tests-only"

Respond = Callable[[str, list[tuple[str, str]]], Any]


class Failing:
    """A WSGI application in front of moto's."""

    def __init__(self, inner: Callable[[dict[str, Any], Respond], Iterable[bytes]]) -> None:
        self.inner = inner
        self.faults: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        if environ["PATH_INFO"] == FAULTS:
            self.faults = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            return _answer(respond, 200, b"")
        if fault := self._fault(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            if fault.get("done"):
                list(self.inner(environ, lambda status, headers: None))
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            code = fault.get("code", "InternalError")
            return _answer(respond, fault["status"], f"<Error><Code>{code}</Code></Error>".encode())
        if environ["REQUEST_METHOD"] != "PUT":
            return self.inner(environ, respond)
        with self.lock:  # moto looks for an object and writes it in two steps; a real server does that in one
            return list(self.inner(environ, respond))

    def _fault(self, method: str, path: str) -> dict[str, Any] | None:
        with self.lock:
            for fault in self.faults:
                if fault["method"] == method and re.search(fault["key"], path) and fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return None


def _answer(respond: Respond, status: int, body: bytes) -> list[bytes]:
    respond(f"{status} Told to", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


def settings(endpoint: str) -> dict[str, str]:
    """What a process has to find in its environment to use the server at `endpoint`."""
    words = {"ENDPOINT": endpoint, "ACCESS_KEY": ACCESS_KEY, "SECRET_KEY": SECRET_KEY}
    return {f"STUDYHUB_S3_{name}": value for name, value in words.items()}


def place() -> Place:
    """A part of the bucket that nobody has used."""
    return Place(BUCKET, f"{uuid.uuid4()}/")


def fail(endpoint: str, *faults: dict[str, Any]) -> None:
    """Tell the server at `endpoint` how to fail from now on; without faults it works."""
    told = [{"method": "PUT", "key": "", "status": 503, "times": 10**9, **fault} for fault in faults]
    with urllib.request.urlopen(endpoint + FAULTS, data=json.dumps(told).encode(), timeout=60):
        pass


def main() -> None:
    """The program."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *words: object) -> None:
            pass

    s3_backends["123456789012"]["global"].create_bucket(BUCKET, "us-east-1")
    application = Failing(DomainDispatcherApplication(create_backend_app))
    make_server(sys.argv[1], int(sys.argv[2]), application, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main()
