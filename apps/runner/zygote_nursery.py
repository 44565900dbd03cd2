"""Which zygotes this process keeps, and for how long: one per profile and set of forbidden packages, made on first use.

Each worker process has its own. They end with it, by themselves (zygote_inside.py); they are replaced when they have
died, have forked often, or when the packages on disk have changed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from apps.runner import sandbox
from apps.runner.contract import RunRequest
from apps.runner.errors import KernelStartError, SandboxError
from apps.runner.gpu import Slot
from apps.runner.plan import MIB
from apps.runner.zygote import SPARE_MEMORY_MB, WarmRun, Zygote
from studyhub import env

logger = logging.getLogger(__name__)

# Names, beside what Jupyter itself loads, that a zygote imports. One that is not installed or forbidden is left out.
COMMON = ("numpy", "matplotlib.pyplot", "matplotlib.backends.backend_agg", "pandas")
TORCH = ("torch", "torch.nn.functional", "torch.utils.data", "torchvision", "safetensors.torch")
# By themselves: `import diffusers` alone loads next to nothing.
DIFFUSERS = tuple(
    f"diffusers.{name}"
    for name in (
        "models.autoencoders.autoencoder_kl", "models.unets.unet_2d", "models.unets.unet_2d_condition",
        "schedulers.scheduling_ddim", "schedulers.scheduling_ddpm", "schedulers.scheduling_ddim_inverse",
    )
)  # fmt: skip
SKLEARN = tuple(
    f"sklearn.{name}"
    for name in (
        "cluster", "datasets", "decomposition", "ensemble", "linear_model", "metrics", "model_selection",
        "naive_bayes", "neighbors", "neural_network", "pipeline", "preprocessing", "svm", "tree",
    )
)  # fmt: skip
PROFILES: dict[str, tuple[str, ...]] = {
    "numpy": COMMON,
    "sklearn": (*COMMON, *SKLEARN, "scipy.stats"),
    "torch": (*COMMON, *TORCH),
    "fastai": (*COMMON, *TORCH, "fastai.vision.all", "fastai.tabular.all"),
    "diffusers": (*COMMON, *TORCH, *DIFFUSERS),
}
FORKS_PER_ZYGOTE = 200
# A zygote per profile, and some with forbidden packages; past that the one that was idle longest ends.
MOST = 8

Key = tuple[str, tuple[str, ...], str]
_zygotes: dict[Key, tuple[Zygote, tuple[int, ...]]] = {}
_lock = threading.Lock()


def enabled() -> bool:
    """Whether warm kernels are wanted."""
    return env.flag("STUDYHUB_WARM", True) and env.text("STUDYHUB_SANDBOX", "bubblewrap") != "none"


def claim(
    request: RunRequest, data: Path | None, hide: tuple[Path, ...], threads: int, gpu: Slot | None = None
) -> WarmRun | None:
    """A warm kernel that belongs to this run, or None where the run must start cold, with the reason in the log."""
    if not enabled():
        return None
    reason: Exception | None = None
    for _ in range(2):  # a zygote may be found dead only when it is asked for a fork
        run: WarmRun | None = None
        try:
            run = _zygote(request, hide, threads, gpu).take()
            run.claim(request.limits, data)
        except (OSError, KernelStartError, SandboxError) as error:
            reason = error
            if run:
                run.close()
        else:
            return run
    logger.warning("No warm kernel for the profile %s, so this run starts cold: %s", request.profile, reason)
    return None


def refill(request: RunRequest, gpu: Slot | None = None) -> None:
    """Have a spare made for the run after this one."""
    with _lock:
        kept = _zygotes.get(_key(request, gpu))
    if kept:
        try:
            kept[0].refill()
        except OSError as error:
            logger.warning("The zygote of the profile %s is gone: %s", request.profile, error)
        write_status()


def wait_for_spares() -> None:
    """Return once every zygote of this process has a spare that would answer; raises KernelStartError for a failure."""
    for zygote, _ in list(_zygotes.values()):
        zygote.refill()
        if zygote.spare:
            zygote.spare.wait_until_ready()


def end_all() -> None:
    """End every zygote of this process and the runs in it."""
    with _lock:
        while _zygotes:
            _zygotes.popitem()[1][0].close()
    write_status()


def _key(request: RunRequest, gpu: Slot | None) -> Key:
    return request.profile, tuple(sorted(request.forbid)), gpu.uuid if gpu else ""


def _zygote(request: RunRequest, hide: tuple[Path, ...], threads: int, gpu: Slot | None) -> Zygote:
    """The zygote for `request`. Raises SandboxError where it can't be had."""
    key, mark = _key(request, gpu), environment_mark()
    with _lock:
        kept = _zygotes.get(key)
        if kept:
            zygote, born_in = kept
            if zygote.lives() and zygote.forks < FORKS_PER_ZYGOTE and born_in == mark:
                return zygote
            logger.info("The zygote of the profile %s is replaced", request.profile)
            del _zygotes[key]
            zygote.retire() if zygote.lives() else zygote.close()
        available = psutil.virtual_memory().available // MIB
        if available < 2 * SPARE_MEMORY_MB:
            raise SandboxError(f"only {available} MB of memory are left")
        if len(_zygotes) >= MOST:
            oldest = min(_zygotes, key=lambda name: _zygotes[name][0].used)
            _zygotes.pop(oldest)[0].retire()
        zygote = Zygote(PROFILES[request.profile], key[1], threads, hide, gpu)
        for name, why in zygote.failed.items():
            if name not in request.forbid:
                logger.warning("The zygote of the profile %s goes without %s: %s", request.profile, name, why)
        _zygotes[key] = zygote, mark
        return zygote


