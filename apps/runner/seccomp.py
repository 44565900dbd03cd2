"""A seccomp filter: system calls that no notebook needs and that have been ways out of sandboxes before.

Everything is allowed but what is listed. `program` is for bubblewrap's `--seccomp`; `install` binds the calling
process itself, for one that has entered its last namespaces and will enter none any more. Both are inherited by every
child and can't be taken off again.

A refused call answers with an error and does not kill: libraries try a call and fall back. ENOSYS stands for "this
kernel is too old for that" where libraries know what to do then, EPERM for "you may not".

Standard library only and on its own: its text can be executed inside the sandbox, where this package is not.
"""

import ctypes
import errno
import os
import platform
import struct

# linux/seccomp.h, linux/filter.h, linux/audit.h, linux/prctl.h
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
NUMBER_AT, ARCH_AT, ARGUMENTS_AT = 0, 4, 16
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# The x32 interface of x86_64 has numbers of its own from here on: a second door to the same calls.
X32_BIT = 0x40000000
PR_SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER, FLAG_TSYNC = 1, 1

# Numbers on x86_64 and on aarch64; None where there is no such call.
ARGUMENT_RULES: dict[str, tuple[int, int]] = {
    "clone": (56, 220),
    "ioctl": (16, 29),
    "mmap": (9, 222),
    "socket": (41, 198),
    "socketpair": (53, 199),
}
# Only the process that builds the sandbox needs them.
NAMESPACES = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
}
NOT_PERMITTED = {
    # Other processes' memory, registers and descriptors.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # Keyrings are per user and session: runs would share theirs.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Large and young parts of the kernel.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    # Files by handle go past every mount.
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    # The machine itself.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    # Memory that belongs to no process: the watchdog, which adds up what processes have mapped, would not see it.
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
NO_SUCH_CALL = {
    # Its flags lie in memory, where no filter can look; the C library then takes `clone`, whose flags it can see.
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Counted for the whole machine, not for a user.
    "io_setup": (206, 0),
}
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
NEW_NAMESPACES = 0x7E020000
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
# TIOCSTI, TIOCLINUX, TIOCSETD: typing into a terminal as if one were its user.
TERMINAL_TRICKS = (0x5412, 0x541C, 0x5423)
# MAP_SHARED or MAP_SHARED_VALIDATE together with MAP_ANONYMOUS: memory that stays when it is no longer mapped. CUDA
# can't do without, so on a GPU it is allowed, and counted (shared.py).
MAP_KIND, SHARED_ANONYMOUS = 0x2F, (0x21, 0x23)

Instruction = tuple[int, int, int, int]


def supported(machine: str = "") -> bool:
    """Whether there is a filter for this kind of machine (`platform.machine()` unless given)."""
    return (machine or platform.machine()) in ARCHITECTURES


def program(*, allow_namespaces: bool = False, shared_memory: bool = False, machine: str = "") -> bytes:
    """The filter as the kernel reads it (an array of `struct sock_filter`).

    With `allow_namespaces` the calls that build a further sandbox inside this one stay open: for a process that forks
    children which shut themselves in, and which then call `install`; with `shared_memory` mappings that are shared and
    have no file. `machine` is what `platform.machine()` says.

    Raises OSError (ENOSYS) for a machine that there is no filter for.
    """
    words = instructions(
        allow_namespaces=allow_namespaces, shared_memory=shared_memory, machine=machine or platform.machine()
    )
    return b"".join(struct.pack("=HBBI", *word) for word in words)


def instructions(*, allow_namespaces: bool, shared_memory: bool, machine: str) -> list[Instruction]:
    """The filter as (code, jump if true, jump if false, operand); jumps count the instructions to leave out."""
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"There is no seccomp filter for {machine}")
    column = list(ARCHITECTURES).index(machine)
    words: list[Instruction] = [
        (LOAD, 0, 0, ARCH_AT),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        answer(errno.ENOSYS),  # 32-bit calls on a 64-bit machine
        (LOAD, 0, 0, NUMBER_AT),
    ]
    if machine == "x86_64":
        words += [(AT_LEAST, 0, 1, X32_BIT), answer(errno.ENOSYS)]
    for name, block in argument_blocks(allow_namespaces, shared_memory).items():
        words += [(EQUAL, 0, len(block), ARGUMENT_RULES[name][column]), *block]
    refused = {**NOT_PERMITTED} if allow_namespaces else {**NOT_PERMITTED, **NAMESPACES}
    for calls, number in ((refused, errno.EPERM), (NO_SUCH_CALL, errno.ENOSYS)):
        for numbers in calls.values():
            call = numbers[column]
            if call is not None:
                words += [(EQUAL, 0, 1, call), answer(number)]
    return [*words, (RETURN, 0, 0, RET_ALLOW)]


def argument_blocks(allow_namespaces: bool, shared_memory: bool) -> dict[str, list[Instruction]]:
    """For calls that are refused for some arguments only: what follows once the call's number has matched."""
    allow = (RETURN, 0, 0, RET_ALLOW)
    not_permitted, no_family = answer(errno.EPERM), answer(errno.EAFNOSUPPORT)
    blocks = {
        # Network namespaces don't hold back every family: AF_VSOCK reaches the host of a virtual machine.
        "socket": [
            argument(0),
            (EQUAL, 6, 0, AF_UNIX),
            (EQUAL, 5, 0, AF_INET),
            (EQUAL, 4, 0, AF_INET6),
            (EQUAL, 0, 2, AF_NETLINK),
            argument(2),
            (EQUAL, 1, 0, 0),  # NETLINK_ROUTE: the list of interfaces
            no_family,
            allow,
        ],
        "socketpair": [argument(0), (EQUAL, 1, 0, AF_UNIX), no_family, allow],
        "ioctl": [
            argument(1),
            *((EQUAL, len(TERMINAL_TRICKS) - place, 0, trick) for place, trick in enumerate(TERMINAL_TRICKS)),
            allow,
            not_permitted,
        ],
    }
    if not shared_memory:
        blocks["mmap"] = [
            argument(3),
            (AND, 0, 0, MAP_KIND),
            (EQUAL, 2, 0, SHARED_ANONYMOUS[0]),
            (EQUAL, 1, 0, SHARED_ANONYMOUS[1]),
            allow,
            not_permitted,
        ]
    if not allow_namespaces:
        blocks["clone"] = [argument(0), (AND, 0, 0, NEW_NAMESPACES), (EQUAL, 1, 0, 0), not_permitted, allow]
    return blocks


def argument(number: int) -> Instruction:
    """Load the lower half of the call's argument `number`: all that the rules above look at fits there."""
    return (LOAD, 0, 0, ARGUMENTS_AT + 8 * number)


def answer(number: int) -> Instruction:
    """End with the error `number`."""
    return (RETURN, 0, 0, RET_ERRNO | number)


def install(*, allow_namespaces: bool = False, shared_memory: bool = False) -> None:
    """Bind this process, all its threads and all its children to the filter, and to no new privileges.

    Raises OSError where the kernel refuses, or for a machine that there is no filter for.
    """
    text = program(allow_namespaces=allow_namespaces, shared_memory=shared_memory)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    libc = ctypes.CDLL(None, use_errno=True)
    filter_ = Program(len(text) // 8, text)
    seccomp = {"x86_64": 317, "aarch64": 277}[platform.machine()]
    calls = (
        lambda: libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        lambda: libc.syscall(seccomp, SET_MODE_FILTER, FLAG_TSYNC, ctypes.byref(filter_)),
    )
    for call in calls:
        if call() != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"The seccomp filter could not be installed: {os.strerror(number)}")
