"""A place for files by name, read and written in pieces: a folder, or a part of a bucket. Imports no Django."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from studyhub import env, storages

CHUNK = 1024 * 1024
# S3 takes 10,000 parts of an object: of this size they hold 312 GiB.
PART = 32 * CHUNK


class Readable(Protocol):
    """What tarfile and hashes need of a file."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`."""


class Place(Protocol):
    """Names are relative, with slashes. Everything raises OSError where the place fails."""

    def below(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Name and size of each file whose name begins with `prefix`: empty, or ending with a slash."""

    def reading(self, name: str) -> Any:
        """For `with`: a Readable of the file. Raises FileNotFoundError."""

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file; it is there whole or not at all, also where making the chunks fails."""

    def folders(self) -> list[str]:
        """The first part of all names that have more, in order."""

    def remove(self, folder: str, *, first: str) -> None:
        """Remove all whose name begins with `folder` and a slash: the file `first` before any other."""


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def below(self, prefix: str) -> Iterator[tuple[str, int]]:
        """As Place says. Only plain files: a link leads somewhere else, and what begins with a dot is not whole."""
        for folder, folders, names in os.walk(self.path / prefix):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or path.is_symlink() or not path.is_file():
                    continue
                with suppress(FileNotFoundError):  # gone since
                    yield path.relative_to(self.path).as_posix(), path.stat().st_size

    @contextmanager
    def reading(self, name: str) -> Iterator[Readable]:
        """As Place says."""
        with (self.path / name).open("rb") as file:
            yield file

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """As Place says."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with unfinished.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def folders(self) -> list[str]:
        """As Place says."""
        return sorted(path.name for path in self.path.iterdir() if path.is_dir())

    def remove(self, folder: str, *, first: str) -> None:
        """As Place says."""
        (self.path / folder / first).unlink(missing_ok=True)
        shutil.rmtree(self.path / folder)


class Bucket:
    """A part of a bucket of the S3-compatible server that the environment names."""

    def __init__(self, place: storages.Place) -> None:
        self.place = place

    def __str__(self) -> str:
        return str(self.place)

    @cached_property
    def _client(self) -> Any:
        from botocore.session import Session

        ours = storages.server()
        return Session().create_client(
            "s3",
            endpoint_url=ours.endpoint,
            aws_access_key_id=ours.access_key,
            aws_secret_access_key=ours.secret_key,
            region_name=ours.region,
            config=storages.client_config(ours),
        )

    def below(self, prefix: str) -> Iterator[tuple[str, int]]:
        """As Place says."""
        pages = self._client.get_paginator("list_objects_v2")
        with _as_oserror(str(self)):
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.place.prefix + prefix):
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(self.place.prefix), entry["Size"]

    @contextmanager
    def reading(self, name: str) -> Iterator[Readable]:
        """As Place says."""
        with _as_oserror(f"{self}: {name}"):
            body = self._client.get_object(Bucket=self.place.bucket, Key=self.place.prefix + name)["Body"]
            with body:
                yield body

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """As Place says: a small file in one request, a large one in parts that become an object at the end."""
        where = {"Bucket": self.place.bucket, "Key": self.place.prefix + name}
        pieces = _pieces(chunks)
        first = next(pieces, b"")
        second = next(pieces, None)
        with _as_oserror(f"{self}: {name}"):
            if second is None:
                self._client.put_object(**where, Body=first)
                return
            upload = self._client.create_multipart_upload(**where)["UploadId"]
            try:
                done = []
                for number, piece in enumerate(_after(first, second, pieces), 1):
                    answer = self._client.upload_part(**where, UploadId=upload, PartNumber=number, Body=piece)
                    done.append({"PartNumber": number, "ETag": answer["ETag"]})
                self._client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": done})
            except BaseException:
                self._client.abort_multipart_upload(**where, UploadId=upload)
                raise

    def folders(self) -> list[str]:
        """As Place says."""
        where = {"Bucket": self.place.bucket, "Prefix": self.place.prefix, "Delimiter": "/"}
        with _as_oserror(str(self)):
            pages = self._client.get_paginator("list_objects_v2").paginate(**where)
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        return sorted(name.removeprefix(self.place.prefix).rstrip("/") for name in found)

    def remove(self, folder: str, *, first: str) -> None:
        """As Place says."""
        names = [f"{folder}/{first}", *(name for name, _ in self.below(f"{folder}/"))]
        with _as_oserror(f"{self}: {folder}"):
            for name in names:
                self._client.delete_object(Bucket=self.place.bucket, Key=self.place.prefix + name)


def open_place(address: str, variable: str) -> Folder | Bucket:
    """The place at an absolute path or `s3://bucket/prefix`. Raises SettingError, which names `variable`."""
    if address.startswith(storages.SCHEME):
        return Bucket(storages.place(address, variable))
    path = Path(address)
    if not path.is_absolute():
        raise env.SettingError(f"{variable}={address!r} must be an absolute path or s3://bucket/prefix.")
    return Folder(path)


def chunks_of(file: Readable) -> Iterator[bytes]:
    """What is left of `file`, in pieces."""
    while chunk := file.read(CHUNK):
        yield chunk


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of PART, the last one shorter."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


def _after(first: bytes, second: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from others


@contextmanager
def _as_oserror(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        kind = FileNotFoundError if code in {"NoSuchKey", "404"} else OSError
        raise kind(f"{what}: {error}") from error
    except BotoCoreError as error:
        raise OSError(f"{what}: {error}") from error
