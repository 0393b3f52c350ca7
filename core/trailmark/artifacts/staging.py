"""`Staging`: where a draft keeps what it makes or must copy, until it is logged.

It lies in the root if that is known (`home`), so that logging moves files instead of copying them; else where the
system has temporary files. It is gone with the draft; what a killed process leaves has a name that `gc` knows.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark.artifacts.blobs import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Returns the root where drafts will be logged, or None. Set by the part that knows it; artifacts know no settings.
home: Callable[[], Path | None] = lambda: None  # noqa: E731 (a slot, not a function)


@contextlib.contextmanager
def lying_in(root: Path) -> Iterator[None]:
    """Have drafts of this block lie in `root`, where they will be logged."""
    global home  # noqa: PLW0603 (the slot)
    before = home
    home = lambda: root  # noqa: E731 (as above)
    try:
        yield
    finally:
        home = before


class Staging:
    """A folder of a draft, made when it is first needed."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder, which is there.

        Raises:
            OSError: it cannot be made.
        """
        if self._folder is None:
            root = home()
            try:
                self._folder = _made(None if root is None else root / FOLDER)
            except OSError:
                if root is None:
                    raise
                self._folder = _made(None)  # that the root cannot be written to is told by logging, and stops nothing
            self._finalizer = weakref.finalize(self, _remove, str(self._folder), os.getpid())
        return self._folder

    def new_path(self) -> Path:
        """Return the path of a file that is not there yet."""
        return self.folder / f".new-{os.urandom(4).hex()}"

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._finalizer()
            self._folder = None


def _made(place: Path | None) -> Path:
    """Make a new folder in `place`, or where the system has temporary files.

    Raises:
        OSError: it cannot be made.
    """
    if place is None:
        import tempfile  # loads much for what is seldom needed

        place = Path(tempfile.gettempdir())
    folder = place / f".draft-{os.urandom(4).hex()}"
    folder.mkdir(parents=True)
    return folder


def _remove(folder: str, pid: int) -> None:
    if os.getpid() == pid:  # a fork has it too, and may end first
        shutil.rmtree(folder, ignore_errors=True)
