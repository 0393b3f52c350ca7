"""References: files that stay where they are, by URI; the artifact keeps a digest of them, as their place tells it.

``file://`` gives SHA-256, ``http(s)://`` the ETag, ``s3://``, ``gs://`` and others what fsspec knows. Contents are read
only of local files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from trailmark._term import termwarn
from trailmark.artifacts import naming
from trailmark.artifacts.entry import Entry
from trailmark.artifacts.hashing import Job, hash_files
from trailmark.artifacts.scan import scan
from trailmark.errors import ArtifactError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    import requests

MAX_OBJECTS = 10_000_000  # as in W&B
_TIMEOUT_S = 30
_CHUNK_BYTES = 1 << 20
_HEAD_REFUSED = {403, 405, 501}


def resolve(uri: str, name: str | None, *, checksum: bool, max_objects: int | None) -> list[Entry]:
    """Return the entries of a URI: one, or all below it if it is a folder.

    Raises:
        ArtifactError: the URI is none, or what it names is not there or cannot be reached, or is too much.
        MissingPackageError: fsspec, or its part for this scheme, is needed.
    """
    parts = urlsplit(uri) if isinstance(uri, str) else None
    if parts is None or not parts.scheme:
        raise ArtifactError(f"a reference is a URI such as s3://bucket/key, got {uri!r}: for a local path use file://")
    if parts.password:
        raise ArtifactError(
            f"the URI of a reference is kept with the artifact, and this one to {parts.hostname} has a password"
        )
    if name is not None:
        name = naming.check_entry(name.removesuffix("/"))
    limit = MAX_OBJECTS if max_objects is None else max_objects
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise ArtifactError(f"{uri} has no absolute path: write file:///folder/file")
        return _local(uri, unquote(parts.path), name, checksum=checksum, limit=limit)
    if parts.scheme in ("http", "https"):
        return [_web(uri, naming.check_entry(name or unquote(Path(parts.path).name) or "index"), checksum=checksum)]
    return _remote(uri, name, checksum=checksum, limit=limit)


def _local(uri: str, path: str, name: str | None, *, checksum: bool, limit: int) -> list[Entry]:
    place = Path(path)
    if place.is_file():
        names, paths, sizes = [name or place.name], [str(place)], [place.stat().st_size]
    elif place.is_dir():
        found = scan(path)
        _check_count(len(found.names), limit, uri)
        prefix = f"{name}/" if name else ""
        order = sorted(range(len(found.names)), key=found.names.__getitem__)
        names = [prefix + found.names[index] for index in order]
        paths = [found.paths[index] for index in order]
        sizes = [found.stamps[index][2] for index in order]
    else:
        raise ArtifactError(f"{uri} is no file or folder on this machine")
    naming.check_entries(names)
    digests: list[str | None] = [None] * len(paths)
    if checksum:
        jobs = [Job(each, size) for each, size in zip(paths, sizes, strict=True)]
        digests = [each.sha256 for each in hash_files(jobs, what=f"hashing {len(jobs)} files")]
    return [
        Entry(each, size, digest, f"file://{quote(os.path.abspath(where))}")  # noqa: PTH100 (a str is at hand)
        for each, where, size, digest in zip(names, paths, sizes, digests, strict=True)
    ]


def _web(uri: str, name: str, *, checksum: bool) -> Entry:
    if not checksum:
        return Entry(name, None, None, uri)
    with _request(uri) as answer:
        return Entry(name, _length(answer), _etag(answer), uri)


def _request(uri: str, *, body: bool = False) -> requests.Response:
    """Return the answer to HEAD, or GET where the body is wanted or HEAD is refused.

    Raises:
        ArtifactError: there is no good answer.
    """
    import requests

    try:
        answer = requests.request(
            "GET" if body else "HEAD",
            uri,
            timeout=_TIMEOUT_S,
            allow_redirects=True,
            stream=True,
            headers={"Accept-Encoding": "identity"},  # else the length is that of what is sent
        )
    except requests.RequestException as error:
        raise ArtifactError(f"{uri} cannot be reached: {error}") from error
    if not body and answer.status_code in _HEAD_REFUSED:
        answer.close()
        return _request(uri, body=True)
    if not answer.ok:
        answer.close()
        raise ArtifactError(f"{uri} cannot be read: the answer is {answer.status_code} {answer.reason}")
    return answer


def _length(answer: requests.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _etag(answer: requests.Response) -> str | None:
    found = answer.headers.get("ETag")
    return found.removeprefix("W/").strip('"') if found else None


def _remote(uri: str, name: str | None, *, checksum: bool, limit: int) -> list[Entry]:
    system, path = _system(uri)
    try:
        info = system.info(path)
        infos = {path: info} if info["type"] != "directory" else system.find(path, detail=True)
    except Exception as error:  # each package has its own, of missing credentials for one
        raise ArtifactError(f"{uri} cannot be read: {type(error).__name__}: {error}") from error
    _check_count(len(infos), limit, uri)
    base = path.rstrip("/")
    entries = []
    for each, about in sorted(infos.items()):
        below = each[len(base) :].strip("/")  # "" of a single file
        full = "/".join(part for part in ((name or "") if below else name or base.rpartition("/")[2], below) if part)
        digest = _fingerprint(about) if checksum else None
        place = f"{uri.rstrip('/')}/{below}" if below else uri
        entries.append(Entry(naming.check_entry(full), about.get("size"), digest, place))
    return entries


def _system(uri: str) -> tuple[Any, str]:
    """Return the file system of a URI, and the path in it."""
    try:
        import fsspec  # type: ignore[import-untyped, unused-ignore]  # not everybody has it
    except ImportError as error:
        raise MissingPackageError("fsspec", f"a reference to {uri}") from error
    try:
        system, path = fsspec.core.url_to_fs(uri)
    except ImportError as error:  # "Install s3fs to access S3"
        package = next((word for word in str(error).split() if word.endswith("fs")), error.name or "fsspec")
        raise MissingPackageError(package, f"a reference to {uri}") from error
    except ValueError as error:
        raise ArtifactError(f"{uri} cannot be a reference: {error}") from error
    except Exception as error:  # some connect at once, and each package has its own errors
        raise ArtifactError(f"{uri} cannot be reached: {type(error).__name__}: {error}") from error
    return system, str(path)


def _fingerprint(about: dict[str, Any]) -> str | None:
    """Return what tells whether an object changed, of what its place says of it."""
    for key in ("ETag", "etag", "md5Hash", "md5", "sha256", "checksum"):
        if isinstance(about.get(key), str) and about[key]:
            return str(about[key]).strip('"')
    for key in ("LastModified", "updated", "last_modified", "mtime", "created"):
        if about.get(key) is not None:
            changed = about[key]
            return f"{about.get('size')}-{changed.timestamp() if hasattr(changed, 'timestamp') else changed}"
    return None


def _check_count(count: int, limit: int, uri: str) -> None:
    if count > limit:
        raise ArtifactError(f"{uri} has {count} files, at most {limit} are taken: set max_objects")


def fetch(entry: Entry, target: BinaryIO) -> None:
    """Write what a reference names to `target`.

    Raises:
        ArtifactError: it is not there, or not what it was when it was logged.
    """
    uri = entry.ref_target()
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        with _request(uri, body=True) as answer:
            _check_same(entry, _etag(answer))
            got, expected = _write(target, answer.iter_content(_CHUNK_BYTES), uri), _length(answer)
            if expected not in (None, got) and "Content-Encoding" not in answer.headers:  # old urllib3 does not look
                raise ArtifactError(f"{uri} cannot be read to its end: {got} of {expected} bytes came")
        return
    if parts.scheme == "file":
        source: Any = _open_local(entry, unquote(parts.path))
    else:
        system, path = _system(uri)
        try:
            about = system.info(path)
            source = system.open(path, "rb")
        except Exception as error:  # as in `_remote`
            raise ArtifactError(f"{uri} cannot be read: {type(error).__name__}: {error}") from error
        _check_same(entry, _fingerprint(about))
    with source:
        _write(target, _chunks(source), uri)


def _write(target: BinaryIO, chunks: Iterator[bytes], uri: str) -> int:
    """Write what is read from a place, and return how many bytes that were.

    Raises:
        ArtifactError: the place gives no more.
        OSError: the disk is full, or fails.
    """
    count = 0
    while True:
        try:
            chunk = next(chunks, None)
        except Exception as error:  # as in `_remote`
            raise ArtifactError(f"{uri} cannot be read to its end: {type(error).__name__}: {error}") from error
        if chunk is None:
            return count
        count += target.write(chunk)


def _open_local(entry: Entry, path: str) -> BinaryIO:
    if not Path(path).is_file():
        raise ArtifactError(f"{entry.path} refers to {path}, which is not there (any more)")
    if entry.digest is not None:
        [found] = hash_files([Job(path, entry.size or 0)])
        _check_same(entry, found.sha256)
    return Path(path).open("rb")


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk


def _check_same(entry: Entry, digest: str | None) -> None:
    if entry.digest is not None and digest is not None and digest != entry.digest:
        raise ArtifactError(
            f"{entry.path} refers to {entry.ref}, which changed after it was logged: "
            f"expected {entry.digest}, got {digest}"
        )


def warn_missing(entry: Entry, error: ArtifactError) -> None:
    """Tell that a reference is left out of a download."""
    termwarn(f"{entry.path} is left out: {error}")
