"""The files of media in a run: written by other threads, whole, with a record of their digests."""

from __future__ import annotations

import hashlib
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark._run import media_files
from trailmark.errors import LogTypeError, MediaError
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import MediaFile, Row
from trailmark.media.media import Media

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from trailmark import Run
    from trailmark.media.media import Folder

HERE = str(Path(__file__).parent)


class Note(Media):
    """A media object whose file holds `data`; `before` is called by whoever writes it."""

    kind = "note"

    def __init__(self, data: bytes = b"data", before: Callable[[], Any] | None = None, held_bytes: int = 1) -> None:
        self.data = data
        self.before = before
        self.held_bytes = held_bytes
        self.writer: str | None = None

    def store(self, folder: Folder) -> dict[str, Any]:
        """Write the data."""

        def encode(file: BinaryIO) -> None:
            self.writer = threading.current_thread().name
            file.write(self.data[:1])
            if self.before is not None:
                self.before()
            file.write(self.data[1:])

        return {"path": folder.encode("note", "txt", encode, held_bytes=self.held_bytes)}


class Copied(Media):
    """A media object that is a file already."""

    kind = "copied"

    def __init__(self, source: Path) -> None:
        self.source = source

    def store(self, folder: Folder) -> dict[str, Any]:
        """Copy the file."""
        labels = folder.share("labels", "json", b"[1, 2]")
        return {"path": folder.copy("copied", self.source), "labels": labels}


def _records(run: Run, kind: type) -> list[Any]:
    items = [item for path in sorted(run.path_on_disk.glob("*.journal")) for item in Reader(path).read()]
    return [item.record for item in items if isinstance(item, Entry) and isinstance(item.record, kind)]


def _files(run: Run) -> list[Path]:
    return [path for path in (run.path_on_disk / "files").rglob("*") if path.is_file()]


def test_a_row_refers_to_its_files_and_a_record_follows_with_digest_and_size(begin: Callable[..., Run]) -> None:
    """`log` writes the row; finish has waited for the file, whose digest and size are recorded."""
    run = begin()
    note = Note(b"some bytes")
    run.log({"val/note": note, "loss": 1.0}, step=3)
    run.finish()
    (row,) = _records(run, Row)
    (file,) = _records(run, MediaFile)
    assert row.data == {"val/note": {"_type": "note", "path": file.path}, "loss": 1.0}
    assert re.fullmatch(r"media/note/val_note_3_[0-9a-f]{8}\.txt", file.path)
    assert (run.path_on_disk / "files" / file.path).read_bytes() == b"some bytes"
    assert (file.size, file.sha256, file.error) == (10, hashlib.sha256(b"some bytes").hexdigest(), None)
    assert note.writer is not None
    assert note.writer.startswith("trailmark-media")


def test_the_row_is_written_before_its_files(begin: Callable[..., Run]) -> None:
    """Whoever writes a file finds the row that refers to it in the journal, also where `log` writes it itself."""
    run = begin()
    seen: list[int] = []
    notes = [Note(before=lambda: seen.append(len(_records(run, Row)))) for _ in range(2)]
    run.log({"first": notes[0]})
    run.media.stop(10)
    run.log({"second": notes[1]})
    run.finish()
    assert seen == [1, 2]
    assert notes[1].writer == threading.current_thread().name


def test_a_file_is_not_there_until_it_is_whole(begin: Callable[..., Run]) -> None:
    """While a file is written it has another name, which readers do not look for."""
    run = begin()
    seen: list[list[str]] = []
    run.log({"note": Note(before=lambda: seen.append([path.name for path in _files(run)]))})
    run.finish()
    ((name,),) = seen
    assert re.fullmatch(r"\.note_0_[0-9a-f]{8}\.txt-[0-9a-f]{8}", name)
    assert [path.read_bytes() for path in _files(run)] == [b"data"]


