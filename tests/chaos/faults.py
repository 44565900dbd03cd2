"""What goes wrong: each fault is a function that does it, waits as long as it lasts, and mends it again.

Processes are mended by the supervisor. A fault returns False where there was nothing to be hit.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
from kombu import Connection, Producer
from kombu.exceptions import KombuError

from studyhub import broker

if TYPE_CHECKING:
    from kombu.message import Message

    from tests.chaos.site import Site

QUEUES = (broker.CONTROL_QUEUE, broker.CPU_QUEUE)
CELERY_POOL = "prefork"


def kill_runner(site: Site, rng: random.Random) -> bool:
    """A runner, with all that it is doing."""
    return _kill(site.part("runner", rng)[:1])


def kill_runner_process(site: Site, rng: random.Random) -> bool:
    """The process of a runner's pool in which a notebook may be running."""
    return _kill(_pick(_pool(site.part("runner", rng)), rng))


def kill_zygote(site: Site, rng: random.Random) -> bool:
    """The process that warm kernels are forked from."""
    return _kill(_pick(_zygotes(site, rng), rng))


def kill_control(site: Site, rng: random.Random) -> bool:
    """A control worker, in the middle of a grading perhaps."""
    return _kill(site.part("control", rng)[:1])


def kill_control_process(site: Site, rng: random.Random) -> bool:
    """A process of a control worker's pool."""
    return _kill(_pick(_pool(site.part("control", rng)), rng))


def kill_web(site: Site, rng: random.Random) -> bool:
    """The web server, or the process of it that answers requests."""
    return _kill(_pick(site.part("web", rng)[:2], rng))


def kill_beat(site: Site, rng: random.Random) -> bool:
    """The clock."""
    return _kill(site.part("beat", rng)[:1])


def pause_runner(site: Site, rng: random.Random) -> bool:
    """A runner stands still for longer than its lease, then goes on as if nothing had been."""
    family = site.part("runner", rng)
    with _stopped(family):
        time.sleep(site.lease_s * rng.uniform(1.2, 1.6))
    return bool(family)


def restart_postgres(site: Site, rng: random.Random) -> bool:
    """The database crashes, is away for a while, and recovers."""
    site.postgres.crash()
    time.sleep(rng.uniform(0.2, 3))
    site.postgres.start()
    return True


def restart_broker(site: Site, rng: random.Random) -> bool:
    """The broker is killed; Redis comes back with nothing."""
    site.broker.crash()
    time.sleep(rng.uniform(0.2, 3))
    site.broker.start()
    return True


def empty_broker(site: Site, rng: random.Random) -> bool:
    """Every message is lost, while nobody's connection is."""
    with suppress(OSError, KombuError), site.broker_link() as link:
        if site.broker.kind == "redis":
            link.default_channel.client.flushall()
        else:
            for queue in QUEUES:
                link.default_channel.queue_purge(queue)
        return True
    return False


def delay_messages(site: Site, rng: random.Random) -> bool:
    """Messages arrive late, and after those that were sent later."""
    return _intercept(site, rng, copies=1, hold_s=rng.uniform(1, 6))


def duplicate_messages(site: Site, rng: random.Random) -> bool:
    """Messages arrive twice."""
    return _intercept(site, rng, copies=2, hold_s=0.0)


def fill_runner_disk(site: Site, rng: random.Random) -> bool:
    """A runner has no room left for temporary files."""
    place = rng.choice(site.runner_places)
    place.fill()
    time.sleep(rng.uniform(1, 6))
    place.free()
    return True


def fail_storage(site: Site, rng: random.Random) -> bool:
    """Nothing can be written to the run store."""
    site.fail_storage()
    time.sleep(rng.uniform(1, 5))
    site.mend_storage()
    return True


FAULTS: dict[str, Callable[[Site, random.Random], bool]] = {
    fault.__name__: fault
    for fault in (
        kill_runner, kill_runner_process, kill_zygote, kill_control, kill_control_process, kill_web, kill_beat,
        pause_runner, restart_postgres, restart_broker, empty_broker, delay_messages, duplicate_messages,
        fill_runner_disk, fail_storage,
    )
}  # fmt: skip
# These need a file system that can be filled, which only root can mount.
NEED_MOUNTS = {"fill_runner_disk", "fail_storage"}


def _kill(processes: list[psutil.Process]) -> bool:
    hit = False
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
            hit = True
    return hit


def _pick(processes: list[psutil.Process], rng: random.Random) -> list[psutil.Process]:
    return [rng.choice(processes)] if processes else []


def _pool(family: list[psutil.Process]) -> list[psutil.Process]:
    """The direct children of a worker that are no programs of their own: its pool."""
    if not family:
        return []
    with suppress(psutil.NoSuchProcess):
        first = family[0].cmdline()
        return [child for child in family[0].children() if _cmdline(child) == first]
    return []


def _zygotes(site: Site, rng: random.Random) -> list[psutil.Process]:
    found = []
    for place in site.runner_places:
        for path in sorted((place.path / "zygotes").glob("*.json")):
            with suppress(OSError, ValueError, psutil.NoSuchProcess):
                told = json.loads(path.read_bytes())
                found += [psutil.Process(zygote["pid"]) for zygote in told["zygotes"]]
    return found


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


class _stopped:
    """Processes that stand still meanwhile."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self.processes = processes

    def __enter__(self) -> None:
        self._signal(signal.SIGSTOP)

    def __exit__(self, *error: object) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


def _intercept(site: Site, rng: random.Random, *, copies: int, hold_s: float) -> bool:
    """Keep a queue's consumers from it for a moment, take what gathers there, and put it back later."""
    queue = rng.choice(QUEUES)
    prefix = "control" if queue == broker.CONTROL_QUEUE else "runner"
    consumers = [part.family()[:1] for part in site.supervisor.parts.values() if part.name.startswith(prefix)]
    taken: list[Message] = []
    try:
        with site.broker_link() as link:
            with _stopped([process for family in consumers for process in family]):
                until = time.monotonic() + rng.uniform(0.5, 1.5)
                while time.monotonic() < until:
                    message = link.default_channel.basic_get(queue, no_ack=True)
                    if message is None:
                        time.sleep(0.02)
                    else:
                        taken.append(message)
            time.sleep(hold_s)
            _put_back(link, queue, taken * copies)
    except (OSError, KombuError):
        pass  # the broker went away with them: then they are lost, which it must bear too
    site.note("messages held", len(taken))
    return bool(taken)


def _put_back(link: Connection, queue: str, messages: list[Message]) -> None:
    producer = Producer(link.default_channel)
    for message in messages:
        properties = {
            name: message.properties[name]
            for name in ("correlation_id", "reply_to", "delivery_mode", "priority")
            if message.properties.get(name) is not None
        }
        producer.publish(
            message.body,
            exchange="",
            routing_key=queue,
            headers=message.headers,
            content_type=message.content_type,
            content_encoding=message.content_encoding,
            **properties,
        )
