"""Files of a version, in a folder: put there (`download`), made equal (`checkout`), compared (`verify_folder`).

A file is replaced whole or not at all. Its blocks are shared with the blob where the file system can, else a read-only
blob is hard-linked, and anything else copied: a link to a file that its owner may write to would let a change of the
download change the version. The superuser writes to read-only files too, and so gets copies.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark.artifacts import references
from trailmark.artifacts.blobs import damage
from trailmark.artifacts.hash_cache import HashCache
from trailmark.artifacts.hashing import Crew, Hashed, Job, clone, hash_files, stamp_of, write_all
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trailmark.artifacts.blobs import Blobs
    from trailmark.artifacts.entry import Entry


def download(
    entries: Sequence[Entry], blobs: Blobs, root: Path, label: str, *, allow_missing: bool = False, fresh: bool = False
) -> None:
    """Put files below `root`; those that are there unchanged stay. `fresh`: put all there again.

    Raises:
        ArtifactError: a file is damaged or lost, a reference cannot be read (unless `allow_missing`), or a folder
            below `root` is a link that leads out of it.
        OSError: the disk is full, or fails.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ArtifactError(f"{root} has to be a folder, and there is a file: give another root") from error
    _make_folders(entries, root)
    cache = HashCache.of(blobs.folder, f"dir:{os.path.realpath(root)}")
    files = [entry for entry in entries if entry.ref is None]
    if not fresh:
        files = [entry for entry in files if not _is_there(entry, root, cache)]
    for entry in files:
        blobs.check(entry.digest or "", entry.size or 0, f"{label}: {entry.path}")
    links = os.geteuid() != 0
    if links:
        for entry in files:
            blobs.watch(entry.digest or "")
        blobs.save_links()

    def put(job: Job, buffer: memoryview, crew: Crew) -> Hashed:
        entry = by_blob[job.path]
        for one in entry:
            _put(job.path, os.path.join(root, one.path), buffer, crew, link=links)  # noqa: PTH118 (fast)
        return Hashed("", (0, 0, 0, 0, 0), None)

    by_blob: dict[str, list[Entry]] = {}
    for entry in files:
        by_blob.setdefault(blobs.name(entry.digest or ""), []).append(entry)
    jobs = [Job(name, each[0].size or 0) for name, each in by_blob.items()]
    Crew(jobs, put).run(f"downloading {label}")
    for entry in files:
        stamp = stamp_of((root / entry.path).stat())
        cache.put(stamp, entry.digest or "", None)
    cache.save()
    _fetch([entry for entry in entries if entry.ref is not None], root, allow_missing=allow_missing)


def _is_there(entry: Entry, root: Path, cache: HashCache) -> bool:
    """Whether a file is in its place already."""
    try:
        status = os.lstat(f"{root}/{entry.path}")
    except OSError:
        return False
    if not stat.S_ISREG(status.st_mode) or status.st_size != entry.size:
        return False
    return cache.get(stamp_of(status)) == entry.digest


def _make_folders(entries: Iterable[Entry], root: Path) -> None:
    """Make all folders, and check that none leads elsewhere."""
    base = os.path.realpath(root)
    for folder in sorted({entry.path.rpartition("/")[0] for entry in entries} - {""}):
        place = os.path.realpath(root / folder)
        if place != os.path.join(base, folder):  # noqa: PTH118 (both are str)
            raise ArtifactError(
                f"{root / folder} is or lies in a link to {place}: remove the link, or give another root"
            )
        try:
            os.makedirs(place, exist_ok=True)  # noqa: PTH103
        except (FileExistsError, NotADirectoryError) as error:
            raise ArtifactError(f"{root / folder} has to be a folder, and there is a file: remove it") from error


def _put(blob: str, target: str, buffer: memoryview, crew: Crew, *, link: bool) -> None:
    """Put one file in its place."""
    temporary = os.path.join(os.path.dirname(target), f".part-{os.urandom(4).hex()}")  # noqa: PTH118, PTH120 (fast)
    try:
        _materialise(blob, temporary, buffer, crew, link=link)
        os.replace(temporary, target)  # noqa: PTH105
    except IsADirectoryError as error:
        raise ArtifactError(f"{target} has to be a file, and there is a folder: remove it") from error
    finally:
        with contextlib.suppress(FileNotFoundError):  # moved, or never made
            os.unlink(temporary)  # noqa: PTH108


