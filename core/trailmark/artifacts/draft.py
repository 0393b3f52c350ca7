"""`Draft`: the files of an artifact that is not logged yet.

Nothing is half added: a call that raises leaves the draft as it was. Policies say what becomes of a user's file:
"immutable" promises that it stays as it is, so that it may be hard-linked; "mutable" copies it at once; without one,
files that changed since this process began (it may write them again) are copied at once, and older ones are linked.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from trailmark._term import termwarn
from trailmark.artifacts import naming, staging
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.entry import Entry, Source
from trailmark.artifacts.folder import Folder
from trailmark.artifacts.hashing import DISK_FAULTS, kind_of, stamp_of
from trailmark.artifacts.scan import check_readable, scan
from trailmark.artifacts.settle import Caches, read, settle
from trailmark.errors import ArtifactError
from trailmark.journal.machine import process_began_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trailmark.artifacts.entry import Stamp

POLICIES = (None, "mutable", "immutable")
_MARGIN_NS = 2_000_000_000  # clocks of file systems are coarse, and may be another machine's
_IS_TMP_DIGITS = 20  # as in W&B


@functools.cache
def began_ns() -> int:
    """Return when this process began (of a fork: the process that it was forked from, if that asked first)."""
    return int(process_began_at() * 1e9)


class Draft:
    """Files by name, each with where its bytes lie.

    Attributes:
        folder: the folder that was added first, if none of its files had to be copied.
        is_folder: whether the draft is that folder, and nobody asked for its entries yet.
    """

    def __init__(self) -> None:
        self.folder: Folder | None = None
        self.is_folder = False
        self._entries: dict[str, Entry] = {}
        self.staging = staging.Staging()
        self.finalized = False
        self._folders: set[str] | None = set()  # all that files lie in; None: to be found again

    @property
    def entries(self) -> dict[str, Entry]:
        """The files by name.

        Raises:
            ArtifactError: the folder changed while it was listed, so that it has two files of one name.
        """
        if self.is_folder and self.folder is not None:
            self.is_folder = False
            try:
                self.merge(self.folder.entries(itertools.repeat("link")), overwrite=False)
            except BaseException:
                self.is_folder = True
                raise
        return self._entries

    # What is added ---------------------------------------------------------------------------------------------------

    def add_file(
        self, path: str, name: str | None, *, is_tmp: bool, skip_cache: bool, policy: str | None, overwrite: bool
    ) -> Entry:
        """Add a file."""
        _check_policy(policy)
        status = _status(path)
        place = os.path.realpath(path)
        if not stat.S_ISREG(status.st_mode):
            hint = "add_dir() adds folders" if stat.S_ISDIR(status.st_mode) else "an artifact takes plain files"
            raise ArtifactError(f"{path} is {kind_of(status.st_mode)}: {hint}")
        check_readable(path, status)
        name = naming.check_entry(name if name is not None else os.path.basename(path))  # noqa: PTH119 (a str is at hand)
        batch = "" if skip_cache else f"file:{os.path.dirname(place)}"  # noqa: PTH120
        stamp = stamp_of(status)
        [kind] = _kinds([stamp], policy)
        entry = Entry(name, stamp[2], None, None, Source(place, stamp, batch, kind))
        self._stage([entry])
        if is_tmp:
            pure = PurePosixPath(name)
            stem, dot, rest = pure.name.partition(".")
            del stem
            entry.path = str(pure.with_name(f"{(entry.digest or '')[:_IS_TMP_DIGITS]}{dot}{rest}"))
        return self.merge([entry], overwrite=overwrite)[0]

    def add_dir(self, path: str, name: str | None, *, skip_cache: bool, policy: str | None, merge: bool) -> None:
        """Add all files below a folder."""
        _check_policy(policy)
        status = _status(path)
        if not stat.S_ISDIR(status.st_mode):
            raise ArtifactError(f"{path} is {kind_of(status.st_mode)}, not a folder: use add_file()")
        name = (name or "").removesuffix("/")
        prefix = f"{naming.check_entry(name)}/" if name else ""
        root = staging.home()
        found = scan(path, None if root is None else os.path.realpath(root))
        names = [prefix + each for each in found.names] if prefix else found.names
        naming.check_entries(names)
        batch = "" if skip_cache else f"dir:{os.path.realpath(path)}"
        folder = Folder(names, found.paths, found.stamps, batch)
        kinds = _kinds(found.stamps, policy)
        if "copy" not in kinds and self.folder is None and not self._entries:
            self.folder, self.is_folder = folder, True
            return
        entries = folder.entries(iter(kinds))
        self._stage(entries)
        self.merge(entries, overwrite=merge)

    def _stage(self, entries: list[Entry]) -> None:
        """Copy those that must be copied, at once; but what is unchanged and a blob already needs no copy."""
        young = [entry for entry in entries if entry.source is not None and entry.source.kind == "copy"]
        if not young:
            return
        root = staging.home()
        blobs = Blobs(root) if root is not None else None
        caches = Caches(blobs)
        todo = []
        for entry in young:
            source, stamp = entry.original
            cache = caches.of(source.batch)
            sha256 = cache.get(stamp) if cache is not None else None
            if sha256 is None or blobs is None or not blobs.path(sha256).exists():
                todo.append(entry)
            else:
                entry.set_digest(sha256, stamp[2])
        if todo:
            try:
                read(todo, blobs, self.staging, caches)
            except ArtifactError as error:
                if not is_full(error):
                    raise
                termwarn(f"{todo[0].path!r} is not copied yet: {error}. Logging the artifact tries again", repeat=False)
        caches.save()

    def add_data(self, name: str, data: bytes) -> Entry:
        """Add a file of these bytes."""
        path = self.staging.new_path()
        path.write_bytes(data)
        return self.own(naming.check_entry(name), path)

    def own(self, name: str, path: Path) -> Entry:
        """Return an entry for a file in the staging folder, which nobody writes to any more."""
        path.chmod(0o444)
        entry = Entry(name, path.stat().st_size, None, None, Source(str(path), stamp_of(path.stat()), "", "own"))
        settle([entry], None)
        return entry

    def add_json(self, name: str, record: dict[str, Any]) -> Entry:
        """Add a file of a record as JSON."""
        return self.add_data(name, json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1).encode())

    # What is in it ---------------------------------------------------------------------------------------------------

    def merge(self, entries: list[Entry], *, overwrite: bool) -> list[Entry]:
        """Take entries in, all or none; return those that are in now.

        Raises:
            ArtifactError: a name is taken by other contents, or is a folder.
        """
        fresh: dict[str, Entry] = {}
        taken = self.entries
        for entry in entries:
            old = taken.get(entry.path) or fresh.get(entry.path)
            if old is None or overwrite:
                fresh[entry.path] = entry
            elif not _same(old, entry):
                raise ArtifactError(
                    f"the artifact has a file {entry.path!r} with other contents: give another name, remove() it, or "
                    "replace it with overwrite=True (in add_dir: merge=True)"
                )
        self._check_folders(fresh)
        taken.update(fresh)
        return [taken[entry.path] for entry in entries]

    def _check_folders(self, fresh: Iterable[str]) -> None:
        """Refuse a name that is both a file and a folder."""
        if self._folders is None:
            self._folders = _folders_of(self.entries)
        folders = _folders_of(fresh)
        for name in folders:
            if name in self.entries:
                raise ArtifactError(
                    f"the artifact has a file {name!r}, so that nothing can be in a folder of that name"
                )
        both = folders | self._folders
        for name in fresh:
            if name in both:
                raise ArtifactError(f"the artifact has a folder {name!r}, so that no file can have that name")
        self._folders |= folders

    def remove(self, item: str) -> None:
        """Remove a file, or all in a folder.

        Raises:
            ArtifactError: there is none of this name.
        """
        inside = item.rstrip("/") + "/"
        doomed = [name for name in self.entries if name == item or name.startswith(inside)]
        if not doomed:
            raise ArtifactError(f"the artifact has no file or folder {item!r} to remove{close(item, self.entries)}")
        for name in doomed:
            del self.entries[name]
        self._folders = None


def is_full(error: ArtifactError) -> bool:
    """Whether it is the disk of the copy that failed, and not the file that cannot be read."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in DISK_FAULTS