def test_a_failing_encoder_stops_nothing(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be encoded is warned of and recorded; the next file is written."""

    def fail() -> None:
        raise ValueError("no such codec")

    run = begin()
    run.log({"bad": Note(before=fail)})
    run.log({"good": Note()})
    run.finish()
    errors = {record.path.split("/")[-1].split("_")[0]: record.error for record in _records(run, MediaFile)}
    assert errors == {"bad": "ValueError: no such codec", "good": None}
    assert len(_files(run)) == 1
    assert "no such codec" in capsys.readouterr().err


def test_what_waits_is_bounded(begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """When too many bytes wait to be written, the caller of `log` writes its file itself."""
    monkeypatch.setattr(media_files, "LIMIT_BYTES", 3 * 4096)
    run, go = begin(), threading.Event()
    slow = [Note(before=go.wait, held_bytes=50) for _ in range(2)]
    run.log({"a": slow})
    late = Note(held_bytes=50)
    run.log({"b": late})
    assert late.writer == threading.current_thread().name
    go.set()
    run.finish()
    assert len(_files(run)) == 3


def test_finish_waits_no_longer_than_its_bound(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not written in time is recorded as lost, and finish returns."""
    run, go = begin(settings={"finish_timeout_s": 0.2}), threading.Event()
    notes = [Note(before=go.wait) for _ in range(4)]
    run.log({"notes": notes})
    run.finish()
    go.set()
    assert "4 media files are lost" in capsys.readouterr().err
    errors = [record.error for record in _records(run, MediaFile)]
    assert len(errors) == 2  # of those that no thread had begun
    assert all("before it was written" in error for error in errors)


def test_finish_waits_as_long_as_files_are_completed(begin: Callable[..., Run]) -> None:
    """Many files that take their time are not given up, though all together need longer than the bound."""
    run = begin(settings={"finish_timeout_s": 0.5})
    run.log({"notes": [Note(before=lambda: time.sleep(0.1)) for _ in range(24)]})
    run.finish()
    assert len(_files(run)) == 24


def test_a_forked_child_writes_its_files_at_once(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Nobody waits for a child's threads, so it needs none; a lock that its parent holds does not matter."""
    done = script(
        """
import os, pathlib, sys, threading
import trailmark
from trailmark.media.media import Media
class Note(Media):
    kind = "note"
    def __init__(self, before=None):
        self.before = before
    def store(self, folder):
        def encode(file):
            if self.before: self.before()
            file.write(b"data")
        return {"path": folder.encode("note", "txt", encode, held_bytes=1)}

run = trailmark.init(project="p", settings={"quiet": True, "console": "off", "system": False})
go = threading.Event()
run.log({"parent": Note(go.wait)})
child = os.fork()
if not child:
    run.log({"child": Note()})
    found = list(pathlib.Path(run.dir).rglob("child_*"))
    os._exit(0 if len(found) == 1 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
go.set()
run.finish()
print(sorted(path.name.split("_")[0] for path in pathlib.Path(run.dir).glob("media/note/*.txt")))
"""
    )
    assert (done.returncode, done.stdout.split("\n")[:2]) == (0, ["0", "['child', 'parent']"]), done.stderr


def test_a_process_that_got_the_run_writes_at_once(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A spawned worker that gets the run pickled logs media, too."""
    run = begin()
    (tmp_path / "run.pickle").write_bytes(pickle.dumps(run))
    (tmp_path / "a.bin").write_bytes(b"abc")
    source = f"""
import pathlib, pickle, sys
sys.path.insert(0, {HERE!r})
from test_media_files import Copied
run = pickle.loads(pathlib.Path({str(tmp_path / "run.pickle")!r}).read_bytes())
run.log({{"copy": Copied(pathlib.Path({str(tmp_path / "a.bin")!r}))}}, step=7)
"""
    subprocess.run([sys.executable, "-c", source], check=True, timeout=60)
    run.finish()
    records = {record.path.split("/")[1]: record for record in _records(run, MediaFile)}
    assert set(records) == {"copied", "labels"}
    assert (run.path_on_disk / "files" / records["copied"].path).read_bytes() == b"abc"


def test_a_disabled_run_writes_no_file(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A run that keeps nothing takes media and writes nothing, not even a folder."""
    run = begin(mode="disabled")
    run.log({"note": Note(), "copy": Copied(tmp_path / "missing")})
    run.finish()
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("key", ["../../../etc/passwd", "/abs", "a" * 300, "\0", "ключ" * 100, "..", "a\\b", ".-"])
def test_no_key_leads_out_of_the_run(begin: Callable[..., Run], key: str) -> None:
    """Whatever a key is called, its file lies in the folder of its kind, under a name that any disk takes."""
    run = begin()
    run.log({key: Note()})
    run.finish()
    (file,) = _files(run)
    assert file.parent == run.path_on_disk / "files/media/note"
    assert len(file.name.encode()) < 200


def test_a_copied_file_is_a_snapshot(begin: Callable[..., Run], tmp_path: Path) -> None:
    """What becomes of a file after `log` changes nothing."""
    run, source = begin(), tmp_path / "a.bin"
    source.write_bytes(b"first")
    run.log({"file": Copied(source)})
    source.write_bytes(b"second")
    run.log({"file": Copied(source)})
    source.unlink()
    run.finish()
    names = [row.data["file"]["path"] for row in _records(run, Row)]
    assert [(run.path_on_disk / "files" / name).read_bytes() for name in names] == [b"first", b"second"]
    assert sorted(record.size for record in _records(run, MediaFile)) == [5, 6, 6]


def test_a_missing_file_raises_and_logs_nothing(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A path that cannot be read is the caller's fault: no row is written, and the step stays."""
    run = begin()
    with pytest.raises(MediaError, match=r"missing\.bin cannot be read"):
        run.log({"file": Copied(tmp_path / "missing.bin"), "loss": 1.0})
    assert run.step == 0
    run.finish()
    assert not _records(run, Row)


def test_shared_bytes_are_kept_once(begin: Callable[..., Run], tmp_path: Path) -> None:
    """Class labels that many images have in common are one file."""
    run = begin()
    (tmp_path / "a.bin").write_bytes(b"abc")
    for _ in range(3):
        run.log({"copy": Copied(tmp_path / "a.bin")})
    run.finish()
    assert len({row.data["copy"]["labels"] for row in _records(run, Row)}) == 1
    assert len(list((run.path_on_disk / "files/media/labels").iterdir())) == 1


def test_one_object_is_stored_once(begin: Callable[..., Run]) -> None:
    """An object that is logged again refers to the file that it has in this run; another run gets its own."""
    note, names = Note(), []
    for number in range(2):
        run = begin(id=f"r{number}")
        run.log({"a": note})
        run.log({"b": [note, note]})
        run.finish()
        first, second = _records(run, Row)
        assert second.data["b"] == [first.data["a"]] * 2
        names.append(first.data["a"]["path"])
        assert len(_files(run)) == 1
    assert names[0] != names[1]


def test_a_list_holds_one_kind(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A list of several kinds of media, or with other things among them, is refused, and nothing of it is logged."""
    run = begin()
    for odd in (Copied(tmp_path), "text", None):
        with pytest.raises(LogTypeError, match=rf"'mixed' is a list of Note that also holds {type(odd).__name__}"):
            run.log({"mixed": [Note(), odd]})
    with pytest.raises(LogTypeError, match="holds Note where only plain values"):
        run.log({"deep": [[Note()]]})
    with pytest.raises(LogTypeError, match="holds Note where only plain values"):
        run.config["note"] = Note()
    run.finish()
    assert not _files(run)
    assert not _records(run, Row)


def test_the_summary_takes_media(begin: Callable[..., Run]) -> None:
    """A media object set in the summary is stored as a logged one."""
    run = begin()
    run.summary["best"] = Note(b"best")
    run.finish()
    record = trailmark.Api(run.path_on_disk.parents[1]).run("p/" + run.id).summary["best"]
    assert (run.path_on_disk / "files" / record["path"]).read_bytes() == b"best"


def test_a_full_disk_stops_nothing(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """When the folder for media cannot be made, rows are logged all the same."""
    run = begin()
    (Path(run.dir) / "media").write_text("in the way")
    run.log({"note": Note(), "loss": 1.0})
    run.finish()
    (row,) = _records(run, Row)
    assert row.data["loss"] == 1.0
    assert "is not written" in capsys.readouterr().err
    assert _records(run, MediaFile)[0].error


def test_a_killed_run_keeps_its_rows_and_no_half_file(tmp_path: Path) -> None:
    """After kill -9 in the middle of a file the row is there, and the file is not."""
    source = f"""
import os, pathlib, signal, sys, time
sys.path.insert(0, {HERE!r})
import trailmark
from test_media_files import Note
run = trailmark.init(project="p", id="r", dir={str(tmp_path)!r}, settings={{"quiet": True, "console": "off"}})
run.log({{"done": Note(b"done")}})
deadline = time.monotonic() + 30
while not list(pathlib.Path(run.dir).rglob("done_*")) and time.monotonic() < deadline:
    time.sleep(0.01)
run.log({{"note": Note(before=lambda: os.kill(os.getpid(), signal.SIGKILL)), "loss": 0.5}})
time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", source], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    run = trailmark.Api(tmp_path).run("p/r")
    assert run.series("loss").value.tolist() == [0.5]
    record = run.series("note").value[0]
    assert not (tmp_path / "p/r/files" / record["path"]).exists()
    assert [path.read_bytes() for path in (tmp_path / "p/r/files/media/note").glob("done_*")] == [b"done"]


def test_a_fork_has_the_media_of_its_parent(begin: Callable[..., Run]) -> None:
    """A run forked from another is whole without it."""
    parent = begin(id="parent")
    parent.log({"note": Note(b"from the parent")})
    parent.finish()
    fork = begin(id="fork", fork_from="parent?_step=0")
    fork.finish()
    api = trailmark.Api(fork.path_on_disk.parents[1])
    api.run("p/parent").delete()
    record = api.run("p/fork").series("note").value[0]
    assert (fork.path_on_disk / "files" / record["path"]).read_bytes() == b"from the parent"


def test_a_full_disk_is_told_once(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Of many files that fail for one reason the first is told, and at the end how many they were."""
    run = begin()
    (Path(run.dir) / "media").write_text("in the way")
    for _ in range(20):
        run.log({"note": Note()})
    run.finish()
    told = capsys.readouterr().err
    assert told.count("is not written") == 1
    assert "20 media files could not be written in all" in told
    assert len([record for record in _records(run, MediaFile) if record.error]) == 20
