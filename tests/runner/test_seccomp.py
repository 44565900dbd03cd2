"""The seccomp filter: by an interpreter of its instructions on both machines, and by the kernel of this one."""

import errno
import struct
import subprocess
import sys
import textwrap

import pytest

from apps.runner import seccomp

MACHINES = ("x86_64", "aarch64")
CLONE_NEWUSER, CLONE_THREAD = 0x10000000, 0x00010000


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None, **options) -> int:
    """What the filter answers: 0 for allowed, else the error. As linux/filter.h says the instructions work."""
    arguments = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=iIQ6Q", number, arch or seccomp.ARCHITECTURES[machine], 0, *arguments)
    text = seccomp.program(machine=machine, **options)
    words = [struct.unpack("=HBBI", text[at : at + 8]) for at in range(0, len(text), 8)]
    place, value = 0, 0
    while True:
        code, yes, no, operand = words[place]
        place += 1
        if code == seccomp.LOAD:
            value = struct.unpack_from("=I", data, operand)[0]
        elif code == seccomp.AND:
            value &= operand
        elif code == seccomp.EQUAL:
            place += yes if value == operand else no
        elif code == seccomp.AT_LEAST:
            place += yes if value >= operand else no
        else:
            assert code == seccomp.RETURN
            return 0 if operand == seccomp.RET_ALLOW else operand & 0xFFFF


def number_of(name: str, machine: str) -> int:
    tables = (seccomp.NAMESPACES, seccomp.NOT_PERMITTED, seccomp.NO_SUCH_CALL, seccomp.ARGUMENT_RULES)
    return next(table[name] for table in tables if name in table)[MACHINES.index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
def test_listed_calls_are_refused_and_no_others(machine):
    column = MACHINES.index(machine)
    expected = dict.fromkeys(range(470), 0)
    expected |= {numbers[column]: errno.EPERM for numbers in seccomp.NOT_PERMITTED.values()}
    expected |= {numbers[column]: errno.EPERM for numbers in seccomp.NAMESPACES.values()}
    expected |= {numbers[column]: errno.ENOSYS for numbers in seccomp.NO_SUCH_CALL.values()}
    expected |= {number_of(name, machine): errno.EAFNOSUPPORT for name in ("socket", "socketpair")}  # family 0
    expected.pop(None, None)
    assert {number: verdict(machine, number) for number in expected} == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_not_given_twice(machine):
    column = MACHINES.index(machine)
    tables = (seccomp.NAMESPACES, seccomp.NOT_PERMITTED, seccomp.NO_SUCH_CALL, seccomp.ARGUMENT_RULES)
    numbers = [numbers[column] for table in tables for numbers in table.values() if numbers[column] is not None]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (CLONE_THREAD,), 0),
        ("clone", (17,), 0),
        ("clone", (CLONE_NEWUSER | 17,), errno.EPERM),
        ("clone", (0x40000000,), errno.EPERM),
        ("clone", (0x00020000,), errno.EPERM),
        ("socket", (1, 1, 0), 0),
        ("socket", (2, 1, 0), 0),
        ("socket", (10, 2, 17), 0),
        ("socket", (16, 3, 0), 0),
        ("socket", (16, 3, 12), errno.EAFNOSUPPORT),
        ("socket", (17, 3, 0), errno.EAFNOSUPPORT),
        ("socket", (38, 5, 0), errno.EAFNOSUPPORT),
        ("socket", (40, 1, 0), errno.EAFNOSUPPORT),
        ("socketpair", (1, 1, 0), 0),
        ("socketpair", (2, 1, 0), errno.EAFNOSUPPORT),
        ("ioctl", (0, 0x5401), 0),
        ("ioctl", (0, 0x5412), errno.EPERM),
        ("ioctl", (0, 0x541C), errno.EPERM),
        ("ioctl", (0, 0x5423), errno.EPERM),
        ("ioctl", (0, 0xFFFFFFFF00005412), errno.EPERM),  # the kernel looks at the lower half, and so does the filter
        ("mmap", (0, 4096, 3, 0x22), 0),
        ("mmap", (0, 4096, 3, 0x01), 0),
        ("mmap", (0, 4096, 3, 0x21), errno.EPERM),
        ("mmap", (0, 4096, 3, 0x8023), errno.EPERM),
    ],
)
def test_some_calls_are_refused_for_some_arguments(machine, name, arguments, expected):
    assert verdict(machine, number_of(name, machine), *arguments) == expected