def _materialise(blob: str, temporary: str, buffer: memoryview, crew: Crew, *, link: bool) -> None:
    source = os.open(blob, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(source)
        target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            if clone(source, target):
                return
            if not (link and not status.st_mode & 0o222 and _linked(blob, temporary)):
                while count := os.readv(source, [buffer]):
                    write_all(target, buffer[:count])
                    crew.progress(count)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _linked(blob: str, temporary: str) -> bool:
    """Replace the file `temporary` by a link to a blob, if that can be."""
    os.unlink(temporary)  # noqa: PTH108
    try:
        os.link(blob, temporary)
    except OSError:  # another file system, most likely: copied, and if the disk fails that will say so
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        return False
    return True


def _fetch(entries: Iterable[Entry], root: Path, *, allow_missing: bool) -> None:
    for entry in entries:
        target = root / entry.path
        temporary = target.with_name(f".part-{os.urandom(4).hex()}")
        try:
            with temporary.open("xb") as file:
                references.fetch(entry, file)
            temporary.replace(target)
        except ArtifactError as error:
            if not allow_missing:
                raise
            references.warn_missing(entry, error)
        finally:
            temporary.unlink(missing_ok=True)


def check_root(root: Path, *, store: Path, force: bool) -> None:
    """Refuse a folder where `checkout` would delete what nobody wants deleted.

    Raises:
        ArtifactError: it is /, the home folder, the current one, one of those that these lie in, the root of runs or
            in it (but for the files of a run), or a git repository.
    """
    place, store = root.resolve(), store.resolve()
    if store in place.parents and not _is_own_folder(place.relative_to(store).parts):
        raise ArtifactError(
            f"checkout() deletes what is not in the artifact, and {place} lies where runs are, in {store}: "
            "give a folder of its own, or use download()"
        )
    for what, path in (("the home folder", Path.home()), ("the current folder", Path.cwd()), ("where runs are", store)):
        path = path.resolve()  # noqa: PLW2901 (the same folder)
        if place == path or place in path.parents:
            raise ArtifactError(
                f"checkout() deletes what is not in the artifact, and {place} is or holds {what}, {path}: "
                "give a folder of its own, or use download()"
            )
    if (place / ".git").exists() and not force:
        raise ArtifactError(
            f"checkout() deletes what is not in the artifact, and {place} is a git repository: "
            "give a folder of its own, use download(), or set force=True"
        )


def _is_own_folder(parts: tuple[str, ...]) -> bool:
    """Whether a path below the root is that of a folder in the files of a run: project, id, "files", folder."""
    return len(parts) > 3 and parts[2] == "files" and not parts[0].startswith(".") and parts[3] != "media"  # noqa: PLR2004


def delete_others(entries: Iterable[Entry], root: Path) -> None:
    """Delete what is below `root` and not in the artifact; links are deleted, never followed."""
    names = {entry.path for entry in entries}
    for folder, folders, files in os.walk(root, topdown=False):
        below = os.path.relpath(folder, root)
        prefix = "" if below == "." else f"{below}/"
        for name in files:
            if prefix + name not in names:
                os.unlink(os.path.join(folder, name))  # noqa: PTH108, PTH118
        for name in folders:
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.islink(path) or (prefix + name) in names:  # noqa: PTH114
                _remove(path)
            elif not any(Path(path).iterdir()):
                os.rmdir(path)  # noqa: PTH106


def _remove(path: str) -> None:
    if os.path.islink(path):  # noqa: PTH114
        os.unlink(path)  # noqa: PTH108
    else:
        shutil.rmtree(path)


class _DamagedError(ArtifactError):
    """A file is not what was logged."""

    def __init__(self, text: str, sha256: str) -> None:
        super().__init__(text)
        self.sha256 = sha256


def verify_blobs(entries: Sequence[Entry], blobs: Blobs, label: str) -> None:
    """Read all blobs of a version and compare.

    Raises:
        ArtifactError: one is damaged or lost; the message names the file, and what was expected and got.
    """
    files = [entry for entry in entries if entry.ref is None]
    missing = next((entry for entry in files if not os.path.exists(blobs.name(entry.digest or ""))), None)  # noqa: PTH110
    if missing is not None:
        blobs.check(missing.digest or "", missing.size or 0, f"{label}: {missing.path}")
    try:
        _compare(files, lambda entry: blobs.name(entry.digest or ""), label)
    except _DamagedError as error:
        blobs.distrust([error.sha256])
        raise


def verify_folder(entries: Sequence[Entry], root: Path, label: str) -> None:
    """Compare a folder with a version: the same files, with the same contents. References are not read.

    Raises:
        ArtifactError: one is missing, is too many, or is another one.
    """
    if not root.is_dir():
        raise ArtifactError(f"{root} is no folder: download() {label} there first")
    files = [entry for entry in entries if entry.ref is None]
    known = {entry.path for entry in entries}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)  # noqa: PTH118
            if path not in known:
                raise ArtifactError(f"{root / path} is not in {label}: delete it, or use checkout()")
    missing = next((entry for entry in files if not (root / entry.path).is_file()), None)
    if missing is not None:
        raise ArtifactError(f"{label}: {missing.path} is missing in {root}: download() it again")
    _compare(files, lambda entry: str(root / entry.path), label)


def _compare(files: Sequence[Entry], place: Callable[[Entry], str], label: str) -> None:
    jobs = [Job(place(entry), entry.size or 0) for entry in files]
    for entry, job, found in zip(files, jobs, hash_files(jobs, what=f"verifying {label}"), strict=True):
        if found.sha256 != entry.digest:
            expected = (entry.digest or "", entry.size or 0)
            text = damage(f"{label}: {entry.path}", job.path, expected, (found.sha256, found.stamp[2]))
            raise _DamagedError(text, expected[0])
