"""GPU slots of this machine: found through NVML, one run each, watched from outside like every other limit.

A slot is a whole GPU, or one MIG slice of a GPU that is split up. Each has a worker process of its own, which holds the
slot's lock for as long as it lives: of two workers on one machine, one gets it. What fails takes its own worker out and
leaves the other slots alone.

NVML only looks. CUDA is never touched here: a process that has initialised it can't fork one that uses it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pynvml

from apps.runner.errors import GpuError
from studyhub import env

MIB = 1024 * 1024
# What every CUDA program opens beside the device itself.
COMMON_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
MIG_MINORS = Path("/proc/driver/nvidia-caps/mig-minors")
# What a driver library may read before it lets itself be initialised: its own module, the processors' topology. Version
# 580 did without on an H200.
SYSFS = ("/sys/module/nvidia", "/sys/module/nvidia_uvm", "/sys/devices/system")
PCI_DEVICES = Path("/sys/bus/pci/devices")
# For a process that imports libraries and then forks: torch asks NVML instead of CUDA, and finds nothing.
BEFORE_FORK = {"CUDA_VISIBLE_DEVICES": "", "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for one run. `uuid` is that of the GPU or of the MIG slice, as CUDA takes it; sizes in MB (2^20)."""

    uuid: str
    model: str
    memory_mb: int
    driver: str
    nodes: tuple[str, ...]
    pci: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which a run finds this slot, and nothing else, as its device 0."""
        return {"CUDA_VISIBLE_DEVICES": self.uuid, "PYTORCH_NVML_BASED_CUDA_CHECK": "0"}

    @property
    def sysfs(self) -> tuple[str, ...]:
        """What of /sys the driver library needs to read for this device."""
        device = PCI_DEVICES / self.pci
        own = (str(device), str(device.resolve())) if self.pci and device.exists() else ()
        return tuple(path for path in (*SYSFS, *own) if Path(path).exists())


@contextlib.contextmanager
def session(nvml: ModuleType | Any = pynvml) -> Iterator[Any]:
    """NVML, initialised for the time being. Raises GpuError where this machine has none, or it fails meanwhile."""
    try:
        nvml.nvmlInit()
    except pynvml.NVMLError as error:
        raise GpuError(f"No NVIDIA driver answers on this machine ({error}).") from error
    try:
        yield nvml
    except pynvml.NVMLError as error:
        raise GpuError(f"The NVIDIA driver failed: {error}") from error
    finally:
        with contextlib.suppress(pynvml.NVMLError):
            nvml.nvmlShutdown()


def discover(nvml: ModuleType | Any = pynvml, minors: Path = MIG_MINORS) -> tuple[list[Slot], list[str]]:
    """The slots of this machine in the driver's order, and what is wrong with devices that give none.

    A device that fails takes no other along. Raises GpuError where there is no driver at all.
    """
    slots: list[Slot] = []
    problems: list[str] = []
    with session(nvml):
        driver = _text(nvml.nvmlSystemGetDriverVersion())
        for index in range(nvml.nvmlDeviceGetCount()):
            try:
                slots += _slots_of(nvml, index, driver, minors)
            except (pynvml.NVMLError, GpuError) as error:
                problems.append(f"GPU {index} can't be used: {error}")
    return slots, problems


def _slots_of(nvml: Any, index: int, driver: str, minors: Path) -> list[Slot]:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    number = nvml.nvmlDeviceGetMinorNumber(handle)
    nodes = (*COMMON_NODES, f"/dev/nvidia{number}")
    pci = _pci_folder(_text(nvml.nvmlDeviceGetPciInfo(handle).busId))
    if not _is_split(nvml, handle):
        return [_slot(nvml, handle, driver, nodes, pci)]
    slots = []
    for place in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            slice_ = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, place)
        except pynvml.NVMLError as error:
            if error.value == pynvml.NVML_ERROR_NOT_FOUND:
                continue  # a place where no slice has been made
            raise
        instance = nvml.nvmlDeviceGetGpuInstanceId(slice_)
        compute = nvml.nvmlDeviceGetComputeInstanceId(slice_)
        access = mig_nodes(minors, gpu=number, instance=instance, compute=compute)
        slots.append(_slot(nvml, slice_, driver, (*nodes, *access), pci))
    return slots


def _slot(nvml: Any, handle: Any, driver: str, nodes: tuple[str, ...], pci: str) -> Slot:
    return Slot(
        uuid=_text(nvml.nvmlDeviceGetUUID(handle)),
        model=_text(nvml.nvmlDeviceGetName(handle)),
        memory_mb=nvml.nvmlDeviceGetMemoryInfo(handle).total // MIB,
        driver=driver,
        nodes=nodes,
        pci=pci,
    )


def _is_split(nvml: Any, handle: Any) -> bool:
    try:
        current, _ = nvml.nvmlDeviceGetMigMode(handle)
    except pynvml.NVMLError as error:
        if error.value == pynvml.NVML_ERROR_NOT_SUPPORTED:
            return False
        raise
    return bool(current == pynvml.NVML_DEVICE_MIG_ENABLE)


def mig_nodes(minors: Path, *, gpu: int, instance: int, compute: int) -> tuple[str, ...]:
    """The device nodes that give access to one slice. Raises GpuError where the driver does not list them.

    Source: NVIDIA MIG User Guide, "Device Nodes and Capabilities": lines such as `gpu0/gi1/ci0/access 4`.
    """
    wanted = (f"gpu{gpu}/gi{instance}/access", f"gpu{gpu}/gi{instance}/ci{compute}/access")
    try:
        lines = dict(line.split() for line in minors.read_text().splitlines() if len(line.split()) == 2)
    except OSError as error:
        raise GpuError(f"the access nodes of its slices are not listed: {error}") from error
    if missing := [name for name in wanted if name not in lines]:
        raise GpuError(f"{minors} does not list {missing[0]}")
    return tuple(f"/dev/nvidia-caps/nvidia-cap{lines[name]}" for name in wanted)


def _pci_folder(bus: str) -> str:
    """`00000000:65:00.0`, as NVML writes it, is `0000:65:00.0` below /sys."""
    domain, _, rest = bus.partition(":")
    return f"{domain[-4:]}:{rest}".lower() if rest else ""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def failure(slot: Slot, nvml: ModuleType | Any = pynvml) -> str:
    """What is wrong with the slot now, or an empty text: it answers, has its memory, and counts no memory error."""
    try:
        with session(nvml):
            handle = nvml.nvmlDeviceGetHandleByUUID(slot.uuid)
            nvml.nvmlDeviceGetMemoryInfo(handle)
            errors = _memory_errors(nvml, handle)
    except GpuError as error:
        return f"{slot.model} ({slot.uuid}): {error}"
    return f"{slot.model} ({slot.uuid}) has {errors} memory errors that were not corrected." if errors else ""


def _memory_errors(nvml: Any, handle: Any) -> int:
    """Uncorrected errors since the driver was loaded; 0 where the device does not count them (MIG slices don't)."""
    try:
        count = nvml.nvmlDeviceGetTotalEccErrors(
            handle, pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC
        )
    except pynvml.NVMLError as error:
        if error.value in {pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_INVALID_ARGUMENT}:
            return 0
        raise
    return int(count)


class Meter:
    """Memory in use on a slot, in MB above what was in use when the run began: one run has it to itself.

    What CUDA takes for itself counts too: 0.6 GB on an H200.
    NVML counts by process too, but by numbers of the machine's own namespace, which a worker in a container can't read.
    """

    def __init__(self, slot: Slot, nvml: ModuleType | Any = pynvml) -> None:
        self.nvml = nvml
        self._held = contextlib.ExitStack()
        self._held.enter_context(session(nvml))
        try:
            self.handle = nvml.nvmlDeviceGetHandleByUUID(slot.uuid)
            self.before_mb = self._used()
        except (pynvml.NVMLError, GpuError) as error:
            self.close()
            raise GpuError(f"{slot.model} ({slot.uuid}) does not answer: {error}") from error

    def used_mb(self) -> float:
        """Now. Raises GpuError where the device is gone."""
        return max(0.0, self._used() - self.before_mb)

    def close(self) -> None:
        """Let go of the driver."""
        self._held.close()

    def _used(self) -> float:
        try:
            return float(self.nvml.nvmlDeviceGetMemoryInfo(self.handle).used / MIB)
        except pynvml.NVMLError as error:
            raise GpuError(f"The GPU stopped answering during the run: {error}") from error


def locks() -> Path:
    """The folder with a lock for each slot of this machine."""
    return env.folder("STUDYHUB_GPU_LOCKS", env.var_folder() / "gpu")


def hold(slot: Slot) -> int:
    """Take the slot for this process and its children: a descriptor that gives it back when the last of them closes it.

    Raises GpuError where another worker has it.
    """
    locks().mkdir(parents=True, exist_ok=True)
    descriptor = os.open(locks() / f"{slot.uuid}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise GpuError(f"Another worker of this machine holds {slot.model} ({slot.uuid}).") from None
    return descriptor
