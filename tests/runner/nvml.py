"""An NVML that behaves like the library, for machines without a GPU: same calls, same errors, devices as told."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pynvml

GIB = 1024**3


@dataclass
class Device:
    """A GPU, or with `parent` a MIG slice of one. `gone`: it has fallen off the bus."""

    uuid: str
    name: str = "NVIDIA Test 80GB"
    total: int = 80 * GIB
    used: int = GIB // 2  # what the driver keeps to itself counts: an H200 at rest says 615 MB
    minor: int = 0
    bus: str = "00000000:65:00.0"
    mig: bool | None = None  # None: not supported
    places: int = 7
    slices: dict[int, Device] = field(default_factory=dict)
    instance: int = 0
    compute: int = 0
    ecc: int | None = 0  # None: not supported
    gone: bool = False


def error(value: int) -> pynvml.NVMLError:
    """The exception that the library raises for this return code."""
    return pynvml.NVMLError(value)


class FakeNvml:
    """The calls that gpu.py makes. `fails` maps the name of a call to the error that it raises from then on."""

    def __init__(self, *devices: Device, driver: bool = True) -> None:
        self.devices = devices
        self.driver = driver
        self.fails: dict[str, pynvml.NVMLError] = {}
        self.sessions = 0

    def _call(self, name: str, handle: Device | None = None) -> None:
        if name != "nvmlInit" and not self.sessions:
            raise error(pynvml.NVML_ERROR_UNINITIALIZED)
        if name in self.fails:
            raise self.fails[name]
        if handle is not None and handle.gone:
            raise error(pynvml.NVML_ERROR_GPU_IS_LOST)

    def nvmlInit(self) -> None:
        if not self.driver:
            raise error(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)
        self._call("nvmlInit")
        self.sessions += 1

    def nvmlShutdown(self) -> None:
        self._call("nvmlShutdown")
        self.sessions -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        self._call("nvmlSystemGetDriverVersion")
        return "580.65.06"

    def nvmlDeviceGetCount(self) -> int:
        self._call("nvmlDeviceGetCount")
        return len(self.devices)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Device:
        if index >= len(self.devices):
            raise error(pynvml.NVML_ERROR_INVALID_ARGUMENT)
        self._call("nvmlDeviceGetHandleByIndex", self.devices[index])
        return self.devices[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> Device:
        self._call("nvmlDeviceGetHandleByUUID")
        everything = [*self.devices, *(part for device in self.devices for part in device.slices.values())]
        for device in everything:
            if device.uuid == uuid and not device.gone:
                return device
        raise error(pynvml.NVML_ERROR_NOT_FOUND)

    def nvmlDeviceGetUUID(self, handle: Device) -> str:
        self._call("nvmlDeviceGetUUID", handle)
        return handle.uuid

    def nvmlDeviceGetName(self, handle: Device) -> str:
        self._call("nvmlDeviceGetName", handle)
        return handle.name

    def nvmlDeviceGetMemoryInfo(self, handle: Device) -> SimpleNamespace:
        self._call("nvmlDeviceGetMemoryInfo", handle)
        return SimpleNamespace(total=handle.total, used=handle.used, free=handle.total - handle.used)

    def nvmlDeviceGetMinorNumber(self, handle: Device) -> int:
        self._call("nvmlDeviceGetMinorNumber", handle)
        return handle.minor

    def nvmlDeviceGetPciInfo(self, handle: Device) -> SimpleNamespace:
        self._call("nvmlDeviceGetPciInfo", handle)
        return SimpleNamespace(busId=handle.bus)

    def nvmlDeviceGetMigMode(self, handle: Device) -> list[int]:
        self._call("nvmlDeviceGetMigMode", handle)
        if handle.mig is None:
            raise error(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return [int(handle.mig), int(handle.mig)]

    def nvmlDeviceGetMaxMigDeviceCount(self, handle: Device) -> int:
        self._call("nvmlDeviceGetMaxMigDeviceCount", handle)
        return handle.places if handle.mig else 0

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: Device, place: int) -> Device:
        self._call("nvmlDeviceGetMigDeviceHandleByIndex", handle)
        if place not in handle.slices:
            raise error(pynvml.NVML_ERROR_NOT_FOUND)
        return handle.slices[place]

    def nvmlDeviceGetGpuInstanceId(self, handle: Device) -> int:
        self._call("nvmlDeviceGetGpuInstanceId", handle)
        self._is_slice(handle)
        return handle.instance

    def nvmlDeviceGetComputeInstanceId(self, handle: Device) -> int:
        self._call("nvmlDeviceGetComputeInstanceId", handle)
        self._is_slice(handle)
        return handle.compute

    def _is_slice(self, handle: Device) -> None:
        if handle in self.devices:
            raise error(pynvml.NVML_ERROR_INVALID_ARGUMENT)

    def nvmlDeviceGetTotalEccErrors(self, handle: Device, kind: int, counter: int) -> int:
        self._call("nvmlDeviceGetTotalEccErrors", handle)
        if handle.ecc is None:
            raise error(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return handle.ecc
