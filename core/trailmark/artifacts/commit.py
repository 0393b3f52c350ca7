"""Making a draft a version: hash, place the blobs, then create the version file, in this order.

The version file is the last step and the only one that others see: a process that is killed before it has logged
nothing, and leaves blobs that `collect_garbage` removes; one that is killed after it has logged the whole version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark._term import termwarn
from trailmark.artifacts import naming
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.manifest import Manifest
from trailmark.artifacts.settle import Caches, place, settle
from trailmark.artifacts.versions import now_text
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.artifacts.collection import Collection
    from trailmark.artifacts.draft import Draft
    from trailmark.artifacts.versions import VersionFile


class Committed(NamedTuple):
    """What became of a draft."""

    number: int
    fields: VersionFile


def commit(
    draft: Draft, collection: Collection, fields: VersionFile, aliases: Sequence[str], *, incremental: bool
) -> Committed:
    """Make a draft a version, or find the one that has the same contents; it is on the disk when this returns.

    Raises:
        ArtifactError: a file cannot be read or changed, or the collection has another type. There is no new version.
    """
    collection.check_type(fields.type)
    blobs = Blobs(collection.root)
    try:
        caches = Caches(blobs)
        done = None if incremental else _again(draft, collection, fields, aliases, blobs, caches)
        if done is None:
            settle(draft.entries.values(), blobs, draft.staging, caches)
        while done is None:
            done = _attempt(draft, collection, fields, aliases, blobs, caches, incremental=incremental)
        caches.save()
    except OSError as error:
        raise ArtifactError(
            f"{collection.name} cannot be logged to {collection.root}: {error.strerror or error} ({error.filename})"
        ) from error
    return done


def _again(
    draft: Draft,
    collection: Collection,
    fields: VersionFile,
    aliases: Sequence[str],
    blobs: Blobs,
    caches: Caches,
) -> Committed | None:
    """Find the version of a folder that did not change since it was logged, without its entries; None if there is none.

    The cache tells no more than it does of each file: the manifest was kept when all files of the folder were.
    """
    digest = caches.folder_digest(draft.folder) if draft.folder is not None and draft.is_folder else None
    if digest is None or draft.folder is None:
        return None
    with blobs.shared():
        if collection.version_of(digest) is None:
            return None
        fields.digest, fields.size, fields.file_count = digest, draft.folder.size, len(draft.folder.names)
        return _add(collection, fields, aliases, after=None)


def _attempt(
    draft: Draft,
    collection: Collection,
    fields: VersionFile,
    aliases: Sequence[str],
    blobs: Blobs,
    caches: Caches,
    *,
    incremental: bool,
) -> Committed | None:
    """Do all that must be done again if another process was faster, which None tells."""
    with blobs.shared():  # what is there now stays until the version is
        base = collection.aliases().get(naming.LATEST) if incremental else None
        entries = dict(draft.entries)
        if base is not None:
            old = collection.read(base)
            entries = {**Manifest.read(blobs.read(old.digest), old.digest).entries, **entries}
        manifest = Manifest.of(entries.values())
        fields.digest, fields.size, fields.file_count = manifest.digest, manifest.size, len(manifest)
        place(manifest.entries.values(), blobs, caches)  # also if there is such a version: what it lost is mended
        blobs.put(manifest.data, manifest.digest)
        if draft.folder is not None:
            caches.put_folder(draft.folder, manifest)
        return _add(collection, fields, aliases, after=base)


def _add(collection: Collection, fields: VersionFile, aliases: Sequence[str], *, after: int | None) -> Committed | None:
    fields.created_at = fields.updated_at = now_text()
    added = collection.add(fields, aliases, after=after)
    if added is None:
        return None
    number, new = added
    return Committed(number, fields if new else _joined(collection, number, fields))


def _joined(collection: Collection, number: int, fields: VersionFile) -> VersionFile:
    """Return the fields of a version whose contents were logged again, with what is new."""
    old = collection.read(number)
    if fields.metadata and old.metadata and old.metadata != fields.metadata:
        termwarn(
            f"{collection.name}:v{number} has the same files, so no version is made, and it keeps its metadata "
            f"{old.metadata!r:.200}; to change that, set artifact.metadata and save() it"
        )
    fill = {
        "description": fields.description if old.description is None else old.description,
        "metadata": old.metadata or fields.metadata,
        "tags": [*dict.fromkeys([*old.tags, *fields.tags])],
    }
    if all(getattr(old, key) == value for key, value in fill.items()):
        return old

    def change(version: VersionFile) -> None:
        for key, value in fill.items():
            setattr(version, key, value)

    return collection.edit(number, change, {})
