"""The seam between Jupyter and the sandbox: a kernel that nbclient and papermill take for any other.

The kernel and its client speak over Unix sockets that lie in the sandbox's own tmpfs. The host reaches them through
/proc/<pid>/root: no folder that a learner can fill is shared with the host.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from apps.runner import cgroup, sandbox
from apps.runner import zygote_nursery as nursery
from apps.runner.contract import RunRequest
from apps.runner.errors import KernelStartError, SandboxError
from apps.runner.gpu import Slot
from apps.runner.zygote import WarmRun
from studyhub import env

START_TIMEOUT_S = 60.0
GONE_TIMEOUT_S = 10.0
POLL_S = 0.02
WARM_POLL_S = 0.001
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


@dataclass
class KernelSite:
    """Where one kernel runs: the process that is its pid 1, and its folders as the host sees them."""

    request: RunRequest
    inbox: Path
    data: Path | None = None
    hide: tuple[Path, ...] = ()
    threads: int = 1
    gpu: Slot | None = None
    pid: int = 0
    root: str = ""
    pidfd: int = -1
    stderr: Any = field(default=None, repr=False)
    group: cgroup.Group | None = None
    # Whether its kernel may be a fork of a zygote: not worth it where no further run will follow.
    may_be_warm: bool = True
    warm: WarmRun | None = None
    # Whether the kernel ended because the zygote did: no fault of what ran in it.
    lost: bool = False

    @property
    def outbox(self) -> str:
        """The folder of artefacts, as the host reaches it."""
        return self.root + sandbox.OUTBOX

    def kill(self) -> None:
        """End every process of the sandbox: its pid 1 takes the others with it. Safe to call twice."""
        if self.warm:
            self.warm.kill()
        elif self.pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def enclose(self) -> None:
        """Called once `pid` is known: put it into a control group, where the machine lets us."""
        above = cgroup.parent()
        if above is None:
            return
        try:
            self.group = cgroup.Group.make(above, f"{self.request.run_id}-{self.pid}", self.request.limits)
            self.group.take_in(self.pid)
        except OSError as error:
            raise SandboxError(f"The run's control group could not be made: {error}") from error

    def watch(self, pid: int) -> None:
        """Called once the cold kernel's `pid` is known: a descriptor of it can't come to mean another process."""
        self.pid = pid
        with contextlib.suppress(ProcessLookupError):
            self.pidfd = os.pidfd_open(pid)

    def wait_until_gone(self) -> None:
        """Called after `kill`: returns when no process of the cold sandbox is left, for its pid 1 ends after them."""
        if self.pidfd >= 0:
            select.select([self.pidfd], [], [], GONE_TIMEOUT_S)
            os.close(self.pidfd)
            self.pidfd = -1

    def hand_in(self, inputs: Path) -> None:
        """Put the file of hidden inputs into the inbox. Raises KernelStartError where the sandbox fails to take it."""
        if self.warm:
            self.warm.hand_in(inputs)
        else:
            shutil.copyfile(inputs, self.inbox / inputs.name)


def unsandboxed() -> bool:
    """Whether the operator has switched the sandbox off. Raises SettingError where that is not allowed."""
    mode = env.text("STUDYHUB_SANDBOX", "bubblewrap")
    if mode == "none" and not env.flag("STUDYHUB_DEBUG", False):
        raise env.SettingError("STUDYHUB_SANDBOX=none runs learners' code unprotected: only with STUDYHUB_DEBUG=1.")
    return mode == "none"


class SandboxProvisioner(KernelProvisionerBase):
    """Starts an ipykernel of its own for each run inside bubblewrap. Used by jupyter_client's kernel manager.

    It is a fork of a zygote where one can be had, and otherwise a Python that has everything to import yet.
    """

    process: subprocess.Popen[bytes] | None = None
    site: KernelSite

    @property
    def has_process(self) -> bool:
        """Asked by the manager before it stops a kernel."""
        return self.process is not None or self.site.warm is not None

    async def poll(self) -> int | None:
        """Asked by the client once a second while it waits: None while the kernel lives."""
        if self.site.warm:
            return 1 if self.site.warm.ended() else None
        return 0 if self.process is None else self.process.poll()

    async def wait(self) -> int | None:
        """Called by the manager after a kill: returns once the process is gone."""
        if self.site.warm:
            while not self.site.warm.ended():
                await asyncio.sleep(WARM_POLL_S)
            return 1
        if self.process is None:
            return 0
        while self.process.poll() is None:
            await asyncio.sleep(POLL_S)
        code, self.process = self.process.returncode, None
        return code

    async def send_signal(self, signum: int) -> None:
        """Called for an interrupt: the kernel is the only child of the sandbox's pid 1."""
        if signum != signal.SIGKILL:
            return  # a run is never interrupted politely: it is ended
        if self.site.pid:
            # The sandbox's pid 1 takes all others along, and bubblewrap ends after it: who waits for it waits for all.
            self.site.kill()
        elif self.process is not None:
            self.process.kill()

    async def kill(self, restart: bool = False) -> None:
        """Called by the manager to end the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Called by the manager when the kernel did not leave by itself."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Called last: nothing of a run lies outside its sandbox but what `execute` removes itself."""
        if self.site.warm:
            warm, self.site.warm, self.site.pid = self.site.warm, None, 0
            self.site.lost = not warm.zygote.lives()
            warm.close()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Called first: takes the run's `site` from the arguments of `start_kernel`."""
        self.site = kwargs.pop("site")
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the sandbox and wait until the kernel's sockets exist.

        Raises SandboxError where the sandbox can't be set up, KernelStartError where the kernel ends or stays silent.
        """
        site = self.site
        if site.may_be_warm and (warm := nursery.claim(site.request, site.data, site.hide, site.threads, site.gpu)):
            self.site.warm, self.site.pid = warm, warm.pid
            self.site.root = f"/proc/{warm.pid}/root"
            self.site.enclose()
            warm_info: KernelConnectionInfo = sandbox.connection(self.site.root + sandbox.SOCKETS, warm.key.encode())
            self.connection_info = warm_info
            return warm_info
        key = secrets.token_hex(32)
        self._start_unsandboxed(key) if unsandboxed() else self._start_sandboxed(key)
        await self._wait_for_sockets()
        prefix = self.site.root + sandbox.SOCKETS
        info: KernelConnectionInfo = sandbox.connection(prefix, key.encode())
        self.connection_info = info
        return info

    def _start_sandboxed(self, key: str) -> None:
        request = self.site.request
        plan = sandbox.plan_sandbox(
            limits=request.limits,
            forbid=request.forbid,
            inbox=self.site.inbox,
            data=self.site.data,
            connection=json.dumps(sandbox.connection(sandbox.SOCKETS, key)).encode(),
            hide=self.site.hide,
            gpu=self.site.gpu,
        )
        info_read, info_write = os.pipe()
        plan.add("--info-fd", str(info_write))
        gpu = self.site.gpu
        variables = sandbox.environment(self.site.threads) | (gpu.variables if gpu else {})
        command = sandbox.sandbox_command(plan, sandbox.kernel_command(request.limits, gpu=gpu), variables)
        try:
            self._spawn(command, env={}, cwd="/", descriptors=(*plan.descriptors, info_write))
        finally:
            plan.close()
            os.close(info_write)
        with open(info_read, "rb") as info:
            text = info.read()  # ends when bubblewrap has written it, or has died
        if not text:
            raise SandboxError(f"bubblewrap could not set up the sandbox: {self._last_words()}")
        self.site.watch(json.loads(text)["child-pid"])
        self.site.root = f"/proc/{self.site.pid}/root"
        self.site.enclose()

    def _start_unsandboxed(self, key: str) -> None:
        """For development only: the same kernel with its limits, but without any wall."""
        root = Path(tempfile.mkdtemp(prefix="studyhub-open-"))
        self.site.root = str(root)
        for folder in (sandbox.HOME, sandbox.OUTBOX):
            (root / folder[1:]).mkdir(parents=True)
        (root / sandbox.INBOX[1:]).symlink_to(self.site.inbox)
        if self.site.data:
            (root / sandbox.HOME[1:] / "data").symlink_to(self.site.data)
        connection_file = root / sandbox.CONNECTION_FILE[1:]
        connection_file.write_text(json.dumps(sandbox.connection(str(root) + sandbox.SOCKETS, key)))
        home = str(root / sandbox.HOME[1:])
        variables = sandbox.environment(self.site.threads) | {"HOME": home}
        variables |= self.site.gpu.variables if self.site.gpu else {}
        command = sandbox.kernel_command(self.site.request.limits, str(connection_file))
        self._spawn(command, env=variables, cwd=home, descriptors=())
        assert self.process is not None
        self.site.watch(self.process.pid)

    def _spawn(self, command: list[str], *, env: dict[str, str], cwd: str, descriptors: tuple[int, ...]) -> None:
        self.site.stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the run ends
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.site.stderr,
            start_new_session=True,
        )

    async def _wait_for_sockets(self) -> None:
        assert self.process is not None
        last = f"{self.site.root}{sandbox.SOCKETS}-{sandbox.PORTS['control_port']}"
        until = time.monotonic() + START_TIMEOUT_S
        while not os.path.lexists(last):
            if self.process.poll() is not None:
                raise KernelStartError(f"The kernel ended before its first cell: {self._last_words()}")
            if time.monotonic() > until:
                raise KernelStartError(f"The kernel did not answer within {START_TIMEOUT_S:.0f} s.")
            await asyncio.sleep(POLL_S)

    def _last_words(self) -> str:
        assert self.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.site.stderr.seek(0)
        text: str = self.site.stderr.read()[-2000:].decode(errors="replace").strip()
        return text or f"exit status {self.process.returncode}"


def python_version() -> str:
    """The version of the Python that runs notebooks, such as 3.11.7."""
    return ".".join(str(part) for part in sys.version_info[:3])
