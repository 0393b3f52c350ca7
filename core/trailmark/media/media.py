"""`Media`: a logged value that is a file, or several, and where such files go to and come from.

A media object is checked when it is made, so that a fault of the caller's raises in the caller's own line. What takes
long (compressing pixels, hashing) is left to the folder it is stored in, which does it in another thread. In the
journal a media object is a mapping with its kind under ``_type`` and the paths of its files; one that a reader gets is
of the same class, and reads its files when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from typing_extensions import Self


class Folder(Protocol):
    """Where media put their files: a run's, for one key and step, or an artifact's, for one name.

    Each method returns the path that goes into the record, with forward slashes, below the folder of the run's files or
    the artifact.
    """

    def encode(self, kind: str, extension: str, encode: Callable[[BinaryIO], None], *, held_bytes: int) -> str:
        """Have `encode` write a file, perhaps later and in another thread.

        `encode` must not depend on anything that the caller may still change, and `held_bytes` is the memory that it
        keeps until then. `extension` has no dot.
        """
        ...

    def copy(self, kind: str, source: Path) -> str:
        """Copy a file at once, as it may change.

        Raises:
            MediaError: it cannot be read.
        """
        ...

    def share(self, kind: str, extension: str, data: bytes) -> str:
        """Keep a few bytes that many values have in common, such as class labels, once."""
        ...


class StoredFile(NamedTuple):
    """A file of a media object that was stored."""

    path: Path  # on this machine
    name: str  # as the record has it, which tells the extension
    sha256: str | None = None  # None: it was not complete when the journal was read
    size_bytes: int | None = None
    error: str | None = None  # why it could not be written

    def check(self) -> Path:
        """Return the path of the file, which is there.

        Raises:
            MediaError: it could not be written, or its run died before it was.
        """
        if self.error:
            raise MediaError(f"{self.name} could not be written: {self.error}")
        try:
            found = self.path.is_file()
        except OSError as error:  # a folder that may not be entered, a name that is too long
            raise MediaError(f"{self.name} cannot be read: {error}") from error
        if not found:
            raise MediaError(
                f"{self.name} is not there: it is still being written, or its run died before it was, or it was deleted"
            )
        return self.path


class Stored(Protocol):
    """Where the files of media are found again."""

    def file(self, name: str) -> StoredFile:
        """Return the file that a record calls `name`, whether it is there or not.

        Raises:
            MediaError: the name leads out of the folder.
        """
        ...


class Media:
    """The base of all values that are files.

    Attributes:
        kind: what the record says under ``_type``.
    """

    kind: ClassVar[str]
    _file: StoredFile | None = None  # of one that was read back
    _record: dict[str, Any] | None = None  # what that was read from
    _kept: tuple[object, dict[str, Any]] | None = None  # the home of the files and the record of the last `record_in`

    @property
    def path(self) -> Path | None:
        """The file, if this was read back."""
        return self._file.path if self._file else None

    @property
    def sha256(self) -> str | None:
        """The digest of the file, if this was read back."""
        return self._file.sha256 if self._file else None

    @property
    def size_bytes(self) -> int | None:
        """The size of the file, if this was read back."""
        return self._file.size_bytes if self._file else None

    @property
    def record(self) -> dict[str, Any] | None:
        """What the journal has of it, if this was read back."""
        return self._record

    def record_in(self, folder: Folder, home: object) -> dict[str, Any]:
        """Return the record of this value, stored in `folder` unless it was stored in the same `home` before."""
        if self._kept is not None and self._kept[0] is home:
            return self._kept[1]
        record = {"_type": self.kind, **self.store(folder)}
        if not self.changes:
            self._kept = (home, record)
        return record

    @property
    def changes(self) -> bool:
        """Whether the value may have changed since it was stored, so that it is stored again each time."""
        return False

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the files into `folder` and return the fields of the record, those of plain values.

        It takes a snapshot: what the caller does with its arrays afterwards changes nothing.

        Raises:
            MediaError: a file that was given by its path cannot be read.
        """
        raise NotImplementedError

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the value that `record` was made of; its files are read when they are asked for.

        Raises:
            MediaError: the record is none of this kind.
        """
        raise NotImplementedError

    def _opened(self) -> Path:
        """Return the path of the stored file.

        Raises:
            MediaError: this was not read back, or its file is not there.
        """
        if self._file is None:
            raise MediaError(f"this {type(self).__name__} has not been read back from a run: it has no file yet")
        return self._file.check()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_kept"}
