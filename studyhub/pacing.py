"""gunicorn's threads with a clock: a client that sends a request drop by drop, or takes no answer, holds none for long.

gthread gives a thread to a request as soon as its first byte is there, and waits for the rest without an end: as many
slow clients as there are threads would stop the site. A proxy that collects requests first is the better place for
this; without one, or behind one that doesn't, this is what holds.
"""

from __future__ import annotations

import errno
import socket
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from studyhub import env

# Until a request is there: so long, and a second more for each so many bytes of it.
PATIENCE_S = env.integer("STUDYHUB_REQUEST_SECONDS", 20, minimum=1)
BYTES_A_SECOND = 25_000
# How long a client may leave a piece of an answer untaken.
ANSWER_S = 60


class PacedSocket:
    """A connection that is as if it were cut where a request does not arrive in time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def begin(self) -> None:
        """Called by the worker where a request begins."""
        self._due = time.monotonic() + PATIENCE_S

    def recv(self, size: int) -> bytes:
        """Called by gunicorn's parser. Raises ConnectionResetError for a client that is too slow."""
        left = min(self._due - time.monotonic(), self._sock.gettimeout() or ANSWER_S)
        try:
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            data = self._sock.recv(size)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "The request did not arrive in time") from None
        self._due += len(data) / BYTES_A_SECOND
        self._sock.settimeout(ANSWER_S)
        return data


class PacedWorker(ThreadWorker):
    """gthread over such connections."""

    def handle(self, conn: TConn) -> Any:
        """Called by gthread in a thread, which the request holds from now on; the time before that isn't its own."""
        if not isinstance(conn.sock, PacedSocket):
            conn.sock = PacedSocket(conn.sock)
        conn.sock.begin()
        return super().handle(conn)
