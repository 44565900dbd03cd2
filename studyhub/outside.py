"""A request to an address that somebody on the outside chose: to no machine of ours, with an end, whatever answers.

A name is looked up once, all that it stands for is looked at, and the connection goes to the very address that was
looked at: a name that means something else a moment later (DNS rebinding) changes nothing. No redirect is followed, no
proxy used, nothing unpacked, and of the answer so much is read as whoever asks has use for.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from studyhub import stored
from studyhub.saying import gettext_noop as _

DEADLINE_S = 10.0  # from the look-up of the name to the last byte that is read
READ_BYTES = 4096
URL_LENGTH = 500
# What is said of an address and of an answer: in English, so it is kept, and told in the reader's language (stored.py).
NO_ADDRESS = _("This is no address of the web.")
TOO_LONG = _("An address has at most %(most)s characters, all of them ASCII and none a blank.")
WITH_NAME = _("No user name or password in the address.")
NOT_SECURE = _("The address has to begin with https://.")
PRIVATE = _("This address leads into a private network: we go to public ones.")
LATE = _("It did not answer within %(seconds)s s.")
ELSEWHERE = _("It sends us elsewhere; redirects are not followed.")
ANSWERED = _("It answered %(status)s.")
UNKNOWN_NAME = _("Its name is not known.")
BAD_CERTIFICATE = _("Its certificate is not good: %(detail)s.")
NO_TLS = _("It does not speak TLS as we do.")
NOBODY = _("Nobody listens there.")
NO_HTTP = _("It does not answer in HTTP.")
BROKEN = _("The connection broke.")
stored.keep(
    *(NO_ADDRESS, TOO_LONG, WITH_NAME, NOT_SECURE, PRIVATE, LATE, ELSEWHERE, ANSWERED),
    *(UNKNOWN_NAME, BAD_CERTIFICATE, NO_TLS, NOBODY, NO_HTTP, BROKEN),
)
# What IPv6 addresses hold an IPv4 one that a gateway would go to.
NAT64 = ip_network("64:ff9b::/96")
NAT64_OWN = ip_network("64:ff9b:1::/48")
# Set aside by IANA and yet public to some versions of Python; in the first a cloud has its metadata.
SET_ASIDE = [ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"), ip_network("2001:2::/48")]

Address = IPv4Address | IPv6Address
Networks = Iterable[IPv4Network | IPv6Network]


class AddressRefused(ValueError):
    """Where we do not go; the text says why, to whoever chose it."""


@dataclass(frozen=True)
class Answer:
    """What came of a request: a status and the beginning of the body, or what went wrong; `ms` took all of it.

    `goes_on`: there is more of the body than was read.
    """

    ms: int
    status: int | None = None
    body: str = ""
    goes_on: bool = False
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    refused: bool = False  # by us: nobody was asked

    @property
    def is_good(self) -> bool:
        """Whether it was taken: any 2xx."""
        return not self.error and self.status is not None and 200 <= self.status < 300


def check_url(url: str, allow: Networks, *, plain: bool = False) -> SplitResult:
    """What can be said of an address before its name is looked up; `plain` lets http be. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(NO_ADDRESS) from None
    if len(url) > URL_LENGTH or not re.fullmatch(r"[!-~]+", url):
        raise AddressRefused(TOO_LONG % {"most": URL_LENGTH})
    if not parts.hostname or port == 0 or not re.fullmatch(r"[A-Za-z0-9.:_-]+", parts.hostname):
        raise AddressRefused(NO_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(WITH_NAME)
    literal = _literal(parts.hostname)
    if literal is not None:
        _check_address(literal, allow)
    may_be_plain = plain or (literal is not None and _is_allowed(literal, allow))
    if parts.scheme != "https" and not (parts.scheme == "http" and may_be_plain):
        raise AddressRefused(NOT_SECURE)
    return parts


def ask(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    allow: Networks,
    plain: bool = False,
    deadline_s: float = DEADLINE_S,
    most: int = READ_BYTES,
) -> Answer:
    """Ask, and read how it was answered, `most` bytes of it; of private networks it goes to those of `allow`.

    Never raises for what lies outside; touches no database.
    """
    started = time.monotonic()

    def answer(**found: Any) -> Answer:
        return Answer(ms=round(1000 * (time.monotonic() - started)), **found)

    connection: _Connection | None = None
    cut = threading.Event()
    try:
        parts = check_url(url, allow, plain=plain)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = resolve(parts.hostname or "", port, allow)
        connection = _Connection(parts, addresses, until=started + deadline_s)
        with _ended_at(connection, started + deadline_s, cut):
            connection.connect()
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, {"Accept-Encoding": "identity", **(headers or {})})
            response = connection.getresponse()
            read = response.read(most + 1)
        if cut.is_set():  # what was read until then looks like an answer that is complete
            raise TimeoutError
        return answer(
            status=response.status,
            body=read[:most].decode("utf-8", "replace").replace("\0", ""),
            goes_on=len(read) > most,
            error=_complaint(response.status),
            headers={name.lower(): value for name, value in response.getheaders()},
        )
    except AddressRefused as refusal:
        return answer(error=str(refusal), refused=True)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if cut.is_set() or isinstance(problem, TimeoutError):
            return answer(error=LATE % {"seconds": f"{deadline_s:g}"})
        return answer(error=_in_words(problem))
    finally:
        if connection is not None:
            connection.close()


