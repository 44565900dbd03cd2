"""Inside the sandbox: how a fork of the zygote is sealed off a second time, and becomes a kernel.

A run is three processes:

    gate     leaves the zygote's namespaces, and ends
    init     pid 1 of the new ones: builds the file system, and gives up its rights once the run is known to it;
             when it ends, every process of the run ends with it
    kernel   an ipykernel in a user namespace below that of init: it has no rights over anything that init has built

The worker holds a socket to each init. A closed socket is the order to end.

Standard library only, but for texts that the worker has handed in: nothing of the project can be imported there.
"""

import array
import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import traceback
from typing import Any

from apps.runner.seccomp import install, supported

CLONE = {
    "NEWNS": 0x00020000,
    "NEWCGROUP": 0x02000000,
    "NEWUTS": 0x04000000,
    "NEWIPC": 0x08000000,
    "NEWUSER": 0x10000000,
    "NEWPID": 0x20000000,
    "NEWNET": 0x40000000,
}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
CAPABILITY_VERSION_3 = 0x20080522
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MIB = 1024 * 1024
MESSAGE = 65536

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library. Raises OSError when it fails."""
    if getattr(libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    words = [None if word is None else word.encode() for word in (source, target, kind, data)]
    call("mount", words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])


def tmpfs(target: str, size_mb: float, flags: int = 0) -> None:
    """An empty folder in memory of at most `size_mb`; with MS_REMOUNT, one that is there gets that size."""
    options = f"mode=0700,size={int(size_mb * MIB)},nr_inodes={int(size_mb * 1024) + 64}"
    mount("tmpfs", target, "tmpfs", flags | MS_NOSUID | MS_NODEV, options)


def enter_user_namespace(others: int, inner: int, outer: int) -> None:
    """Leave for namespaces of our own, in which the user `outer` is called `inner`."""
    call("unshare", CLONE["NEWUSER"] | others)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{inner} {outer} 1"), ("gid_map", f"{inner} {outer} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def drop_rights() -> None:
    """Give up every capability for good, for this process and all that it starts."""
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for number in range(last + 1):
        call("prctl", PR_CAPBSET_DROP, number, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    call("capset", header, struct.pack("6I", *[0] * 6))


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message and the descriptors that came with it. Raises EOFError once the worker is gone."""
    text, ancillary, _, _ = channel.recvmsg(MESSAGE, socket.CMSG_SPACE(4))
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % 4])
    if not text:
        raise EOFError
    return json.loads(text), list(descriptors)


def send(channel: socket.socket, **message: object) -> None:
    """Send one message to the worker. Raises OSError once it is gone."""
    channel.send(json.dumps(message).encode())


