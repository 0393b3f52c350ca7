"""What the machine and the run's processes do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from capture_support import wait_for
from trailmark.capture import sampler
from trailmark.capture.sampler import Sampler

if TYPE_CHECKING:
    from pathlib import Path

BUSY = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
ALWAYS = {
    "cpu",
    "memory_percent",
    "proc.cpu",
    "proc.cpu.threads",
    "proc.memory.availableMB",
    "proc.memory.percent",
    "proc.memory.rssMB",
}


def test_values_are_in_range() -> None:
    """The metrics that every machine has are there, and are what their units allow."""
    sample = Sampler()
    wait_for(lambda: "cpu" in (values := sample.sample()) and values["cpu"] >= 0.0)
    values = sample.sample()
    assert values.keys() >= ALWAYS - {"cpu"}
    assert all(type(value) in (int, float) for value in values.values())
    for key in ("memory_percent", "proc.memory.percent", "disk./.usagePercent"):
        assert 0.0 < values[key] <= 100.0
    assert values["proc.memory.rssMB"] * (1 << 20) == pytest.approx(psutil.Process().memory_info().rss, rel=0.5)
    assert values["disk./.usageGB"] * (1 << 30) == pytest.approx(psutil.disk_usage("/").used, rel=0.1)
    assert values["proc.cpu.threads"] >= 1


def test_counters_begin_at_zero(tmp_path: Path) -> None:
    """Traffic is counted from when the sampler was made."""
    values = Sampler([tmp_path]).sample()
    counters = [value for key, value in values.items() if key.startswith(("disk.in", "disk.out", "network."))]
    assert all(0 <= value < 1000 for value in counters)


def test_whole_tree_of_processes_counts() -> None:
    """Children and their children, however they come and go, are part of the run."""
    alone = Sampler().sample()
    sample = Sampler()
    values: dict[str, float | int] = {}
    child = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])"]
    )
    try:
        wait_for(lambda: len(psutil.Process(child.pid).children()) == 1)
        wait_for(lambda: sample.sample()["proc.cpu"] > 20.0)
        values.update(sample.sample())
        assert values["proc.cpu.threads"] >= alone["proc.cpu.threads"] + 2
        assert values["proc.memory.rssMB"] > alone["proc.memory.rssMB"] + 5
    finally:
        for process in psutil.Process(child.pid).children():
            process.kill()
        child.kill()
        child.wait()
    assert sample.sample()["proc.cpu.threads"] < values["proc.cpu.threads"]


def test_tree_is_that_of_psutil() -> None:
    """The kernel's lists of children name the same processes as psutil's search, also of children of threads."""
    children: list[subprocess.Popen[bytes]] = []
    done = threading.Event()

    def start() -> None:
        children.append(subprocess.Popen(["sleep", "60"]))
        done.wait(20)

    thread = threading.Thread(target=start)
    thread.start()
    wait_for(lambda: children)
    found = sorted(sampler._tree(os.getpid()))
    expected = sorted([os.getpid(), *(process.pid for process in psutil.Process().children(recursive=True))])
    done.set()
    thread.join()
    children[0].kill()
    children[0].wait()
    assert found == expected
    assert children[0].pid in found


def test_process_that_is_gone_has_no_children() -> None:
    """A process that ends while it is looked at is no fault."""
    child = subprocess.Popen(["true"])
    child.wait()
    assert sampler._children(child.pid) == []


@pytest.mark.parametrize(
    "name", ["Process", "cpu_times", "disk_io_counters", "disk_usage", "net_io_counters", "virtual_memory"]
)
@pytest.mark.parametrize(
    "error", [psutil.AccessDenied(1), PermissionError(), NotImplementedError(), RuntimeError(), FileNotFoundError()]
)
def test_what_is_refused_is_left_out(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """Whatever psutil may not do, from the start or halfway, the other metrics are sampled."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise error

    sample = Sampler()
    monkeypatch.setattr(psutil, name, refuse)
    halfway = sample.sample()
    before = Sampler().sample()
    assert halfway.keys() & {"memory_percent", "proc.cpu"}
    assert before.keys() & {"memory_percent", "proc.cpu"}


@pytest.mark.parametrize("nothing", [None, {}])
def test_machine_without_disks_or_network(monkeypatch: pytest.MonkeyPatch, nothing: Any) -> None:
    """A container may have neither, which psutil tells by None or by an empty mapping."""
    monkeypatch.setattr(psutil, "disk_io_counters", lambda **_: nothing or None)
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: nothing or {})
    values = Sampler().sample()
    assert not [key for key in values if key.startswith(("disk.in", "disk.out", "network"))]
    assert "proc.cpu" in values


def test_surprise_is_said_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault that nobody expects ends that metric, with one warning, and no other."""
    sample = Sampler()

    def fail(**_: Any) -> Any:
        raise KeyError("eth0")

    monkeypatch.setattr(psutil, "net_io_counters", fail)
    assert all("proc.cpu" in sample.sample() for _ in range(3))
    assert capsys.readouterr().err.count("the network metrics are left out: KeyError: 'eth0'") == 1


def test_disks_are_named_by_their_mount_points(tmp_path: Path) -> None:
    """Places on one disk are one disk; a folder that is not there yet counts as where it will be."""
    mounts = sampler._mounts(["/", tmp_path, tmp_path / "not" / "yet", "/proc"])
    assert mounts[0] == "/"
    assert "/proc" in mounts
    assert len(mounts) == len(set(mounts)) <= 3
