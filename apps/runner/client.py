"""papermill's client without its waiting loops: what it does at a kernel's start and end, done as soon as it can be.

papermill and nbclient stay as they are; what they do to cells is untouched.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from papermill.clientwrap import PapermillNotebookClient

from apps.runner.errors import KernelStartError
from apps.runner.messages import StrictSession

KERNEL = "studyhub"
KERNELS = Path(__file__).with_name("kernels")
START_TIMEOUT_S = 60
# What one message may weigh before the connection refuses it: the worker's own memory is at stake.
MESSAGE_BYTES = 32 * 1024 * 1024
# How many may wait here unread; the kernel's own memory holds the others.
MESSAGES = 16
DAY_MS = 24 * 60 * 60 * 1000
# How often a kernel is asked for while a cell runs, and how long the answer on the channel of outputs may take.
ALIVE_S, LISTEN_S = 0.1, 0.1
LISTEN_POLL_S = 0.005


@cache
def socket_context(pid: int) -> zmq.asyncio.Context:
    """The context of all sockets of the process `pid`, which is this one: a forked process needs its own.

    It lives as long as the process: to end one takes up to a second, although all of its sockets are closed.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
    context.setsockopt(zmq.RCVHWM, MESSAGES)
    # The sockets lie in a folder of the learner's: what lies there later may be a link to any socket of the host.
    # Not "never" (-1): then libzmq drops a dead kernel's messages between two parts of one, and aborts the worker.
    context.setsockopt(zmq.RECONNECT_IVL, DAY_MS)
    return context


class QuickClient(PapermillNotebookClient):
    """A client that starts and ends kernels without idle waits.

    `inbox` is a folder of the run's; `note` is called with a name each time a part of the start is over.
    """

    def __init__(self, nb_man: Any, *, inbox: Path, note: Callable[[str], None], **kwargs: Any) -> None:
        self.inbox, self.note = inbox, note
        self.watch: asyncio.Task[None] | None = None
        super().__init__(nb_man, shutdown_kernel="immediate", shell_timeout_interval=1, **kwargs)

    def create_kernel_manager(self) -> AsyncKernelManager:
        """Called by nbclient: our own kernelspec, and sockets that refuse a message no one could want."""
        self.note("reading")
        self.context = socket_context(os.getpid())
        self.km = AsyncKernelManager(
            kernel_name=KERNEL,
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False),
            connection_file=str(self.inbox.parent / "connection.json"),
            context=self.context,
            session=StrictSession(),
        )
        return self.km

    async def async_start_new_kernel_client(self) -> Any:
        """Called by nbclient: connect to the kernel, and return once it has answered on both sockets that matter.

        nbclient's own way ends in a wait until nothing has come for 0.2 s. Here the end of our own question is waited
        for: after it, nothing of the kernel's start is left to come.
        """
        assert self.km is not None
        self.note("kernel")
        # Left to itself, the client would make a context of its own, in which the limits above don't hold.
        self.kc = kc = self.km.client(context=self.context)
        kc.allow_stdin = False
        until = time.monotonic() + START_TIMEOUT_S
        try:
            while not all(listens(f"{self.km.ip}-{port}") for port in (self.km.shell_port, self.km.iopub_port)):
                if not await self.km.is_alive() or time.monotonic() > until:
                    raise KernelStartError("The kernel did not open its sockets.")
                await asyncio.sleep(LISTEN_POLL_S)
            kc.start_channels(stdin=False, hb=False, control=False)
            while not await self.answers(kc):
                if not await self.km.is_alive():
                    raise KernelStartError("The kernel ended before its first cell.")
                if time.monotonic() > until:
                    raise KernelStartError(f"The kernel did not answer within {START_TIMEOUT_S} s.")
        except BaseException:
            await self._async_cleanup_kernel()
            raise
        self.note("answer")
        return kc

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    async def answers(self, kc: Any) -> bool:
        """Whether a question is answered within a second, and its end is heard on the channel of outputs too."""
        question = kc.kernel_info()
        try:
            while (await kc.shell_channel.get_msg(timeout=1))["parent_header"].get("msg_id") != question:
                continue
            # Messages from before the subscription are lost: then there is nothing to hear, and the next try will do.
            while True:
                heard = await kc.iopub_channel.get_msg(timeout=LISTEN_S)
                idle = heard["content"].get("execution_state") == "idle"
                if idle and heard["parent_header"].get("msg_id") == question:
                    return True
        except Empty:
            return False

    async def _async_poll_kernel_alive(self) -> None:
        """Called by nbclient beside each cell: looks more often than its own once a second."""
        self.watch = asyncio.current_task()
        # The manager is gone once the run has ended for another reason.
        while self.km is not None and await self.km.is_alive():
            await asyncio.sleep(ALIVE_S)
        self.task_poll_for_reply.cancel()

    async def _async_cleanup_kernel(self) -> None:
        """Called by nbclient at the end: kills the kernel, which has nothing to lose, without its polite detours."""
        provisioner = self.km.provisioner
        try:
            if self.watch is not None and self.watch is not asyncio.current_task():
                # nbclient forgets it where a message has ended the run: it would hold on to that message, and all else.
                self.watch.cancel()
                await asyncio.wait([self.watch])
            if provisioner and provisioner.has_process:
                await provisioner.kill()
                await provisioner.wait()
        finally:
            # Not `stop_channels`, which would first open those that were never used.
            for channel in (self.kc._shell_channel, self.kc._iopub_channel) if self.kc is not None else ():
                if channel is not None:
                    channel.stop()
            await self.km.cleanup_resources()
            self.kc = self.km = None  # type: ignore[assignment]  # as nbclient does it

    _cleanup_kernel = run_sync(_async_cleanup_kernel)


def listens(path: str) -> bool:
    """Whether a Unix socket takes connections: a socket that may not connect again must not come too early."""
    with socket.socket(socket.AF_UNIX) as door:
        return door.connect_ex(path) == 0
