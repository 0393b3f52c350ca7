"""Tests of reading files for their digests."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from artifacts_support import write
from trailmark.artifacts import hashing
from trailmark.artifacts.hashing import Crew, Hashed, Job, hash_files, read_file
from trailmark.errors import ArtifactError


def jobs(paths: list[Path], *, copy: bool = False) -> list[Job]:
    """Return what to read."""
    return [Job(str(path), path.stat().st_size, copy) for path in paths]


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 5 * 2**20])
def test_digests_are_sha256(tmp_path: Path, size: int) -> None:
    """Files of any size, also around that of a buffer, have the digest that hashlib gives."""
    data = os.urandom(size)
    path = write(tmp_path / "a", data)
    assert [found.sha256 for found in hash_files(jobs([path]))] == [hashlib.sha256(data).hexdigest()]


def test_many_files_keep_their_order(tmp_path: Path) -> None:
    """What several threads find stands in the order of the files."""
    paths = [write(tmp_path / str(number), f"{number}" * number) for number in range(300)]
    expected = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    assert [found.sha256 for found in hash_files(jobs(paths), threads=4)] == expected


@pytest.mark.parametrize("count", [1, 200])
def test_copies_are_made_in_the_same_read(tmp_path: Path, count: int) -> None:
    """A copy has the bytes, may not be written to, and is named so that it is known if it is left behind."""
    paths = [write(tmp_path / f"{number}", f"{number}") for number in range(count)]
    (tmp_path / "copies").mkdir()
    for path, found in zip(paths, hash_files(jobs(paths, copy=True), folder=tmp_path / "copies"), strict=True):
        copy = Path(found.copy or "")
        assert copy.read_bytes() == path.read_bytes()
        assert copy.stat().st_mode & 0o777 == 0o444
        assert copy.name.startswith(".copy-")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there, and one whose reading fails, are errors with their names; no thread goes on."""
    paths = [write(tmp_path / f"{number}") for number in range(200)]
    with pytest.raises(ArtifactError, match=r"gone cannot be read: No such file"):
        hash_files([*jobs(paths), Job(str(tmp_path / "gone"), 1)])
    if Path("/proc/self/mem").exists():
        with pytest.raises(ArtifactError, match=r"/proc/self/mem cannot be read: Input/output error"):
            hash_files([Job("/proc/self/mem", 1)])
    assert not [thread for thread in threading.enumerate() if thread.name == "trailmark-hash"]


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    """A pipe that took the place of a file is an error at once."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArtifactError, match="named pipe"):
        hash_files([Job(str(tmp_path / "pipe"), 1)])


def test_a_file_that_changes_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes while it is read once is read as it is then; the copy of the first read is gone."""
    path = write(tmp_path / "a", "old")
    real = os.readv
    calls: list[int] = []

    def readv(descriptor: int, buffers: list[memoryview]) -> int:
        count = real(descriptor, buffers)
        if not calls:
            write(path, "newer")
        calls.append(count)
        return count

    monkeypatch.setattr(os, "readv", readv)
    (tmp_path / "copies").mkdir()
    [found] = hash_files([Job(str(path), 3, copy=True)], folder=tmp_path / "copies")
    assert found.sha256 == hashlib.sha256(b"newer").hexdigest()
    assert [each.read_text() for each in (tmp_path / "copies").iterdir()] == ["newer"]


def test_a_file_that_keeps_changing_is_refused(tmp_path: Path) -> None:
    """A file that is appended to all the time is an error that names it, and leaves no copy."""
    path = write(tmp_path / "log", b"")
    os.truncate(path, 64 << 20)  # so large that the other thread gets its turn while it is read
    stop = threading.Event()

    def append() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x")

    (tmp_path / "copies").mkdir()
    writer = threading.Thread(target=append)
    writer.start()
    try:
        with pytest.raises(ArtifactError, match=r"log changes while it is read"):
            hash_files([Job(str(path), 1, copy=True)], folder=tmp_path / "copies")
    finally:
        stop.set()
        writer.join()
    assert not list((tmp_path / "copies").iterdir())


def test_an_interrupt_ends_all_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while threads read stops them at the next buffer."""
    path = write(tmp_path / "big", bytes(32 << 20))
    began = threading.Event()

    def read(job: Job, buffer: memoryview, crew: Crew) -> Hashed:
        began.set()
        while True:  # a file without an end
            found = read_file(job, buffer, crew)
            assert found.sha256

    def interrupt(_bar: object, _done: int) -> None:
        assert began.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr("trailmark.artifacts.hashing.Bar.show", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Crew([Job(str(path), 1 << 30)] * 2, read).run("hashing", 2)
    assert not [thread for thread in threading.enumerate() if thread.name == "trailmark-hash"]


def test_clones_share_blocks_or_refuse(tmp_path: Path) -> None:
    """Where the file system cannot share blocks, the caller learns that it must copy."""
    source, target = write(tmp_path / "a", "abc"), tmp_path / "b"
    with source.open("rb") as reading, target.open("wb") as writing:
        cloned = hashing.clone(reading.fileno(), writing.fileno())
    assert target.read_text() == ("abc" if cloned else "")
