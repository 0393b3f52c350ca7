"""The pulse: the one background thread of a run.

Once a second it lets each part of the run do its bit (sample the machine, flush an unfinished console line), and every
few seconds it has the disk keep what was written. A part that fails is left out from then on, with one warning.
"""

from __future__ import annotations

import functools
import threading
import time
from typing import TYPE_CHECKING, Protocol

from trailmark._term import termwarn

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.journal.writer import Writer

TICK_S = 1.0


class Part(Protocol):
    """Something that accompanies a run."""

    def start(self) -> None:
        """Begin; on the path of `init`, so in no time."""

    def tick(self) -> None:
        """Do a little, about once a second, in the pulse's thread."""

    def stop(self, timeout_s: float) -> None:
        """End, and wait for that no longer than `timeout_s`."""


class Pulse:
    """Ticks the parts of a run and syncs its journal until it is stopped."""

    def __init__(self, writer: Writer, parts: list[Part], fsync_interval_s: float) -> None:
        self._writer = writer
        self._parts = list(parts)
        self._started: list[Part] = []
        self._fsync_interval_s = fsync_interval_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="trailmark-pulse", daemon=True)

    def start(self) -> None:
        """Start the parts, then the thread."""
        for part in self._parts:
            if self._guard(part, part.start):
                self._started.append(part)
        self._parts = list(self._started)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop the thread, then the parts, the last started first."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        for part in reversed(self._started):
            self._guard(part, functools.partial(part.stop, timeout_s))

    def _beat(self) -> None:
        synced_at = time.monotonic()
        while not self._stopped.wait(TICK_S):
            for part in list(self._parts):
                if not self._guard(part, part.tick):
                    self._parts.remove(part)
            if time.monotonic() - synced_at >= self._fsync_interval_s:
                self._writer.sync()
                synced_at = time.monotonic()

    @staticmethod
    def _guard(part: Part, call: Callable[[], None]) -> bool:
        try:
            call()
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not reach the training loop)
            termwarn(f"{type(part).__name__} is off from now on: {type(error).__name__}: {error}", repeat=False)
            return False
        return True
