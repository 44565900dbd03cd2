"""The embedded broker: kombu's folder of files, in which a message appears only once it is whole. No Django here.

kombu writes a message under its final name. A reader that comes between the opening and the writing of the file takes
an empty message, which ends its worker; and it moves what it takes through the system's temporary folder.
"""

from __future__ import annotations

import json
import logging
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
SCHEME = "files"
PATIENCE_S = 0.2


class Channel(filesystem.Channel):
    """kombu's channel with another way in and out of the folder: files get their names, and lose them, whole."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override] # kombu has two names
        """Called by kombu to send. Raises OSError where the folder can't be written."""
        target = Path(self.data_folder_out) / f"{monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        part = target.with_name(f"{target.name}.part")
        part.write_text(dumps(message), encoding="utf-8")
        part.replace(target)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Called by kombu for the oldest message of `queue`. Raises Empty.

        What can't be read (half written when the power went) is dropped: the database knows what it was about.
        """
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = path.with_name(f"{path.name}.{uuid.uuid4()}.taken")
            with suppress(FileNotFoundError):  # another worker was faster
                path.rename(taken)
                text = taken.read_bytes()
                taken.unlink()
                try:
                    return loads(text.decode())
                except ValueError:
                    logger.error("A message that can't be read was dropped: %s", path.name)
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        """Called by kombu: which queues are bound to `exchange`."""
        try:
            rows = json.loads(self._exchange_file(exchange).read_bytes())
        except FileNotFoundError:
            return []
        return [filesystem.exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Called by kombu when a worker or sender starts; several may at once."""
        file = self._exchange_file(exchange)
        self.control_folder.mkdir(exist_ok=True)
        with file.with_suffix(".lock").open("w") as lock:
            filesystem.lock(lock, filesystem.LOCK_EX)  # released with the file
            bound, new = self.get_table(exchange), filesystem.exchange_queue_t(routing_key or "", pattern or "", queue)
            if new not in bound:
                part = file.with_suffix(".part")
                part.write_text(dumps([new, *bound]), encoding="utf-8")
                part.replace(file)


class Transport(filesystem.Transport):
    """kombu's transport with our channel; named by the broker address files://."""

    Channel = Channel
    driver_type = driver_name = SCHEME

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        """Called by a worker, which asks between two calls only whether it is to end. Raises TimeoutError."""
        super().drain_events(connection, timeout=timeout and min(timeout, PATIENCE_S))


def register() -> None:
    """Let kombu know the scheme."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
