"""`StoredMedia`: where the media of one journal find their files again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark.api.files import FOLDER
from trailmark.errors import MediaError
from trailmark.media.media import StoredFile

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.records import MediaFile


class StoredMedia:
    """The files of a run, and what one of its journals says of those of media."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER
        self._known: dict[str, MediaFile] = {}

    def take(self, record: MediaFile) -> None:
        """Note that a file is complete, or will never be."""
        self._known[record.path] = record

    def file(self, name: str) -> StoredFile:
        """Return the file that a record calls `name`, whether it is there or not.

        Raises:
            MediaError: the name leads out of the run's files.
        """
        parts = name.split("/")
        if "\\" in name or "\0" in name or not {"", ".", ".."}.isdisjoint(parts):
            raise MediaError(f"{name!r} is no path below the files of a run: the record is damaged")
        path = self._folder.joinpath(*parts)
        known = self._known.get(name)
        if known is None:
            return StoredFile(path, name)
        return StoredFile(path, name, known.sha256 or None, known.size, known.error)