def environment_mark() -> tuple[int, ...]:
    """Changes when a package or the interpreter is installed anew."""
    marks: list[int] = []
    for path in (sandbox.site_packages(), Path(sys.prefix, "pyvenv.cfg"), Path(sys.executable).resolve()):
        if path.exists():
            found = path.stat()
            marks += [found.st_ino, found.st_mtime_ns, found.st_size]
    return tuple(marks)


def status_folder() -> Path:
    """Where each worker process leaves a file about its zygotes."""
    return env.var_folder() / "zygotes"


def write_status() -> None:
    """Say in a file which zygotes live, and what memory they take (resident, shared with their forks)."""
    entries: list[dict[str, Any]] = []
    for (profile, forbid, gpu), (zygote, _) in list(_zygotes.items()):
        try:
            resident = psutil.Process(zygote.pid).memory_info().rss // MIB
        except psutil.NoSuchProcess:
            continue
        entries.append(
            {
                "profile": profile,
                "forbid": forbid,
                "gpu": gpu,
                "pid": zygote.pid,
                "started": round(zygote.started),
                "load_s": zygote.load_s,
                "forks": zygote.forks,
                "runs": len(zygote.runs),
                "spare": zygote.spare is not None,
                "resident_mb": resident,
                "missing": sorted(zygote.failed),
            }
        )
    folder = status_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = folder / f".{os.getpid()}"
        scratch.write_text(json.dumps({"worker": os.getpid(), "at": round(time.time()), "zygotes": entries}))
        scratch.replace(folder / f"{os.getpid()}.json")
    except OSError as error:
        logger.warning("The state of the zygotes could not be written: %s", error)


def read_status() -> list[dict[str, Any]]:
    """What the living worker processes of this machine said last; removes what a dead one left behind."""
    found = []
    for path in sorted(status_folder().glob("*")):
        # One that begins with a dot is about to be written, or never will be.
        if not psutil.pid_exists(int(path.stem.removeprefix("."))):
            path.unlink(missing_ok=True)
        elif path.suffix:
            found.append(json.loads(path.read_bytes()))
    return found


def _forget_parents_zygotes() -> None:
    """In a forked worker process: the parent's zygotes are not ours, and must see the parent's end."""
    for zygote, _ in _zygotes.values():
        for run in zygote.runs | ({zygote.spare} if zygote.spare else set()):
            run.let_go()
        zygote.control.close()
    _zygotes.clear()


os.register_at_fork(after_in_child=_forget_parents_zygotes)
