"""The system calls that a runner's container may make: what the sandbox is built with, and no more than it must."""

import json
from itertools import chain

from apps.runner import seccomp

from .conftest import DOCKER

PROFILE = json.loads((DOCKER / "seccomp-runner.json").read_text())
# Objects in memory that are counted nowhere: a notebook may not have them, a container may.
COUNTED_NOWHERE = {"shmget", "msgget", "semget", "mq_open", "memfd_create"}
BUILDING = {"clone", "mount", "pivot_root", "sethostname", "umount2", "unshare"}


def names(action: str) -> set[str]:
    return set(chain.from_iterable(rule["names"] for rule in PROFILE["syscalls"] if rule["action"] == action))


def test_what_is_not_listed_is_refused():
    assert PROFILE["defaultAction"] == "SCMP_ACT_ERRNO"
    assert PROFILE["defaultErrnoRet"] == 38  # "this kernel has no such call": libraries know what to do then
    assert not names("SCMP_ACT_ALLOW") & names("SCMP_ACT_ERRNO")


def test_no_call_is_listed_twice():
    listed = list(chain.from_iterable(rule["names"] for rule in PROFILE["syscalls"]))
    assert len(listed) == len(set(listed))


def test_a_sandbox_can_be_built():
    assert names("SCMP_ACT_ALLOW") >= BUILDING


def test_what_the_sandbox_refuses_is_refused_here_too():
    refused = (set(seccomp.NOT_PERMITTED) | set(seccomp.NO_SUCH_CALL) | set(seccomp.NAMESPACES)) - BUILDING
    assert not (refused - COUNTED_NOWHERE) & names("SCMP_ACT_ALLOW")


def test_the_host_of_a_virtual_machine_is_out_of_reach():
    (rule,) = [rule for rule in PROFILE["syscalls"] if rule["names"] == ["socket"]]
    assert rule["args"] == [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]
