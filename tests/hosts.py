"""`python -m tests.hosts COMMAND`: runs a command on a host of its own, in a network with two more for runners.

The hosts are network namespaces, which a bridge in another one joins; their addresses are known inside them alone. The
command finds itself on the control host, and where servers should listen. Needs root and iproute2.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ADDRESSES = {"control": "10.77.0.1", "a": "10.77.0.2", "b": "10.77.0.3"}
SWITCH = "switch"
VARIABLE = "TEST_HOSTS"
FAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"  # the loader fills in $LIB


def ip(*words: str) -> None:
    """Raises CalledProcessError, its reason on stderr."""
    subprocess.run(["ip", *words], check=True)


class Host:
    """One of the hosts of this network, by its name."""

    def __init__(self, name: str) -> None:
        self.namespace = f"{os.environ[VARIABLE]}-{name}"
        self.name, self.address = name, ADDRESSES[name]

    def command(self, command: list[str]) -> list[str]:
        """What runs `command` there, under that host's name, in the process that is started."""
        named = f"hostname {shlex.quote(self.name)} && exec {shlex.join(command)}"
        return ["ip", "netns", "exec", self.namespace, "unshare", "--uts", "sh", "-c", named]

    def cut_off(self) -> None:
        """Nothing arrives there any more, and nothing leaves; nobody is told."""
        ip("-n", self.namespace, "link", "set", "eth0", "down")

    def join(self) -> None:
        ip("-n", self.namespace, "link", "set", "eth0", "up")


def clock(seconds: int) -> dict[str, str]:
    """What a process has to find in its environment for its clock to be wrong by so many seconds."""
    wrong = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return wrong | {"PYTHONPATH": str(Path(__file__).with_name("wrong_clock"))}


@contextmanager
def network() -> Iterator[str]:
    """All the hosts; yields what their namespaces' names begin with."""
    prefix = f"studyhub-{os.getpid()}"
    namespaces = [f"{prefix}-{name}" for name in (SWITCH, *ADDRESSES)]
    try:
        for namespace in namespaces:
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        switch = namespaces[0]
        ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", switch, "link", "set", "bridge", "up")
        for name, address in ADDRESSES.items():
            host = f"{prefix}-{name}"
            ip("-n", switch, "link", "add", "name", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", host)
            ip("-n", switch, "link", "set", f"to-{name}", "master", "bridge", "up")
            ip("-n", host, "address", "add", f"{address}/24", "dev", "eth0")
            ip("-n", host, "link", "set", "eth0", "up")
        yield prefix
    finally:
        for namespace in namespaces:
            with suppress(subprocess.CalledProcessError):
                subprocess.run(["ip", "netns", "delete", namespace], check=True, stderr=subprocess.DEVNULL)


async def delay(port: int, target: str, seconds: float) -> None:
    """On `port` of loopback whoever connects is led to `target` (host:port), each piece late by `seconds`."""
    host, _, number = target.partition(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(seconds)
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, int(number))
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


def main() -> int:
    """The program; ends with the status of the command."""
    if not sys.argv[1:]:
        sys.exit(__doc__)
    if sys.argv[1] == "delay":
        asyncio.run(delay(int(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
        return 0
    if os.geteuid() or not any(Path(folder, "ip").exists() for folder in os.get_exec_path()):
        sys.exit("A network of hosts needs root and iproute2: apt install iproute2")
    with network() as prefix:
        environment = {**os.environ, VARIABLE: prefix, "TEST_SERVERS_HOST": ADDRESSES["control"]}
        command = ["ip", "netns", "exec", f"{prefix}-control", *sys.argv[1:]]
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
