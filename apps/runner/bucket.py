"""A part of a bucket of an S3-compatible server: what is asked of it, and what its answers mean. No Django."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from apps.runner.store import ResultUnreadable, StoreRefused, StoreUnreachable
from studyhub import storages

# Of a server that can't be reached nothing is asked for so long: else every run and page would wait for it in turn.
SILENT_S = 3.0
AT_ONCE = 1000  # what a server lists or deletes in one request

ABSENT = {"NoSuchKey", "404"}
# Whoever wrote the object chose a way of keeping it that can't be read back.
UNREADABLE = {"InvalidObjectState", "InvalidRequest"}
# That somebody else was first; the second: both are at it this moment.
TAKEN, BUSY = {"PreconditionFailed", "412"}, {"ConditionalRequestConflict", "409"}
PASSING = {"RequestTimeout", "SlowDown", "OperationAborted", "InternalError", "ServiceUnavailable", *BUSY}

# Of several threads one makes the client.
_making = threading.Lock()


class Bucket:
    """The objects whose keys begin with a prefix; names are without it.

    Everything raises StoreUnreachable where no answer comes, after boto's own tries, and StoreRefused where we may not.
    """

    def __init__(self, place: storages.Place) -> None:
        self.place = place
        self._server = storages.server()
        self._silent_until = 0.0

    def get(self, name: str, limit: int | None = None) -> bytes | None:
        """An object's bytes, None where there is none. Raises ResultUnreadable for one beyond `limit` bytes."""
        found = self._ask("get_object", name, absent=None)
        if found is None:
            return None
        with found["Body"] as body:
            size = found["ContentLength"]
            if limit is not None and size > limit:
                raise ResultUnreadable(f"{name} has {size} bytes, more than {limit}.")
            try:
                return bytes(body.read())
            except BotoCoreError as error:
                self._fell_silent(error)

    def fetch(self, name: str, target: Path, limit: int | None = None) -> int:
        """Write an object to a file; returns its size. Raises ResultUnreadable where it is gone or beyond `limit`."""
        data = self.get(name, limit)
        if data is None:
            raise ResultUnreadable(f"{name} is gone.")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.write_bytes(data)

    def has(self, name: str) -> bool:
        """Whether there is an object of this name."""
        return self._ask("head_object", name, absent=None) is not None

    def put(self, name: str, content: bytes | Path) -> None:
        """Write an object, whole or not at all."""
        if isinstance(content, bytes):
            self._ask("put_object", name, Body=content)
            return
        with content.open("rb") as file:
            self._ask("put_object", name, Body=file)

    def put_first(self, name: str, content: bytes) -> bool:
        """Write an object unless there is one; of several who try one wins. An answer that was lost is asked for."""
        if self._ask("put_object", name, Body=content, IfNoneMatch="*", absent=None) is not None:
            return True
        return self.get(name) == content

    def below(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Name and size of each object whose name begins with `prefix`."""
        token: dict[str, str] = {}
        while True:
            found = self._ask("list_objects_v2", None, Prefix=self.place.prefix + prefix, **token)
            for entry in found.get("Contents", ()):
                yield entry["Key"].removeprefix(self.place.prefix), entry["Size"]
            if not found.get("IsTruncated"):
                return
            token = {"ContinuationToken": found["NextContinuationToken"]}

    def delete(self, names: list[str]) -> None:
        """Remove objects, at most AT_ONCE; those that are gone already count as removed."""
        keys = [{"Key": self.place.prefix + name} for name in names]
        answer = self._ask("delete_objects", None, Delete={"Objects": keys, "Quiet": True})
        if failed := answer.get("Errors"):
            raise StoreRefused(f"{self.place}: {failed[0].get('Key')} can't be removed: {failed[0].get('Code')}")

    def _ask(self, operation: str, name: str | None, *, absent: Any = NotImplemented, **parameters: Any) -> Any:
        """One request. With `absent` that is returned where there is no such object, or where somebody was first."""
        if time.monotonic() < self._silent_until:
            raise StoreUnreachable(f"{self.place} did not answer a moment ago.")
        if name is not None:
            parameters["Key"] = self.place.prefix + name
        try:
            return getattr(self._connected(), operation)(Bucket=self.place.bucket, **parameters)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if absent is not NotImplemented and code in ABSENT | TAKEN:
                return absent
            self._refused(error, code, name)
        except BotoCoreError as error:
            self._fell_silent(error)

    def _refused(self, error: ClientError, code: str, name: str | None) -> NoReturn:
        if code in UNREADABLE and error.operation_name == "GetObject":
            raise ResultUnreadable(f"{name} is kept so that it can't be read: {code}.") from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        kind = StoreUnreachable if status >= 500 or status == 429 or code in PASSING else StoreRefused
        raise kind(f"{self.place}: {error}") from error

    def _fell_silent(self, error: Exception) -> NoReturn:
        self._silent_until = time.monotonic() + SILENT_S
        raise StoreUnreachable(f"{self.place}: {error}") from error

    def _connected(self) -> Any:
        with _making:
            return _client(self._server, os.getpid())


@lru_cache(maxsize=4)
def _client(server: storages.Server, process: int) -> Any:
    """A client of this process: connections don't survive a fork."""
    return Session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name=server.region,
        config=storages.client_config(server),
    )
