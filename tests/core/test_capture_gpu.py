"""GPUs. The tests stand in for NVML, which needs a GPU; that it cannot be loaded is tried for real."""
# ruff: noqa: D102, N802 (the stand-in has the names of NVML)

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.capture import gpu
from trailmark.capture.gpu import RETRY_AFTER, Gpus

if TYPE_CHECKING:
    from pathlib import Path


class NVMLError(Exception):
    """What the stand-in raises, as the real one does."""


class Nvml:
    """Stands in for the module `pynvml`, with two GPUs; functions named in `broken` raise."""

    NVMLError = NVMLError
    NVML_TEMPERATURE_GPU = 0
    NVML_CLOCK_SM = 1

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.calls: list[str] = []
        self.inits = 0

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("nvml"):
            self.calls.append(name)
            if name in self.broken:
                raise NVMLError(name)
        return object.__getattribute__(self, name)

    def nvmlInit(self) -> None:
        self.inits += 1

    def nvmlShutdown(self) -> None:
        self.inits -= 1

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:
        return SimpleNamespace(gpu=50 + handle, memory=20)

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:
        return SimpleNamespace(used=(handle + 1) << 30, total=80 << 30)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:
        return 60 + handle + sensor

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:
        return 350_000 + handle

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: int) -> int:
        return 700_000 + 2 * handle

    def nvmlDeviceGetClockInfo(self, handle: int, clock: int) -> int:
        return 1979 + handle + clock

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[Any]:
        memory = [(10, 100), (11, 200), (99, 400), (12, None)]
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in memory] if handle == 0 else []

    def nvmlDeviceGetName(self, handle: int) -> bytes | str:
        return b"NVIDIA H200" if handle else "NVIDIA H100"

    def nvmlSystemGetDriverVersion(self) -> str:
        return "570.1"

    def nvmlSystemGetCudaDriverVersion(self) -> int:
        return 12080


FUNCTIONS = sorted(name for name in vars(Nvml) if name.startswith("nvml"))
FIRST = {
    "gpu.0.gpu": 50.0,
    "gpu.0.memory": 20.0,
    "gpu.0.memoryAllocated": 1.25,
    "gpu.0.memoryAllocatedBytes": 1 << 30,
    "gpu.0.temp": 60.0,
    "gpu.0.powerWatts": 350.0,
    "gpu.0.powerPercent": 50.0,
    "gpu.0.smClock": 1980.0,
}


@pytest.fixture
def nvml() -> Nvml:
    """Return a stand-in whose functions all work."""
    return Nvml()


def test_metrics_of_every_gpu(nvml: Nvml) -> None:
    """Each GPU has its metrics, in the units that the page gives; memory of the run's processes is added up."""
    values = Gpus(nvml).sample({10, 11, 12})
    assert {key: value for key, value in values.items() if key.startswith("gpu.0")} == {
        **FIRST,
        "gpu.0.process.memoryBytes": 300,
    }
    assert sorted(key for key in values if key.startswith("gpu.1")) == sorted(key.replace("0", "1", 1) for key in FIRST)