def test_a_builder_of_sandboxes_may_use_namespaces_and_nothing_else_more():
    for name in ("unshare", "mount", "pivot_root"):
        assert verdict("x86_64", number_of(name, "x86_64"), allow_namespaces=True) == 0
    assert verdict("x86_64", number_of("clone", "x86_64"), CLONE_NEWUSER, allow_namespaces=True) == 0
    assert verdict("x86_64", number_of("ptrace", "x86_64"), allow_namespaces=True) == errno.EPERM
    assert verdict("x86_64", number_of("clone3", "x86_64"), allow_namespaces=True) == errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_with_a_gpu_memory_may_be_shared_and_nothing_else_more(machine):
    column = MACHINES.index(machine)
    for flags in (0x21, 0x8023):
        assert verdict(machine, number_of("mmap", machine), 0, 4096, 3, flags, shared_memory=True) == 0
    for numbers in (*seccomp.NOT_PERMITTED.values(), *seccomp.NAMESPACES.values()):
        if numbers[column] is not None:
            assert verdict(machine, numbers[column], shared_memory=True) == errno.EPERM


def test_other_doors_to_the_same_calls_are_shut():
    i386 = 0x40000003
    assert verdict("x86_64", 26, arch=i386) == errno.ENOSYS
    assert verdict("x86_64", 0, arch=i386) == errno.ENOSYS
    assert verdict("x86_64", seccomp.X32_BIT | 521) == errno.ENOSYS


def test_there_is_none_for_an_unknown_machine():
    assert not seccomp.supported("riscv64")
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program(machine="riscv64")


@pytest.fixture
def under_filter():
    """Run Python code in a process that the filter binds; its text is executed there, as inside the sandbox."""
    if not seccomp.supported():
        pytest.skip("there is no seccomp filter for this kind of machine")

    def go(code: str) -> str:
        with open(seccomp.__file__, encoding="utf-8") as file:
            text = file.read() + "\ninstall()\n" + textwrap.dedent(code)
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return go


def test_the_kernel_takes_it_and_refuses(under_filter):
    said = under_filter("""
        libc = ctypes.CDLL(None, use_errno=True)
        column = list(ARCHITECTURES).index(platform.machine())
        names = ("ptrace", "keyctl", "bpf", "perf_event_open", "userfaultfd", "unshare", "setns", "mount", "clone3",
                 "io_uring_setup", "memfd_create", "shmget", "open_by_handle_at", "personality")
        tables = {**NAMESPACES, **NOT_PERMITTED, **NO_SUCH_CALL}
        for name in names:
            failed = libc.syscall(tables[name][column], 0, 0, 0, 0, 0, 0)
            print(name, failed, errno.errorcode[ctypes.get_errno()])
    """)
    answers = {line.split()[0]: line.split()[1:] for line in said.splitlines()}
    assert len(answers) == 14
    too_old = {"clone3", "io_uring_setup"}
    assert answers == {name: ["-1", "ENOSYS" if name in too_old else "EPERM"] for name in answers}


def test_it_holds_in_children_and_threads_that_were_there_before(under_filter):
    said = under_filter("""
        import subprocess, sys
        words = "import os\\ntry: os.memfd_create('x')\\nexcept OSError as error: print(error.strerror)"
        print(subprocess.run([sys.executable, "-c", words], capture_output=True, text=True).stdout)
        print(open("/proc/self/status").read())
    """)
    assert "Operation not permitted" in said
    assert "NoNewPrivs:\t1" in said
    assert "Seccomp:\t2" in said


def test_what_notebooks_do_still_works(under_filter):
    said = under_filter("""
        import mmap, multiprocessing, multiprocessing.shared_memory, socket, tempfile, threading, time
        import numpy as np

        done = []
        thread = threading.Thread(target=lambda: done.append(float((np.ones((300, 300)) @ np.ones((300, 300))).sum())))
        thread.start(); thread.join()
        print(done)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(abs, [-1, -2]))
        block = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
        block.buf[0] = 7; print(block.buf[0]); block.close(); block.unlink()
        print(multiprocessing.Value("i", 5).value)
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * 4096); file.flush()
            print(len(mmap.mmap(file.fileno(), 4096)))
        print(socket.socketpair()[0].family.name, socket.socket().family.name, socket.if_nameindex()[0][1])
    """)
    assert said.splitlines() == ["[27000000.0]", "[1, 2]", "7", "5", "4096", "AF_UNIX AF_INET lo"]
