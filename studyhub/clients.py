"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
# Who has one IPv6 address has 2^64 of them.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks: the one that the outermost of our own proxies saw, else that of the connection.

    Each proxy adds an address to X-Forwarded-For, so with STUDYHUB_TRUSTED_PROXIES=1 only the last one was written by
    a proxy of ours, and whatever a client put before it is not believed. `unknown` where there is none.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    given = forwarded[-proxies] if len(forwarded) >= proxies > 0 else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(given.strip().strip("[]")))
    except ValueError:
        return UNKNOWN


def client_network(request: HttpRequest) -> str:
    """What is counted as one client: an IPv4 address, or an IPv6 network of /64."""
    found = client_address(request)
    if ":" not in found:
        return found
    return str(ipaddress.IPv6Network((found, IPV6_PREFIX), strict=False).network_address)
