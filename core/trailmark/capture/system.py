"""System metrics: a packed row of the stream "system" at each interval, whose step is the number of the sample.

A row is also the heartbeat by which readers know that the run is alive. So a row is written in any case: without
values if there are no metrics to be had, or if they are switched off.

Samples are taken in a thread of their own, since a disk or a driver may take its time to answer. While it does, the
pulse writes the heartbeat.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from trailmark.capture.background import start_thread

if TYPE_CHECKING:
    from trailmark.capture.sampler import Sampler
    from trailmark.journal.writer import Writer

_KINDS = {float: "f", int: "i"}
_SETTLE_S = 0.25  # after `start`, which shall not compete with this thread's imports
_FIRST_S = 0.9  # the first tick after this takes the first sample


class SystemMonitor:
    """Records what the machine and the run's processes do, every `interval_s` seconds and at the end.

    With `metrics=False` it writes heartbeats only; with `gpu=False` GPUs are left out. `paths` are places whose disks
    are watched, beside the one that holds the run.
    """

    def __init__(
        self,
        writer: Writer,
        interval_s: float = 10.0,
        *,
        metrics: bool = True,
        gpu: bool = True,
        paths: tuple[str, ...] = ("/",),
    ) -> None:
        self._writer = writer
        self._interval_s = interval_s
        self._metrics = metrics
        self._gpu = gpu
        self._paths = paths
        self._step = 0
        self._due = float("inf")
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._sampling = False  # asked for a sample that is not there yet
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread that samples."""
        self._due = time.monotonic() + min(_FIRST_S, self._interval_s)
        if self._metrics:
            self._thread = start_thread("trailmark-system", self._work)

    def tick(self) -> None:
        """Have a sample taken if one is due; if the last one is still not there, write a heartbeat."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + self._interval_s
        if self._sampling or self._thread is None or not self._thread.is_alive():
            self._write({})
            return
        self._sampling = True
        self._asked.set()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Have the last sample taken, and end the thread."""
        self._stopping.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        if self._stopping.wait(_SETTLE_S):  # so short a run has nothing to show
            return
        sampler = self._sampler()
        while True:
            self._asked.wait()
            self._asked.clear()
            self._write(sampler.sample())
            self._sampling = False
            if self._stopping.is_set():
                sampler.close()
                return

    def _sampler(self) -> Sampler:
        from trailmark.capture.gpu import Gpus
        from trailmark.capture.sampler import Sampler

        return Sampler((*self._paths, self._writer.directory), Gpus() if self._gpu else None)

    def _write(self, values: dict[str, float | int]) -> None:
        kinds = "".join(_KINDS[type(value)] for value in values.values())
        with self._writer.lock:
            if self._writer.closed:
                return
            layout = self._writer.layout(list(values), kinds, "system")
            if layout is not None:
                self._writer.append_row(layout, self._step, time.time(), tuple(values.values()))
            self._step += 1
