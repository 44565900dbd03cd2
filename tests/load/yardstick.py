"""The track's page against an empty view: closed loop, few connections, in turns.

Turns are short, and each page has one in every round, so that whatever else happens on the machine happens to all of
them alike; what counts is the median over the rounds.
"""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

CONNECTIONS = 4
ROUNDS = 10
TURN_S = 1.0
PAGES = {"empty view": "/yardstick/", "empty page of the site": "/yardstick/frame/", "track": "/tracks/regression/"}


def throughput(address: str, path: str, headers: Mapping[str, str], seconds: float) -> float:
    """Answers a second that `CONNECTIONS` clients get, each asking again at once. Raises RuntimeError for a fault."""
    counts = [0] * CONNECTIONS
    faults: list[str] = []
    until = time.perf_counter() + seconds

    def ask(place: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        while time.perf_counter() < until and not faults:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or not body:
                faults.append(f"{path}: {answer.status}")
            counts[place] += 1
        connection.close()

    clients = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    started = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if faults:
        raise RuntimeError(faults[0])
    return sum(counts) / (time.perf_counter() - started)


def compare(address: str, readers: Mapping[str, Mapping[str, str]], *, rounds: int = ROUNDS) -> dict[str, Any]:
    """For each reader, by the headers they send: answers a second of each page, and the share of the track's."""
    found: dict[str, Any] = {}
    for reader, headers in readers.items():
        for path in PAGES.values():
            throughput(address, path, headers, TURN_S / 2)
        turns = [
            {name: throughput(address, path, headers, TURN_S) for name, path in PAGES.items()} for _ in range(rounds)
        ]
        found[reader] = {
            "per_s": {name: round(statistics.median(turn[name] for turn in turns), 1) for name in PAGES},
            "share_of_empty_view": round(statistics.median(turn["track"] / turn["empty view"] for turn in turns), 3),
            "share_of_empty_page": round(
                statistics.median(turn["track"] / turn["empty page of the site"] for turn in turns), 3
            ),
        }
    return found
