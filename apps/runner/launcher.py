"""Started as a program by root in front of bubblewrap: gives up root, then becomes the sandbox.

A sandbox must not run under real root: files that only root may read would be within its reach, and the kernel denies
a fresh /proc to nested namespaces. An ordinary user, though, can't enter an interpreter that lies below /root. So:

1. enter a private mount namespace;
2. bind each folder that the sandbox will need to a world-readable place in it;
3. become the unprivileged user;
4. execute bubblewrap with the new places as its sources.

Usage: python -I -S launcher.py UID PLAN_JSON, where PLAN is {"stage": [path, …], "command": [word, …]} and a word
`{n}` at the start of a word stands for the n-th staged path.

Standard library only: it starts without site-packages.
"""

import ctypes
import json
import os
import sys

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
STAGE = "/mnt"

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library. Raises OSError when it fails."""
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    encode = [None if word is None else word.encode() for word in (source, target, kind, data)]
    call("mount", encode[0], encode[1], encode[2], ctypes.c_ulong(flags), encode[3])


def stage(paths: list[str]) -> list[str]:
    """Bind `paths` below a tmpfs of this mount namespace's own, readable by all; return where they lie now."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", STAGE, "tmpfs", 0, "mode=755,size=64k")
    places = []
    for number, path in enumerate(paths):
        place = f"{STAGE}/{number}"
        if os.path.isdir(path):
            os.mkdir(place, 0o755)
        else:
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(path, place, None, MS_BIND | MS_REC)
        places.append(place)
    return places


def main() -> None:
    """Do the four steps; on failure say which and exit with 70."""
    uid, plan = int(sys.argv[1]), json.loads(sys.argv[2])
    try:
        call("unshare", CLONE_NEWNS)
        places = stage(plan["stage"])
        command = []
        for word in plan["command"]:
            for number, place in enumerate(places):
                mark = f"{{{number}}}"
                if word.startswith(mark):
                    word = place + word[len(mark) :]
                    break
            command.append(word)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        os.execv(command[0], command)  # noqa: S606 - the plan is ours
    except OSError as error:
        print(f"studyhub-launcher: {error}", file=sys.stderr)  # noqa: T201 - it is a program
        sys.exit(70)


if __name__ == "__main__":
    main()