def test_kinds_of_values_do_not_change(nvml: Nvml) -> None:
    """Bytes are integers, all else floats, so that rows of one machine have one key set."""
    values = Gpus(nvml).sample({10})
    assert {key for key, value in values.items() if type(value) is int} == {
        "gpu.0.memoryAllocatedBytes",
        "gpu.1.memoryAllocatedBytes",
        "gpu.0.process.memoryBytes",
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_function_may_fail(nvml: Nvml, function: str) -> None:
    """Whatever call raises, from the start or halfway, the rest is sampled and described, and nothing is raised."""
    healthy = Gpus(Nvml())
    everything = healthy.sample({10}), healthy.describe()
    nvml.broken.add(function)
    gpus = Gpus(nvml)
    assert gpus.sample({10}).items() <= everything[0].items()
    assert gpus.describe().keys() <= everything[1].keys()
    gpus.close()
    late = Nvml()
    gpus = Gpus(late)
    assert gpus.sample({10}) == everything[0]
    late.broken.add(function)
    assert gpus.sample({10}).items() <= everything[0].items()
    assert gpus.describe().keys() <= everything[1].keys()
    gpus.close()


def test_what_failed_is_asked_for_rarely(nvml: Nvml) -> None:
    """A metric that raised is left alone for ten minutes of samples, and then tried once."""
    nvml.broken.add("nvmlDeviceGetTemperature")
    gpus = Gpus(nvml)
    for _ in range(RETRY_AFTER):
        assert "gpu.0.temp" not in gpus.sample()
    assert nvml.calls.count("nvmlDeviceGetTemperature") == 2
    nvml.broken.clear()
    assert gpus.sample()["gpu.0.temp"] == 60.0


def test_driver_that_dies_is_opened_again(nvml: Nvml) -> None:
    """When every call fails the library is closed, left alone, and opened anew after ten minutes of samples."""
    gpus = Gpus(nvml)
    assert gpus.sample()
    nvml.broken.update(FUNCTIONS)
    assert gpus.sample() == {}
    nvml.calls.clear()
    for _ in range(RETRY_AFTER - 2):
        assert gpus.sample() == {}
    assert nvml.calls == []
    nvml.broken.clear()
    found = [bool(gpus.sample()) for _ in range(3)]
    assert found[-1]
    assert nvml.calls.count("nvmlInit") == 1


def test_close_lets_the_library_go(nvml: Nvml) -> None:
    """What was opened is closed, once, and can be opened again."""
    gpus = Gpus(nvml)
    gpus.close()
    gpus.sample()
    gpus.close()
    gpus.close()
    assert nvml.inits == 0
    assert gpus.sample()


def test_description(nvml: Nvml) -> None:
    """Names, memory, driver and CUDA version are told, whether the library gives text or bytes."""
    assert Gpus(nvml).describe() == {
        "gpu_count": 2,
        "gpus": [
            {"name": "NVIDIA H100", "memory_bytes": 80 << 30},
            {"name": "NVIDIA H200", "memory_bytes": 80 << 30},
        ],
        "gpu_driver": "570.1",
        "cuda_version": "12.8",
    }


def test_functions_that_an_old_library_lacks() -> None:
    """A module without some of the functions gives what it has."""
    nvml = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetPowerUsage=lambda _: 1000,
    )
    assert Gpus(nvml).sample() == {"gpu.0.powerWatts": 1.0}


def test_something_else_of_that_name() -> None:
    """A module that is not NVML gives nothing."""
    assert Gpus(SimpleNamespace()).sample({1}) == {}


def test_stand_in_has_the_names_of_the_real_module() -> None:
    """Each function, constant and exception that the stand-in has is there in the real module."""
    import pynvml

    names = [*FUNCTIONS, *(name for name in vars(Nvml) if name.startswith("NVML"))]
    assert [name for name in names if not hasattr(pynvml, name)] == []


@pytest.mark.skipif(gpu._has_gpu(), reason="this machine has the driver")
def test_real_library_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no driver, the real module's own error is met, and the GPUs are left out."""
    monkeypatch.setattr(gpu, "_has_gpu", lambda: True)
    gpus = Gpus()
    assert gpus.sample({1}) == {}
    assert gpus.describe() == {}
    gpus.close()
    assert "pynvml" in sys.modules


def test_module_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package there are no GPUs, and its import is tried once."""
    monkeypatch.setattr(gpu, "_has_gpu", lambda: True)
    monkeypatch.setitem(sys.modules, "pynvml", None)
    gpus = Gpus()
    assert gpus.sample({1}) == {}
    assert gpus._usable is False


def test_module_is_not_loaded_without_a_sign_of_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a Linux machine without NVIDIA's files the package is not even imported."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(gpu, "_SIGNS", (str(tmp_path / "nothing"),))
    monkeypatch.delitem(sys.modules, "pynvml", raising=False)
    assert Gpus().sample() == {}
    assert "pynvml" not in sys.modules