def resolve(host: str, port: int, allow: Networks) -> list[Address]:
    """All addresses of a name. Raises AddressRefused where one of them is not for us to go to, OSError for none."""
    found = [ip_address(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        _check_address(address, allow)
    return list(dict.fromkeys(found))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check_address(address: Address, allow: Networks) -> None:
    if not (_is_allowed(address, allow) or is_public(address)):
        raise AddressRefused(PRIVATE)


def _is_allowed(address: Address, allow: Networks) -> bool:
    return any(address.version == network.version and address in network for network in allow)


def is_public(address: Address) -> bool:
    """Whether it is somebody's machine out there: for an IPv6 address that holds an IPv4 one, also by that one."""
    if isinstance(address, IPv6Address):
        teredo = address.teredo[1] if address.teredo else None
        nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
        inside = address.ipv4_mapped or address.sixtofour or teredo or nat64
        if address in NAT64_OWN or (inside and not is_public(inside)):
            return False
        if inside:
            return True
    if any(address.version == network.version and address in network for network in SET_ASIDE):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class _Connection(http.client.HTTPConnection):
    """To one of the addresses that were looked at, and by the name: for the certificate, and in the Host header."""

    def __init__(self, parts: SplitResult, addresses: list[Address], *, until: float) -> None:
        secure = parts.scheme == "https"
        # The default port is left out of the Host header by http.client itself.
        self.default_port = 443 if secure else 80
        super().__init__(parts.hostname or "", parts.port or self.default_port)
        self._addresses, self._until, self._secure = addresses, until, secure

    def connect(self) -> None:
        problem: OSError = TimeoutError("no time left")
        for address in self._addresses:
            try:
                self.sock = socket.create_connection((str(address), self.port), timeout=self._left())
                break
            except OSError as error:
                problem = error
        else:
            raise problem
        if self._secure:
            context = ssl.create_default_context()
            # The handshake comes once `cut` can reach the socket.
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.settimeout(self._left())
            self.sock.do_handshake()
        self.sock.settimeout(self._left())

    def cut(self) -> None:
        """From another thread: whoever waits for the other side waits no longer."""
        if self.sock is not None:
            # The plain socket's own: a TLS one would take its state away from under whoever reads.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left


class _ended_at:
    """Cuts the connection at `until`: a server that sends a byte now and then keeps each read within its timeout."""

    def __init__(self, connection: _Connection, until: float, cut: threading.Event) -> None:
        self.timer = threading.Timer(max(0.0, until - time.monotonic()), self._cut)
        self.timer.daemon = True
        self.connection, self.cut = connection, cut

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()

    def _cut(self) -> None:
        self.cut.set()
        try:
            self.connection.cut()
        except OSError:
            return  # closed already


def _complaint(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return ELSEWHERE
    return ANSWERED % {"status": _named(status)}


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _in_words(problem: Exception) -> str:
    match problem:
        case socket.gaierror():
            return UNKNOWN_NAME
        case ssl.SSLCertVerificationError():
            return BAD_CERTIFICATE % {"detail": problem.verify_message}
        case ssl.SSLError():
            return NO_TLS
        case ConnectionRefusedError():
            return NOBODY
        case http.client.HTTPException() | ValueError():
            return NO_HTTP
    return BROKEN
