"""What must not be there any more: messages and folders while the site is idle, processes and mounts after its end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from amqp.exceptions import ChannelError
from kombu import Connection

from apps.submissions.models import Run
from tests.chaos.faults import QUEUES
from tests.chaos.places import mounts

if TYPE_CHECKING:
    from tests.chaos.site import Site

IDLE_S = 30.0
CONTROL_GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


def while_idle(site: Site) -> list[str]:
    """Called when every run has ended and the site is up: it gets a while to put things away."""
    _give_back(site)
    until = time.monotonic() + IDLE_S
    while (found := _messages(site) + _folders(site)) and time.monotonic() < until:
        time.sleep(0.5)
    return found


def when_down(mounted_before: set[str]) -> list[str]:
    """Called when all was stopped. Orphans have come to this process: whatever is below it was left behind."""
    living = [
        process
        for process in psutil.Process().children(recursive=True)
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    groups = [str(path) for root in CONTROL_GROUPS if root.is_dir() for path in root.glob("**/run-*-*")]
    return [*map(str, living), *sorted(mounts() - mounted_before), *groups]


def _give_back(site: Site) -> None:
    """What killed workers had taken and not confirmed: Redis would give it back some minutes later."""
    if site.broker.kind == "redis":
        with Connection(site.broker.url, transport_options={"visibility_timeout": 0}) as link:
            link.default_channel.qos.restore_visible(num=10_000)


def _messages(site: Site) -> list[str]:
    found = []
    with site.broker_link() as link:
        for queue in QUEUES:
            try:
                count = link.channel().queue_declare(queue, passive=True).message_count
            except ChannelError:
                continue  # Redis knows no empty queue
            found += [f"{count} messages in {queue}"] * bool(count)
        if site.broker.kind == "redis":
            unacknowledged = link.default_channel.client.hlen("unacked")
            found += [f"{unacknowledged} messages that nobody confirmed"] * bool(unacknowledged)
    return found


def _folders(site: Site) -> list[str]:
    """Folders of runs that are over, files on zygotes that are gone, folders of runs that there are not."""
    found = []
    for place in site.runner_places:
        # A worker that lives has its folder; in it, and in those where runs are prepared, there is nothing now.
        found += [str(path) for path in (place.path / "tmp").glob("*/studyhub-*")]
        found += [str(path) for path in (place.path / "work").glob("*/*")]
        for path in (place.path / "zygotes").glob("*"):
            if path.name.startswith(".") or not psutil.pid_exists(int(path.stem)):
                found.append(str(path))
    known = {".filler"} | {str(pk) for pk in Run.objects.values_list("pk", flat=True)}
    found += [str(path) for path in site.store.path.iterdir() if path.name not in known]
    return found
