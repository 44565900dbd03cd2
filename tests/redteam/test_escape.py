"""Ways out of the sandbox: mounts, devices, other namespaces, descriptors, and the doors that the kernel keeps open."""

import os
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.redteam.kit import Attack, tries

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

ATTACKS: dict[str, Attack] = {
    "folders that should be empty": tries("""
        for top, folders, _ in os.walk('/'):
            folders[:] = [name for name in folders if name not in ('proc', 'learner', 'tmp', 'shm', 'pts')]
            if os.access(top, os.W_OK) and not top.startswith('/run/studyhub'):
                got(top, os.statvfs(top).f_bavail * os.statvfs(top).f_frsize)
        """),
    "mount a tmpfs": tries("""
        expect_refusal(open, '/x', 'w'); libc.mount(b't', b'/tmp', b'tmpfs', 0, 0) == 0 and got()
        """),
    "mount a second proc": tries("""
        libc.mount(b'proc', b'/tmp', b'proc', 0, 0) == 0 and got()
        """),
    "bind the root over a folder": tries("""
        libc.mount(b'/', b'/tmp', None, 4096 | 16384, None) == 0 and got()
        """),
    "make the system writable": tries(
        """
        libc.mount(b'none', b'/usr', None, 32 | 4096, None) == 0 and got()
        expect_refusal(open, '/usr/bin/x', 'w')
        """
    ),
    "unmount what is masked": tries(
        """
        for line in open('/proc/self/mounts'):
            libc.umount2(line.split()[1].encode(), 2) == 0 and got(line)
        """
    ),
    "chroot and climb": tries("""
        expect_refusal(os.chroot, '/tmp')
        print(os.path.realpath('/../../..'))
        """),
    "pivot the root": tries("""
        libc.pivot_root(b'/tmp', b'/tmp') == 0 and got()
        """),
    "another root through /proc": tries(
        """
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for name in ('root', 'cwd'):
                seen = attempt(os.listdir, f'/proc/{pid}/{name}/') or []
                {'boot', 'srv', 'opt', 'var', 'home'} & set(seen) and got(pid, name, seen)
        """
    ),
    "the worker among the processes": tries(
        """
        pids = sorted(int(p) for p in os.listdir('/proc') if p.isdigit())
        len(pids) > 4 and got(pids)
        for pid in pids:
            words = attempt(lambda: open(f'/proc/{pid}/cmdline').read()) or ''
            ('pytest' in words or 'celery' in words) and got(words)
            'pytest' in (attempt(lambda: open(f'/proc/{pid}/environ').read()) or '').lower() and got('environ')
        """
    ),
    "signal every process there is": tries(
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        attempt(os.kill, -1, signal.SIGTERM)
        attempt(os.kill, «worker», 9)
        attempt(os.kill, os.getppid(), 9)
        """,
    ),
    "kill pid 1": tries("""
        attempt(os.kill, 1, 9)
        attempt(os.kill, 1, 19)
        """),
    "block devices": tries(
        """
        for name in 'sda vda nvme0n1 mem kmem port kmsg fuse kvm vsock loop0 mapper'.split():
            expect_refusal(open, f'/dev/{name}', 'rb')
        """
    ),
    "make a device of one's own": tries(
        """
        import stat
        for major, minor in ((254, 0), (8, 0), (1, 1)):
            for folder in ('/tmp', '/dev/shm', '/learner', '/run/studyhub/out'):
                expect_refusal(os.mknod, f'{folder}/d', stat.S_IFBLK | 0o666, os.makedev(major, minor))
        """
    ),
    "a user namespace of one's own": tries(
        """
        for flags in (0x10000000, 0x10020000, 0x30000000, 0x50000000):
            libc.unshare(flags) == 0 and got(hex(flags))
        """
    ),
    "a child in namespaces of its own": tries(
        """
        import subprocess
        for words in ('unshare -Ur id', 'unshare -rm mount -t tmpfs t /tmp', 'unshare -rmpf --mount-proc ps'):
            done = attempt(subprocess.run, words.split(), capture_output=True, text=True)
            done and done.returncode == 0 and got(words, done.stdout)
        """
    ),
    "a raw clone with a new user namespace": tries(
        """
        child = syscall(56 if os.uname().machine == 'x86_64' else 220, 0x10000000 | 17, 0, 0, 0, 0)
        if child == 0:
            os._exit(0)
        child > 0 and got(child)
        """
    ),
    "enter pid 1's namespaces again": tries(
        """
        for kind in ('user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'):
            handle = attempt(os.open, f'/proc/1/ns/{kind}', 0)
            handle is not None and libc.setns(handle, 0) == 0 and kind not in ('x',) and got(kind)
        """
    ),
    "setuid programs": tries(
        """
        import glob, subprocess
        names = [n for n in glob.glob('/usr/*bin/*') if os.stat(n).st_mode & 0o4000]
        for words in (['/usr/bin/su', '-c', 'id'], ['/usr/bin/newgrp'], ['/usr/bin/passwd', '-S']):
            pipe = subprocess.PIPE
            done = attempt(subprocess.run, words, stdout=pipe, stderr=pipe, text=True, input='')
            done and 'uid=0' in done.stdout and got(done.stdout)
        print(len(names), 'of them')
        """
    ),
    "become root": tries(
        """
        for call in (os.setuid, os.seteuid, os.setgid):
            expect_refusal(call, 0)
        expect_refusal(os.setgroups, [0])
        expect_refusal(os.setresuid, 0, 0, 0)
        """
    ),
    "gain capabilities": tries(
        """
        libc.prctl(47, 2, 21, 0, 0) == 0 and got('ambient')
        held = [line for line in open('/proc/self/status') if line.startswith('Cap') and int(line.split()[1], 16)]
        held and got(held)
        """
    ),
    "privileges back again": tries(
        """
        libc.prctl(38, 0, 0, 0, 0) == 0 and got()
        libc.prctl(39, 0, 0, 0, 0) == 1 or got('no_new_privs is off')
        """
    ),
    "higher limits": tries(
        """
        import resource
        for name in ('DATA', 'FSIZE', 'NPROC', 'NOFILE', 'CORE'):
            kind = getattr(resource, 'RLIMIT_' + name)
            hard = resource.getrlimit(kind)[1]
            hard == resource.RLIM_INFINITY and got(name)
            expect_refusal(resource.setrlimit, kind, (hard + 1, hard + 1))
        """
    ),
    "a program in the kernel": tries(
        """
        for number in (321, 280):
            for command in (0, 5):
                syscall(number, command, 0, 0) == 0 and got(command)
        """
    ),
    "load a module": tries("""
        syscall(175, 0, 0, b'') >= 0 and got()
        syscall(313, 0, b'', 0) >= 0 and got()
        """),
    "another kernel": tries("""
        syscall(246, 0, 0, 0, 0) >= 0 and got()
        syscall(320, 0, 0, 0, b'', 0) >= 0 and got()
        """),
    "restart the machine": tries("""
        libc.reboot(0x1234567) == 0 and got()
        libc.reboot(0) == 0 and got()
        """),
    "set the clock": tries("""
        import time
        expect_refusal(time.clock_settime, time.CLOCK_REALTIME, time.time() + 9)
        """),
    "swap onto a file": tries("""
        open('s', 'wb').write(b'x' * 8192); libc.swapon(b's', 0) == 0 and got()
        """),
    "open a file by its handle": tries(
        """
        handle = (ctypes.c_int * 4)(8, 1, 2, 0)
        libc.open_by_handle_at(os.open('/usr', 0), ctypes.byref(handle), 0) >= 0 and got()
        """
    ),
    "the host's /sys": tries(
        """
        os.path.exists('/sys/class') and got(os.listdir('/sys'))
        os.path.exists('/sys/fs/cgroup') and got()
        """
    ),
    "cgroup files": tries(
        """
        for top, _, names in os.walk('/'):
            'cgroup.procs' in names and os.access(top + '/cgroup.procs', os.W_OK) and got(top)
            'release_agent' in names and got(top)
        """
    ),
    "the name of core dumps": tries(
        """
        for name in ('core_pattern', 'modprobe', 'hotplug', 'randomize_va_space', 'poweroff_cmd'):
            expect_refusal(open, '/proc/sys/kernel/' + name, 'w')
        expect_refusal(open, '/proc/sys/vm/overcommit_memory', 'w')
        expect_refusal(open, '/proc/sysrq-trigger', 'w')
        expect_refusal(open, '/proc/sys/user/max_user_namespaces', 'w')
        """
    ),
    "memory of the machine": tries(
        """
        for name in ('kcore', 'kmsg', 'kpageflags'):
            expect_refusal(open, '/proc/' + name, 'rb')
        """
    ),
    "abstract sockets of the machine": tries(
        r"""
        import socket
        print(open('/proc/net/unix').read().count('@'))
        with socket.socket(socket.AF_UNIX) as door:
            expect_refusal(door.connect, '\0«abstract»')
        """
    ),
    "sockets of the machine": tries(
        """
        import socket
        for name in ('«socket»', '/proc/1/root«socket»', '/run/docker.sock', '/run/dbus/system_bus_socket'):
            with socket.socket(socket.AF_UNIX) as door:
                expect_refusal(door.connect, name)
        """
    ),
    "ports of the machine": tries(
        """
        import socket
        for host in ('127.0.0.1', '::1', 'localhost', '169.254.169.254', '10.0.0.1'):
            expect_refusal(socket.create_connection, (host, «port»), timeout=0.5)
        """
    ),
    "raw packets": tries(
        """
        import socket
        for family, protocol in ((socket.AF_INET, 1), (socket.AF_INET6, 58), (socket.AF_PACKET, 3)):
            expect_refusal(socket.socket, family, socket.SOCK_RAW, protocol)
        """
    ),
    "an interface of one's own": tries(
        """
        import fcntl, socket, struct
        door = socket.socket()
        expect_refusal(fcntl.ioctl, door, 0x8914, struct.pack('16sh', b'lo', 0))
        expect_refusal(open, '/dev/net/tun', 'rb')
        """
    ),
    "inherited descriptors": tries(
        """
        import stat
        for name in os.listdir('/proc/self/fd'):
            try:
                handle = int(name); status = os.fstat(handle); link = os.readlink(f'/proc/self/fd/{name}')
            except OSError:
                continue
            stat.S_ISDIR(status.st_mode) and got('folder', link)
            stat.S_ISREG(status.st_mode) and not link.startswith('/learner') and '(deleted)' not in link and got(link)
            stat.S_ISBLK(status.st_mode) and got('device', link)
        """
    ),
    "climb out of an inherited folder": tries(
        """
        for handle in range(3, 200):
            seen = attempt(os.open, '../../../../../../etc/shadow', 0, dir_fd=handle)
            seen is not None and got(handle)
        """
    ),
    "type into a terminal": tries(
        """
        import fcntl, termios
        for handle in (0, 1, 2, attempt(os.open, '/dev/tty', 2)):
            handle is not None and expect_refusal(fcntl.ioctl, handle, termios.TIOCSTI, b'x')
        """
    ),
    "run faster than others": tries(
        """
        expect_refusal(os.nice, -5)
        expect_refusal(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
        """
    ),
    "hard links to files of others": tries(
        """
        for name in ('/usr/bin/su', '/etc/passwd', '/learner/data'):
            expect_refusal(os.link, name, '/tmp/l')
        """
    ),
    "swap a platform folder for a link": tries(
        """
        for name in ('/run/studyhub/out', '/run/studyhub/in', '/learner', '/tmp', '/dev/shm', '/run/studyhub', '/run'):
            expect_refusal(os.rename, name, name + 'x')
            expect_refusal(os.rmdir, name)
        """
    ),
    "change the interpreter": tries(
        """
        import sys, numpy, ipykernel
        program = os.path.realpath(sys.executable)
        for name in (sys.executable, program, numpy.__file__, ipykernel.__file__, os.__file__):
            expect_refusal(open, name, 'r+b')
            expect_refusal(os.unlink, name)
            expect_refusal(os.chmod, name, 0o777)
        """
    ),
    "system calls that are ways out elsewhere": tries(
        """
        names = 'ptrace keyctl add_key request_key bpf unshare perf_event_open userfaultfd io_uring_setup setns kcmp '
        names += 'process_vm_readv process_vm_writev pidfd_getfd personality'
        numbers = {'x86_64': (101, 250, 248, 249, 321, 272, 298, 323, 425, 308, 312, 310, 311, 438, 135),
                   'aarch64': (117, 219, 217, 218, 280, 97, 241, 282, 425, 268, 272, 270, 271, 438, 92)}
        for name, number in zip(names.split(), numbers[os.uname().machine], strict=True):
            answer = syscall(number, 0, 0, 0, 0, 0, 0)
            answer in (-errno.EPERM, -errno.ENOSYS) or got(name, answer)
        """
    ),
    "a debugger on pid 1": tries(
        """
        PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
        for request in (PTRACE_ATTACH, PTRACE_SEIZE):
            libc.ptrace(request, 1, 0, 0) == 0 and got(request)
        """
    ),
    "a socket to the host of the virtual machine": tries(
        """
        import socket
        expect_refusal(socket.socket, 40, socket.SOCK_STREAM, 0)
        expect_refusal(socket.socket, 38, socket.SOCK_SEQPACKET, 0)
        """
    ),
    "old interfaces of a 64-bit kernel": tries(
        """
        x32 = syscall(0x40000000 | 39)
        x32 == -errno.ENOSYS or got(x32)
        """
    ),
    "a program that is in no file": tries(
        """
        expect_refusal(os.memfd_create, 'program')
        """
    ),
}


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """Sockets of the machine that take whoever comes, by the words that the attacks' texts name them by."""
    path = str(tmp_path_factory.mktemp("doors") / "s")
    with (
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as abstract,
        a_port() as port,
    ):
        name = f"studyhub-{os.getpid()}"
        named.bind(path)
        abstract.bind(f"\0{name}")
        for door in (named, abstract):
            door.listen()
        Path(path).chmod(0o777)
        for door in (named, abstract, port):
            door.setblocking(False)
        yield {"socket": named, "abstract": abstract, "port": port}


def a_port() -> socket.socket:
    """A server on a port that nobody is given by chance: the shell in the sandbox listens on one of those itself."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for number in range(first - 1, 1024, -1):
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", number))
    raise OSError("no port of this machine is free")


@pytest.mark.parametrize("name", ATTACKS)
def test_it_stays_inside(carry_out, doors, name):
    words = {
        "socket": doors["socket"].getsockname(),
        "abstract": doors["abstract"].getsockname()[1:].decode(),
        "port": doors["port"].getsockname()[1],
        "worker": os.getpid(),
    }
    carry_out(ATTACKS[name], **words)
    for door in doors.values():
        with pytest.raises(BlockingIOError):  # nobody has come
            door.accept()