def build(config: dict[str, Any]) -> None:
    """Init's work: a file system of the run's own over what the zygote shows, with nothing in it that others see."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    # An environment that lies below /tmp must not vanish under the run's own /tmp.
    kept = {path: os.open(path, os.O_PATH) for path in config["interpreter"] if path.startswith("/tmp/")}  # noqa: S108
    for folder in ("/dev/shm", "/tmp", config["home"]):  # noqa: S108 - the run's own
        tmpfs(folder, 64)
    for path, descriptor in kept.items():
        os.makedirs(path)
        mount(f"/proc/self/fd/{descriptor}", path, None, MS_BIND | MS_REC)
        os.close(descriptor)
    tmpfs(config["platform"], 1)
    for name in ("inbox", "outbox"):
        os.mkdir(config[name])
        tmpfs(config[name], 64)
    # The kernel's own user namespace, and no further one.
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        import fcntl

        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def wake_at_deaths() -> int:
    """A descriptor that becomes readable when a child has ended: poll(2) alone would sleep on."""
    wake, wakened = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakened, warn_on_full_buffer=False)
    return wake


class Init:
    """Pid 1 of a run, beside its kernel. Speaks with the worker only."""

    def __init__(self, config: dict[str, Any], channel: socket.socket, kernel: int, booted: int) -> None:
        self.config, self.channel, self.kernel, self.booted = config, channel, kernel, booted
        self.inbox = -1

    def serve(self) -> None:
        """Until the kernel or the worker is gone: collect the dead, do what the worker says."""
        wake = wake_at_deaths()
        poll = select.poll()
        for descriptor in (wake, self.booted, self.channel.fileno()):
            poll.register(descriptor, select.POLLIN)
        while self.kernel_lives():
            for descriptor, _ in poll.poll():
                if descriptor == wake:
                    os.read(wake, 4096)
                elif descriptor == self.booted:
                    poll.unregister(self.booted)
                    words = os.read(self.booted, 4096).decode()
                    send(self.channel, event="ready" if words == "ready" else "failed", detail=words)
                else:
                    order, descriptors = receive(self.channel)
                    getattr(self, f"do_{order.pop('do')}")(*descriptors, **order)

    def kernel_lives(self) -> bool:
        """Collect every process that has ended; False once the kernel is among them."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if pid == self.kernel:
                    return False
                if pid == 0:
                    return True
        return False

    def do_claim(self, *, disk_mb: int, artefact_mb: int, rlimits: dict[str, int]) -> None:
        """The run is known: its sizes and limits, and from here on no rights over them."""
        for folder in ("/dev/shm", "/tmp", self.config["home"]):  # noqa: S108 - the run's own
            tmpfs(folder, disk_mb, MS_REMOUNT)
        tmpfs(self.config["outbox"], artefact_mb, MS_REMOUNT)
        self.inbox = self.seal(self.config["inbox"])
        with open(f"/proc/{self.kernel}/status") as status:
            held = next(int(line.split()[1]) for line in status if line.startswith("VmData:")) * 1024
        for name, value in rlimits.items():
            # What the zygote has allocated for everybody is not the learner's.
            value += held if name == "DATA" else 0
            resource.prlimit(self.kernel, getattr(resource, f"RLIMIT_{name}"), (value, value))
        drop_rights()
        send(self.channel, event="claimed")

    def seal(self, folder: str) -> int:
        """Make `folder` read-only for the run; returns a descriptor through which only init still writes there."""
        writable = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        mount(folder, folder, None, MS_BIND)
        mount("none", folder, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
        return writable

    def do_data(self, *descriptors: int, size: int, names: list[str]) -> None:
        """Before the claim: the public files lie beside the notebook, read-only."""
        folder = f"{self.config['home']}/data"
        if names == []:
            os.mkdir(folder)
            tmpfs(folder, size / MIB + 1)
        elif descriptors:
            os.makedirs(os.path.dirname(f"{folder}/{names[0]}"), exist_ok=True)
            self.copy(descriptors[0], os.open(f"{folder}/{names[0]}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444))
        else:
            os.close(self.seal(folder))

    def do_inputs(self, source: int, *, name: str) -> None:
        """After the last cell: the hidden inputs come into the inbox."""
        # Written under another name: the run sees the file whole or not at all.
        self.copy(source, os.open("new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444, dir_fd=self.inbox))
        os.rename("new", name, src_dir_fd=self.inbox, dst_dir_fd=self.inbox)
        send(self.channel, event="written")

    @staticmethod
    def copy(source: int, target: int) -> None:
        """Copy all of a file and close both ends."""
        with open(source, "rb") as reader, open(target, "wb") as writer:
            while block := reader.read(MIB):
                writer.write(block)


def become_kernel(config: dict[str, Any], key: str, booted: int) -> None:
    """The kernel's process: no rights, no descriptors but `booted`; returns when the kernel ends by itself."""
    enter_user_namespace(0, config["uid"], 0)
    drop_rights()
    if supported():
        install(shared_memory=config["shared_memory"])
    os.setsid()
    os.environ.update(config["variables"])
    os.chdir(config["home"])
    connection = {**config["connection"], "key": key}
    with open(os.open(config["connection_file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(connection, file)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = ["-c", "-f", config["connection_file"]]
    if config["threads"] > 1 and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(config["threads"])
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize([*sys.argv[1:], "--HistoryManager.enabled=False"])
    os.write(booted, b"ready")
    os.close(booted)
    app.start()


def leave_zygote(config: dict[str, Any], channel: socket.socket, key: str, told: int) -> None:
    """The gate's work, then that of init and of the kernel: see the module's text. Never returns."""
    booted = report = -1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        keep = [channel.detach(), told]
        for descriptor in range(3, 1024):
            if descriptor not in keep:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        channel = socket.socket(fileno=keep[0])
        others = sum(CLONE[name] for name in ("NEWPID", "NEWNS", "NEWIPC", "NEWNET", "NEWUTS", "NEWCGROUP"))
        enter_user_namespace(others, 0, config["uid"])
        init = os.fork()
        if init:
            os.write(told, str(init).encode())
            os._exit(0)
        os.close(told)
        os.umask(0o022)
        os.setsid()
        build(config)
        booted, report = os.pipe2(os.O_CLOEXEC)
        kernel = os.fork()
        if not kernel:
            channel.close()
            os.close(booted)
            booted = -1
            become_kernel(config, key, report)
            os._exit(0)
        os.close(report)
        report = -1
        Init(config, channel, kernel, booted).serve()
    except EOFError:
        os._exit(0)
    except BaseException:
        text = traceback.format_exc()[-3000:]
        with contextlib.suppress(OSError):
            if report >= 0 and booted < 0:
                os.write(report, text.encode())
            else:
                send(channel, event="failed", detail=text)
    finally:
        os._exit(70)
