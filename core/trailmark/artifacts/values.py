"""Media and tables in an artifact: `Shelf` is what they store themselves in, `Kept` where they are found again.

A value named ``preds`` becomes the file ``preds.<kind>.json``, its record, as in W&B (``preds.table.json``), and its
files lie in ``media/<kind>/``, named by their contents.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.artifacts.hashing import Job, hash_files
from trailmark.errors import ArtifactError, MediaError
from trailmark.media.media import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.draft import Draft
    from trailmark.artifacts.entry import Entry

_DIGITS = 20  # of a digest, in a name: as in W&B


class Shelf:
    """Where media of one value put their files, at once; the draft takes them in when all went well."""

    def __init__(self, draft: Draft) -> None:
        self.entries: dict[str, Entry] = {}
        self._draft = draft

    def encode(self, kind: str, extension: str, encode: Callable[[BinaryIO], None], *, held_bytes: int) -> str:
        """Write a file."""
        del held_bytes  # nothing waits
        path = self._draft.staging.new_path()
        with path.open("w+b") as file:
            encode(file)
        return self._keep(kind, extension, path)

    def copy(self, kind: str, source: Path) -> str:
        """Copy a file, or share its blocks where the file system can.

        Raises:
            MediaError: it cannot be read.
        """
        try:
            [found] = hash_files(
                [Job(str(source), source.stat().st_size, copy=True)], folder=self._draft.staging.folder
            )
        except OSError as error:
            raise MediaError(f"{source} cannot be read: {error}") from error
        except ArtifactError as error:
            raise MediaError(str(error)) from error
        return self._keep(kind, source.suffix.lstrip("."), Path(found.copy or ""))

    def share(self, kind: str, extension: str, data: bytes) -> str:
        """Keep bytes once."""
        path = self._draft.staging.new_path()
        path.write_bytes(data)
        return self._keep(kind, extension, path)

    def _keep(self, kind: str, extension: str, path: Path) -> str:
        entry = self._draft.own("", path)
        dot = "." if extension else ""
        entry.path = f"media/{kind}/{(entry.digest or '')[:_DIGITS]}{dot}{extension}"
        self.entries[entry.path] = entry
        return entry.path


class Kept:
    """Where the media of an artifact are found again."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact

    def file(self, name: str) -> StoredFile:
        """Return a file of the artifact, in its place among the blobs.

        Raises:
            MediaError: the artifact has none of this name.
        """
        try:
            entry = self._artifact.get_entry(name)
            return StoredFile(Path(entry.local_path()), name, entry.digest, entry.size)
        except ArtifactError as error:
            raise MediaError(str(error)) from error

    def names(self, prefix: str) -> list[str]:
        """Return the names of the values that were added below the path `prefix`, sorted."""
        below = prefix.strip("/") + "/"
        entries = [entry.path for entry in self._artifact.files() if entry.path.startswith(below)]
        return sorted(filter(_is_record, entries))

    def get(self, name: str) -> Any:
        """Return the value of a name; see `Artifact.get`."""
        return self._artifact.get(name)


def _is_record(name: str) -> bool:
    """Whether a file of an artifact is called as the records of values are: ``<name>.<kind>.json``."""
    return name.endswith(".json") and "." in name.rpartition("/")[2].removesuffix(".json")


def add_value(draft: Draft, value: Any, name: str, home: object, *, overwrite: bool) -> Entry:
    """Store a value in a draft; return the entry of its record.

    Raises:
        ArtifactError: it is none that can be stored, or the name is taken.
        MediaError: a file that it was made of cannot be read.
    """
    from trailmark.media.kinds import as_media

    media = as_media(value)
    shelf = Shelf(draft)
    if callable(getattr(media, "record_in", None)):
        record = media.record_in(shelf, home)
    elif callable(getattr(media, "to_record", None)):
        record = media.to_record()
    else:
        raise ArtifactError(
            f"add() takes an Image, a Table or other media, got {value!r:.80} of type {type(value).__name__}: "
            "write other values with new_file(), and add files with add_file()"
        )
    stem = name.removesuffix(f".{record['_type']}.json")
    entry = draft.add_json(f"{stem}.{record['_type']}.json", record)
    # Media that lie in the artifact already give the same record again, and no files.
    draft.merge([*shelf.entries.values(), entry], overwrite=overwrite)
    return draft.entries[entry.path]


def read_record(path: str) -> dict[str, Any] | None:
    """Return the record in a file; None if the file is the user's own, and only called as records are."""
    try:
        found = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "_type" in found else None


def record_name(name: str, names: dict[str, Entry]) -> str | None:
    """Return which file has the record of the value `name`; None if there is none."""
    if name in names:
        return name if name.endswith(".json") and "." in name.removesuffix(".json") else None
    found = [
        each
        for each in names
        if each.startswith(name + ".") and each.endswith(".json") and each.count(".") == name.count(".") + 2
    ]
    if len(found) > 1:
        raise ArtifactError(f"several values have the name {name!r}: ask for one of {', '.join(map(repr, found))}")
    return found[0] if found else None
