"""Whether the files of a run's media are what was written: there, whole, and not changed since."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from trailmark.api.stored import StoredMedia
from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trailmark.journal.records import MediaFile

_CHUNK_BYTES = 1 << 20


class MediaFault(NamedTuple):
    """A file of media that is not what its record says."""

    path: str  # below the run's `files`
    reason: str


def check_media(directory: Path, records: Iterable[MediaFile]) -> Iterator[MediaFault]:
    """Yield the faults of the files that `records` tell of, in the run in `directory`.

    A file that could not be written, which its record says itself, is none.
    """
    stored = StoredMedia(directory)
    for record in records:
        if record.error is None:
            try:
                reason = _fault(stored.file(record.path).check(), record)
            except (MediaError, OSError) as error:
                reason = str(error)
            if reason:
                yield MediaFault(record.path, reason)


def _fault(path: Path, record: MediaFile) -> str | None:
    size = path.stat().st_size
    if size != record.size:
        return f"it has {size:,} bytes, but {record.size:,} were written"
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    found = digest.hexdigest()
    return None if found == record.sha256 else f"its SHA-256 is {found}, but that of what was written {record.sha256}"
