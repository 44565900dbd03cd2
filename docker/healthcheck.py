"""Is the process of this container well? Its role is what process 1 was started with. Standard library only."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

PORT = os.environ.get("STUDYHUB_BIND", "").rpartition(":")[2] or "8000"
TIMEOUT_S = 4


def site_answers() -> bool:
    """Whether the site answers, asked as the proxy asks it."""
    host = os.environ.get("STUDYHUB_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"http://127.0.0.1:{PORT}/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> None:
    """Exit 0 for yes, 1 for no."""
    role = Path("/proc/1/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[-1].decode()
    if role == "web":
        sys.exit(not site_answers())
    os.execv(sys.executable, [sys.executable, "-m", "studyhub.alive", role])  # noqa: S606 - our own command, no shell


if __name__ == "__main__":
    main()
