"""NVIDIA GPUs, through their driver's library NVML (the module `pynvml`).

Anything may be missing: the library, the permission, a counter that this GPU does not have, the GPU itself after a
fault. What cannot be had is left out, and asked for again only now and then, since a broken driver may take long to
say no. Nothing here raises; an answer that never comes holds up the caller, who is a thread of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Values = dict[str, float | int]

RETRY_AFTER = 60  # samples: ten minutes at the default interval
_SIGNS = ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/dxg")  # the last one is Windows' subsystem for Linux


class Gpus:
    """The GPUs that the driver shows.

    `nvml` is the module to ask, for tests; by default it is loaded when it is first needed, if there is any sign of
    a GPU.
    """

    def __init__(self, nvml: Any = None) -> None:
        self._nvml = nvml
        self._errors: tuple[type[Exception], ...] = ()
        self._handles: list[Any] = []
        self._count = 0  # samples so far
        self._again: dict[tuple[object, ...], int] = {}  # what failed, and the sample that asks for it again
        self._usable = nvml is not None or _has_gpu()
        self._open = False

    def sample(self, pids: Collection[int] = ()) -> Values:
        """Return what the GPUs do now, by metric; `pids` are the processes whose memory counts as the run's own.

        Units: percent, bytes, degrees Celsius, watts, MHz; `docs/capture.md` has the list.
        """
        values: Values = {}
        for index, handle in enumerate(self._devices()):
            for probe in _PROBES:
                found = self._ask((index, probe), probe, self._nvml, handle)
                values.update({f"gpu.{index}.{name}": value for name, value in (found or {}).items()})
            used = self._ask((index, "own"), _own_memory, self._nvml, handle, pids) if pids else None
            if used:
                values[f"gpu.{index}.process.memoryBytes"] = used
        if self._handles and not values:  # the driver has gone, or was replaced: its handles are worth nothing
            self.close()
            self._again = {("open",): self._count + RETRY_AFTER}
        self._count += 1
        return values

    def describe(self) -> dict[str, Any]:
        """Return what the GPUs are: `gpu_count`, `gpus` (names, memory in bytes), `gpu_driver` and `cuda_version`."""
        devices = self._devices()
        if not devices:
            return {}
        found = {
            "gpu_driver": self._ask(("driver",), _driver, self._nvml),
            "cuda_version": self._ask(("cuda",), _cuda_version, self._nvml),
        }
        gpus = [
            self._ask((index, "describe"), _describe, self._nvml, handle) or {} for index, handle in enumerate(devices)
        ]
        return {"gpu_count": len(devices), "gpus": gpus} | {key: value for key, value in found.items() if value}

    def close(self) -> None:
        """Let the library go. It is loaded again when the GPUs are asked for again."""
        if self._open:
            self._ask(("close",), _shut_down, self._nvml)
        self._open = False
        self._handles = []

    def _devices(self) -> list[Any]:
        if not self._open and self._usable and self._load():
            self._open = self._ask(("open",), _open, self._nvml) is True
            if self._open:
                self._handles = self._ask(("list",), _list, self._nvml) or []
        return self._handles

    def _load(self) -> bool:
        if self._nvml is None:
            try:
                import pynvml
            except (ImportError, OSError, AttributeError):  # not installed, or something else of that name
                self._usable = False
                return False
            self._nvml = pynvml
        error = getattr(self._nvml, "NVMLError", OSError)
        # Old drivers lack functions (AttributeError), some answer with text that is none (ValueError).
        self._errors = (error, OSError, AttributeError, ValueError, TypeError)
        return True

    def _ask(self, key: tuple[object, ...], function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what `function` gives; None if it fails, or failed not long ago."""
        if self._count < self._again.get(key, 0):
            return None
        try:
            return function(*arguments)
        except self._errors:
            self._again[key] = self._count + RETRY_AFTER
            return None


def _has_gpu() -> bool:
    """Whether it is worth loading the library, which takes longer than all the rest."""
    return sys.platform != "linux" or any(Path(sign).exists() for sign in _SIGNS)


def _open(nvml: Any) -> bool:
    nvml.nvmlInit()
    return True


def _shut_down(nvml: Any) -> None:
    nvml.nvmlShutdown()


def _list(nvml: Any) -> list[Any]:
    return [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]


def _utilization(nvml: Any, handle: Any) -> Values:
    rates = nvml.nvmlDeviceGetUtilizationRates(handle)
    return {"gpu": float(rates.gpu), "memory": float(rates.memory)}


def _memory(nvml: Any, handle: Any) -> Values:
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    share = {"memoryAllocated": 100.0 * memory.used / memory.total} if memory.total else {}
    return {**share, "memoryAllocatedBytes": int(memory.used)}


def _temperature(nvml: Any, handle: Any) -> Values:
    return {"temp": float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))}


def _power(nvml: Any, handle: Any) -> Values:
    return {"powerWatts": nvml.nvmlDeviceGetPowerUsage(handle) / 1000.0}


def _power_share(nvml: Any, handle: Any) -> Values:
    limit = nvml.nvmlDeviceGetEnforcedPowerLimit(handle)
    return {"powerPercent": 100.0 * nvml.nvmlDeviceGetPowerUsage(handle) / limit} if limit else {}


def _clock(nvml: Any, handle: Any) -> Values:
    return {"smClock": float(nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM))}


_PROBES: tuple[Callable[[Any, Any], Values], ...] = (
    _utilization,
    _memory,
    _temperature,
    _power,
    _power_share,
    _clock,
)


def _own_memory(nvml: Any, handle: Any, pids: Collection[int]) -> int:
    """Return how much memory `pids` hold. In a container the driver's process numbers are not ours: then nothing."""
    processes = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    return sum(int(process.usedGpuMemory or 0) for process in processes if process.pid in pids)


def _describe(nvml: Any, handle: Any) -> dict[str, Any]:
    return {
        "name": _text(nvml.nvmlDeviceGetName(handle)),
        "memory_bytes": int(nvml.nvmlDeviceGetMemoryInfo(handle).total),
    }


def _driver(nvml: Any) -> str:
    return _text(nvml.nvmlSystemGetDriverVersion())


def _cuda_version(nvml: Any) -> str:
    number = int(nvml.nvmlSystemGetCudaDriverVersion())
    return f"{number // 1000}.{number % 1000 // 10}"


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
