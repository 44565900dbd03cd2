"""Where files lie: in folders of this machine, or in buckets of an S3-compatible server. Imports no Django.

Runners read the address of the run store here too; the bucket of STUDYHUB_STORAGE_URL is for the trusted side alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from studyhub import env

if TYPE_CHECKING:
    from botocore.config import Config

SCHEME = "s3://"
RUN_STORE = "STUDYHUB_RUN_STORE"
STORAGE = "STUDYHUB_STORAGE_URL"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*\Z")

# A request that hangs holds up a run, a page or the reconciler: better to fail and come back.
CONNECT_S, READ_S = 2.0, 10.0
TRIES = 3


@dataclass(frozen=True)
class Place:
    """A part of a bucket: the keys that begin with `prefix`, which is empty or ends with a slash."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True)
class Server:
    """The S3-compatible server and our key to it; without a key boto3 looks for the machine's own (an IAM role)."""

    endpoint: str | None
    access_key: str | None
    secret_key: str | None = field(repr=False)
    region: str


def place(address: str, variable: str) -> Place:
    """The part of a bucket that `s3://bucket/prefix` means. Raises SettingError, with `variable`, for anything else."""
    bucket, _, prefix = address.removeprefix(SCHEME).strip("/").partition("/")
    prefix = prefix and f"{prefix}/"
    if not address.startswith(SCHEME) or not BUCKET.match(bucket) or not PREFIX.match(prefix):
        raise env.SettingError(f"{variable}={address!r} must be an address such as s3://bucket/prefix.")
    return Place(bucket, prefix)


def run_store() -> Path | Place:
    """Where the files of runs lie: a folder that both sides see, or a part of a bucket. Raises SettingError."""
    address = env.text(RUN_STORE)
    if address.startswith(SCHEME):
        server()  # what is wrong with it is said now, not by the first run
        return place(address, RUN_STORE)
    return env.folder(RUN_STORE, env.var_folder() / "runs")


def server() -> Server:
    """The server that the environment names. Raises SettingError for half a key, or an endpoint that is no address."""
    endpoint = env.text("STUDYHUB_S3_ENDPOINT")
    found = urlsplit(endpoint)
    if endpoint and (found.scheme not in {"http", "https"} or not found.netloc):
        raise env.SettingError(f"STUDYHUB_S3_ENDPOINT={endpoint!r} must be an address such as https://s3.example.org.")
    access, secret = env.secret("STUDYHUB_S3_ACCESS_KEY"), env.secret("STUDYHUB_S3_SECRET_KEY")
    if bool(access) != bool(secret):
        raise env.SettingError("Set both STUDYHUB_S3_ACCESS_KEY and STUDYHUB_S3_SECRET_KEY, or neither of them.")
    return Server(endpoint or None, access or None, secret or None, env.text("STUDYHUB_S3_REGION", "us-east-1"))


def client_config(server: Server) -> Config:
    """How requests are made: few seconds each, tried again a little later where that helps."""
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        # Servers other than Amazon's are asked by their own name, and many know no checksums in trailers.
        s3={"addressing_style": "path" if server.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=16,
    )


def storages(var: Path, *, static: str) -> dict[str, Any]:
    """Django's STORAGES: media in `var`, or with STUDYHUB_STORAGE_URL in that bucket, and then the curriculum too.

    `static` is the class for static files. Raises SettingError.
    """
    found: dict[str, Any] = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": var / "media"},
        },
        "staticfiles": {"BACKEND": static},
    }
    address = env.text(STORAGE)
    if address:
        found["default"] = _in_bucket(place(address, STORAGE), "media", file_overwrite=False)
        found["curriculum"] = _in_bucket(place(address, STORAGE), "curriculum", file_overwrite=True)
    return found


def _in_bucket(where: Place, folder: str, **options: Any) -> dict[str, Any]:
    ours = server()
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": where.bucket,
            "location": where.prefix + folder,
            "endpoint_url": ours.endpoint,
            "access_key": ours.access_key,
            "secret_key": ours.secret_key,
            "region_name": ours.region,
            "client_config": client_config(ours),
            "default_acl": None,
            **options,
        },
    }
