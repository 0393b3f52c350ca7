"""What tests of media share: a folder that stores them at once, without a run."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.kinds import restore
from trailmark.media.media import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from trailmark.media.media import Media


class PlainFolder:
    """A folder on the disk, as a run's, but everything is written at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._count = 0

    def encode(self, kind: str, extension: str, encode: Callable[[BinaryIO], None], *, held_bytes: int) -> str:
        """Write a file."""
        assert held_bytes >= 0
        name = self._name(kind, extension)
        with (self.root / name).open("wb") as file:
            encode(file)
        return name

    def copy(self, kind: str, source: Path) -> str:
        """Copy a file."""
        name = self._name(kind, source.suffix.lstrip("."))
        try:
            shutil.copyfile(source, self.root / name)
        except OSError as error:
            raise MediaError(f"{source} cannot be read: {error}") from error
        return name

    def share(self, kind: str, extension: str, data: bytes) -> str:
        """Keep bytes by their digest."""
        name = f"media/{kind}/{hashlib.sha256(data).hexdigest()[:16]}.{extension}"
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)
        return name

    def file(self, name: str) -> StoredFile:
        """Return a file of this folder."""
        path = self.root / name
        data = path.read_bytes() if path.is_file() else None
        if data is None:
            return StoredFile(path, name)
        return StoredFile(path, name, hashlib.sha256(data).hexdigest(), len(data))

    def _name(self, kind: str, extension: str) -> str:
        name = f"media/{kind}/{self._count}.{extension}"
        self._count += 1
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        return name


def store(media: Media, root: Path) -> tuple[dict[str, Any], Any]:
    """Store `media` below `root` and return its record, which is plain data, and what is read back of it."""
    folder = PlainFolder(root)
    record = media.record_in(folder, folder)
    assert json.loads(json.dumps(record)) == record
    return record, restore(record, folder)
