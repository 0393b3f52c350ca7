"""How a process ends, as far as its runs are concerned.

While a run is open, an uncaught exception, `sys.exit`, SIGTERM and the end of the interpreter finish it with the right
exit code; each hook is taken back with the last run, unless somebody has hooked in above it.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from trailmark._run.run import Run

_INTERRUPTED = 255  # W&B's exit code after Ctrl-C
_SIGTERM_WAIT_S = 15.0


class Endings:
    """The open runs of this process, and the hooks that finish them."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.exit_code = 0
        self.error: str | None = None
        self._interrupted = False
        self._excepthook: Any = None
        self._exit: Any = None
        self._sigterm: Any = None
        self._at_exit = False
        self._forking = threading.local()  # each thread's mask of signals, while it forks

    def add(self, run: Run) -> None:
        """Finish `run` when the process ends."""
        if not self.runs:
            self._hook()
        self.runs.append(run)

    def remove(self, run: Run) -> None:
        """Forget `run`, which is finished."""
        if run in self.runs:
            self.runs.remove(run)
        if not self.runs:
            self._unhook()

    def _hook(self) -> None:
        self.exit_code, self.error, self._interrupted = 0, None, False
        if not self._at_exit:
            atexit.register(self._finish_all)
            self._at_exit = True
        self._excepthook, sys.excepthook = sys.excepthook, self._on_exception
        self._exit, sys.exit = sys.exit, self._on_exit
        if threading.current_thread() is threading.main_thread():
            current = signal.getsignal(signal.SIGTERM)
            if current is signal.SIG_DFL:
                self._sigterm = signal.signal(signal.SIGTERM, self._on_sigterm)

    def _unhook(self) -> None:
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._excepthook
        if sys.exit == self._on_exit:
            sys.exit = self._exit
        in_main = threading.current_thread() is threading.main_thread()
        if self._sigterm is not None and in_main and signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._sigterm)
        self._sigterm = None

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._interrupted = issubclass(kind, KeyboardInterrupt)
        self.exit_code = _INTERRUPTED if self._interrupted else 1
        import traceback

        self.error = "".join(traceback.format_exception(kind, error, trace))
        self._excepthook(kind, error, trace)

    def _on_exit(self, status: Any = None, /) -> NoReturn:
        self.exit_code = status if isinstance(status, int) else 0 if status is None else 1
        self._exit(status)
        raise SystemExit(status)  # where sys.exit was replaced by something that returns

    def before_fork(self) -> None:
        """Hold SIGTERM back: in a child, Python forgets what arrives before it is ready."""
        if self._sigterm is not None:
            self._forking.mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def after_fork(self, *, child: bool) -> None:
        """Let SIGTERM through again; a child dies of it at once, as its runs are the parent's."""
        mask = vars(self._forking).pop("mask", None)
        if mask is None:
            return
        if child and signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._sigterm)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _on_sigterm(self, number: int, _: FrameType | None) -> None:
        """Record the state, then die of the signal as if nobody had caught it."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        here = [run for run in self.runs if run.owned]
        # In a thread: this one may have been cut into while it writes or prints. If it holds a writer's lock, it is
        # not waited for, so that the lock comes free.
        thread = threading.Thread(target=self._finish_by_signal, args=(here, number), daemon=True)
        for run in here:
            run.close_silently()
        thread.start()
        if not any(run.writer.is_held_here() for run in here):
            thread.join(_SIGTERM_WAIT_S)

    @staticmethod
    def _finish_by_signal(runs: list[Run], number: int) -> None:
        try:
            for run in reversed(runs):
                run.end(128 + number, signal=signal.Signals(number).name)
        finally:
            os.kill(os.getpid(), number)

    def _finish_all(self) -> None:
        for run in list(reversed(self.runs)):
            run.end(self.exit_code, error=self.error)
        if self._interrupted:
            _remember_interrupt()


def _remember_interrupt() -> None:
    """Have Python die of SIGINT after all, so that a shell ends its loop.

    It notes that source code ended by Ctrl-C, and forgets it with the next source code that is run: that of an import,
    as the traceback and our own end need some.
    """
    try:
        exec("raise KeyboardInterrupt")  # noqa: S102 (only source code sets the note)
    except KeyboardInterrupt:
        return


endings = Endings()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=endings.before_fork,
        after_in_parent=lambda: endings.after_fork(child=False),
        after_in_child=lambda: endings.after_fork(child=True),
    )
