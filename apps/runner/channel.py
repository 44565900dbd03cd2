"""The worker's end of the sockets by which it speaks with zygotes and with runs in them."""

from __future__ import annotations

import array
import json
import select
import socket
import struct
from typing import Any

from apps.runner.errors import KernelStartError

MESSAGE = 65536


def readable(descriptor: int) -> bool:
    """Whether reading would not wait: a message, an end, or (of a process) its death."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class Channel:
    """A socket that carries one JSON message at a time, and descriptors beside it."""

    def __init__(self) -> None:
        self.mine, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The kernel then says which process sent a message, by its number in our own namespace.
        self.mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.pid = 0

    def send(self, descriptors: tuple[int, ...] = (), **message: Any) -> None:
        """Send `message`. Raises OSError once the other side is gone."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self.mine.sendmsg([json.dumps(message).encode()], ancillary)

    def expect(self, event: str, timeout_s: float) -> dict[str, Any]:
        """The next message, which must be `event`; notes who sent it.

        Raises KernelStartError for any other message, for silence, and for the other side's end.
        """
        self.mine.settimeout(timeout_s)
        try:
            text, ancillary, _, _ = self.mine.recvmsg(MESSAGE, socket.CMSG_SPACE(struct.calcsize("3i")))
        except OSError as error:
            raise KernelStartError(f"A warm kernel did not say {event!r}: {error}") from error
        if not text:
            raise KernelStartError(f"A warm kernel ended before it said {event!r}.")
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self.pid = struct.unpack("3i", data)[0]
        message: dict[str, Any] = json.loads(text)
        if message.get("event") != event:
            raise KernelStartError(f"A warm kernel could not be made: {message.get('detail', message)}")
        return message

    def has_message(self) -> bool:
        """Whether something waits to be read: a message, or the other side's end."""
        return readable(self.mine.fileno())

    def close(self) -> None:
        """Let go of both ends."""
        self.mine.close()
        self.theirs.close()
