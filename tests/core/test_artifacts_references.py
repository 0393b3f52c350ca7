"""Tests of references: files that stay where they are."""

from __future__ import annotations

import functools
import hashlib
import http.server
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, contents, folder
from trailmark.artifacts.artifact import Artifact
from trailmark.errors import ArtifactError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files with an ETag; refuses HEAD below /nohead; breaks off in the middle of what is called broken."""

    def end_headers(self) -> None:
        """Add what the tests look at."""
        path = Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("ETag", f'W/"{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"')
        super().end_headers()

    def do_HEAD(self) -> None:
        """Answer, or refuse."""
        if self.path.startswith("/nohead"):
            self.send_response(405)
            super().end_headers()
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        """Answer, whole or not."""
        if self.path == "/broken":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            super().end_headers()
            self.wfile.write(b"only this")
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of its base)
        """Keep quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serve the folder ``www``."""
    handler = functools.partial(_Handler, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
        thread.join()


@pytest.fixture
def draft() -> Artifact:
    """Return an empty draft."""
    return Artifact("x", "dataset")


def test_a_local_file(draft: Artifact, tmp_path: Path) -> None:
    """A file is kept as its URI, SHA-256 and size; nothing of it gets into the root; download copies it."""
    path = at_rest(tmp_path / "a b.bin", "abc")
    [entry] = draft.add_reference(path.as_uri())
    assert (entry.path, entry.size, entry.digest) == ("a b.bin", 3, hashlib.sha256(b"abc").hexdigest())
    assert entry.ref_target() == path.as_uri()
    version = draft.commit(tmp_path / "root", "p")
    assert (version.size, version.file_count) == (3, 1)
    assert contents(Path(version.download(tmp_path / "out"))) == {"a b.bin": "abc"}
    with pytest.raises(ArtifactError, match="not kept here"):
        version.get_entry("a b.bin").local_path()


def test_a_local_folder(draft: Artifact, tmp_path: Path) -> None:
    """A folder is a reference for each file, below a name if one is given, and no more than allowed."""
    uri = folder(tmp_path / "d", 3).as_uri()
    with pytest.raises(ArtifactError, match="has 3 files, at most 2"):
        draft.add_reference(uri, max_objects=2)
    assert [entry.path for entry in draft.add_reference(uri)] == ["0.txt", "1.txt", "2.txt"]
    assert [entry.path for entry in draft.add_reference(uri, name="n")] == ["n/0.txt", "n/1.txt", "n/2.txt"]


def test_without_checksum(draft: Artifact, tmp_path: Path) -> None:
    """Nothing is read for a reference without a checksum, and what changes later is not noticed."""
    path = at_rest(tmp_path / "a", "abc")
    [entry] = draft.add_reference(path.as_uri(), checksum=False)
    assert entry.digest is None
    version = draft.commit(tmp_path / "root", "p")
    at_rest(path, "xyz")
    assert contents(Path(version.download(tmp_path / "out"))) == {"a": "xyz"}


def test_what_changed_or_is_gone(draft: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not what it was, or is gone, is an error, or left out with a warning where that is allowed."""
    path = at_rest(tmp_path / "a", "abc")
    draft.add_reference(path.as_uri())
    version = draft.commit(tmp_path / "root", "p")
    at_rest(path, "xyz")
    with pytest.raises(ArtifactError, match="changed after it was logged: expected"):
        version.download(tmp_path / "out")
    path.unlink()
    with pytest.raises(ArtifactError, match="not there"):
        version.download(tmp_path / "out")
    version.download(tmp_path / "out", allow_missing_references=True)
    assert "a is left out" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_web(draft: Artifact, tmp_path: Path, server: str) -> None:
    """A file of a web server is kept with its ETag and size, also where HEAD is refused; download fetches it."""
    at_rest(tmp_path / "www/a.bin", "abc")
    at_rest(tmp_path / "www/nohead/b.bin", "abcd")
    [first] = draft.add_reference(f"{server}/a.bin")
    [second] = draft.add_reference(f"{server}/nohead/b.bin", name="sub/b")
    assert (first.path, first.size, first.digest) == ("a.bin", 3, hashlib.sha256(b"abc").hexdigest()[:8])
    assert (second.path, second.size) == ("sub/b", 4)
    version = draft.commit(tmp_path / "root", "p")
    assert contents(Path(version.download(tmp_path / "out"))) == {"a.bin": "abc", "sub/b": "abcd"}
    at_rest(tmp_path / "www/a.bin", "new")
    with pytest.raises(ArtifactError, match="changed after it was logged"):
        version.download(tmp_path / "out")
    with pytest.raises(ArtifactError, match="the answer is 404"):
        Artifact("y", "t").add_reference(f"{server}/gone")


def test_a_server_that_is_not_there(draft: Artifact) -> None:
    """No answer is an error that names the URI; without a checksum nobody is asked."""
    uri = "http://127.0.0.1:9/x.bin"
    with pytest.raises(ArtifactError, match="cannot be reached"):
        draft.add_reference(uri)
    assert draft.add_reference(uri, checksum=False)[0].path == "x.bin"


def test_other_schemes(draft: Artifact, tmp_path: Path) -> None:
    """What fsspec opens can be referred to: files and folders, with what tells whether they changed."""
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://bucket/d/a.txt", "wb") as file:
        file.write(b"abc")
    with fsspec.open("memory://bucket/d/sub/b.txt", "wb") as file:
        file.write(b"de")
    entries = draft.add_reference("memory://bucket/d", name="n")
    assert [(entry.path, entry.size) for entry in entries] == [("n/a.txt", 3), ("n/sub/b.txt", 2)]
    draft.add_reference("memory://bucket/d/a.txt")
    version = draft.commit(tmp_path / "root", "p")
    found = contents(Path(version.download(tmp_path / "out")))
    assert found == {"n/a.txt": "abc", "n/sub/b.txt": "de", "a.txt": "abc"}
    with pytest.raises(ArtifactError, match="cannot be read"):
        draft.new_draft().add_reference("memory://bucket/gone")


def test_missing_packages(draft: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheme that needs a package is an error with the command that installs it."""
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingPackageError, match="pip install fsspec"):
        draft.add_reference("s3://bucket/key")


@pytest.mark.parametrize(
    "uri", ["/local/path", "a.txt", "", None, "file:///no/such/file", "file://relative/a", "https://me:secret@host/a"]
)
def test_bad_uris(draft: Artifact, uri: str) -> None:
    """What is no URI, names nothing, or holds a password is refused."""
    with pytest.raises(ArtifactError) as raised:
        draft.add_reference(uri)
    assert "secret" not in str(raised.value)
    assert draft.file_count == 0


def test_a_transfer_that_breaks_off(draft: Artifact, tmp_path: Path, server: str) -> None:
    """Half a file is no file: the error says so, and nothing is left."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www/broken").write_bytes(bytes(1000))
    draft.add_reference(f"{server}/broken", checksum=False)
    draft.commit(tmp_path / "root", "p")
    with pytest.raises(ArtifactError, match="cannot be read to its end"):
        draft.download(tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_errors_of_a_package(draft: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the package for a scheme raises, for missing credentials say, becomes an error that names the URI."""
    fsspec = pytest.importorskip("fsspec")

    class NoCredentialsError(Exception):
        """As botocore has."""

    def refuse(*_: object) -> dict[str, object]:
        raise NoCredentialsError("unable to locate credentials")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "info", refuse)
    with pytest.raises(ArtifactError, match="memory://b/k cannot be read: NoCredentialsError: unable to locate"):
        draft.add_reference("memory://b/k")