def close(name: str, names: Iterable[str]) -> str:
    """Return a hint at names that look like one that is not there; "" if none does."""
    import difflib

    found = difflib.get_close_matches(name, list(names)[:10_000], n=3)
    return f"; did you mean {', '.join(map(repr, found))}?" if found else ""


def _status(path: str) -> os.stat_result:
    try:
        return os.stat(path)  # noqa: PTH116 (a str is at hand)
    except ValueError as error:  # a null byte
        raise ArtifactError(f"{path!r} cannot be a path: {error}") from error
    except OSError as error:
        if os.path.islink(path):  # noqa: PTH114
            raise ArtifactError(f"the link {path} is broken: it leads to {os.readlink(path)}") from error  # noqa: PTH115
        raise ArtifactError(f"{path} cannot be added: {error.strerror or error}") from error


def _check_policy(policy: str | None) -> None:
    if policy not in POLICIES:
        raise ArtifactError(
            f"policy is 'mutable' (copy the file), 'immutable' (it never changes) or None, got {policy!r}"
        )


def _kinds(stamps: list[Stamp], policy: str | None) -> list[str]:
    """Return the kinds of files: without a policy "copy" for those of this process' time, "link" for those before."""
    if policy is not None:
        return ["copy" if policy == "mutable" else "link"] * len(stamps)
    border_ns = began_ns() - _MARGIN_NS
    return ["copy" if stamp[3] >= border_ns else "link" for stamp in stamps]


def _same(old: Entry, new: Entry) -> bool:
    if old.ref != new.ref:
        return False
    old_file = old.source is not None and old.source.stamp is not None and (old.source.path, old.source.stamp[:4])
    new_file = new.source is not None and new.source.stamp is not None and (new.source.path, new.source.stamp[:4])
    if old_file and old_file == new_file:
        return True
    return old.digest == new.digest and (old.size == new.size or old.ref is not None)


def _folders_of(names: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for name in names:
        end = name.rfind("/")
        while end > 0 and name[:end] not in folders:
            folders.add(name[:end])
            end = name.rfind("/", 0, end)
    return folders
