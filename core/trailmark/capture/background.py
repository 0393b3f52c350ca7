"""Threads in which parts of a run do what takes longer than `init` may."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from trailmark._term import termwarn

if TYPE_CHECKING:
    from collections.abc import Callable


def start_thread(name: str, work: Callable[[], None]) -> threading.Thread | None:
    """Run `work` in a daemon thread; None, and a warning, if the system allows no more threads."""

    def guarded() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 (nobody else would see it, and it must not reach the program)
            termwarn(f"{name} ended early: {type(error).__name__}: {error}", repeat=False)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # also while the interpreter shuts down
        termwarn(f"{name} does not run: {error}", repeat=False)
        return None
    return thread
