"""Files that captures write below a run's `files` folder: whole or not at all, each with its `File` record."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.journal.records import File

if TYPE_CHECKING:
    from trailmark.journal.writer import Writer


def write_file(writer: Writer, files_dir: Path, path: str, data: bytes) -> bool:
    """Write `data` to `path` (relative, with forward slashes) below `files_dir`; False if the disk refused it."""
    target = Path(files_dir, path)
    temporary = target.with_name(f".{target.name}-{os.urandom(4).hex()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        termwarn(f"{target} is not saved: {error}", repeat=False)
        _remove(temporary)
        return False
    writer.append(File(time=time.time(), path=path, size=len(data)))
    return True


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder itself is gone or locked: nothing was left behind, or nothing can be done
        return
