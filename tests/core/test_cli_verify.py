"""`trailmark verify`."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest

from cli_support import begin_run, call, log, plain, rows_of, seen, write_run
from trailmark.cli.verify import check_journal
from trailmark.journal import frames
from trailmark.journal.records import Exit, Row, encode

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return the journal of a finished run of ten rows."""
    [path] = write_run(tmp_path, "r1", config={"lr": 0.1}).glob("*.journal")
    return path


def places(data: bytes) -> list[int]:
    """Return where the frames of a journal begin."""
    found = [len(frames.MAGIC)]
    while found[-1] < len(data):
        found.append(found[-1] + frames.HEAD.size + struct.unpack_from("<I", data, found[-1])[0])
    return found[:-1]


def test_a_good_run_has_counts(tmp_path: Path, journal: Path) -> None:
    """Journals, records, rows and bytes are counted, and the exit code is 0."""
    [line] = seen(tmp_path, "verify", "r1")
    size = journal.stat().st_size / 1000
    assert line == f"✓ digits/r1  1 journal · 3 records · 10 rows · {size:.1f} kB · no faults"


def test_a_pipe_gets_a_line_for_each_journal(tmp_path: Path, journal: Path) -> None:
    """Path, records, rows, bytes and the number of faults are parted by tabs."""
    [row] = rows_of(tmp_path, "verify", "r1")
    assert row == ["journal", str(journal), "3", "10", str(journal.stat().st_size), "0"]


def test_every_flipped_byte_is_found(journal: Path) -> None:
    """Whichever byte is damaged, there is a fault at the frame that holds it."""
    data = journal.read_bytes()
    starts = [0, *places(data)]
    for at in range(len(data)):
        journal.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        check = check_journal(journal)
        frame = max(start for start in starts if start <= at)
        assert any(fault.offset == frame for fault in check.faults), f"byte {at}: {check}"


def test_every_truncation_is_told_from_damage(journal: Path) -> None:
    """A journal that ends within a record has a torn tail of that length, and no fault."""
    data = journal.read_bytes()
    starts = places(data)
    for size in range(len(frames.MAGIC) + 1, len(data)):
        journal.write_bytes(data[:size])
        check = check_journal(journal)
        begun = max(start for start in [*starts, len(data)] if start <= size)
        expected = (begun, size - begun) if size > begun else None
        assert (check.torn[:2] if check.torn else None) == expected, f"{size} bytes"
        assert not check.faults


def test_a_fault_is_named_with_its_place(tmp_path: Path, journal: Path) -> None:
    """Offset, size and reason are told, and the exit code is 1."""
    data = bytearray(journal.read_bytes())
    start, end = places(bytes(data))[4:6]
    data[start + 10] ^= 1
    journal.write_bytes(bytes(data))
    result = call(tmp_path, "verify", "r1")
    assert result.exit_code == 1
    assert f"fault\t{journal}\t{start}\t{end - start}\tdamaged bytes" in result.stdout.splitlines()
    text = plain(call(tmp_path, "verify", "r1", terminal=100).stdout)
    assert f"offset {start:,} · {end - start} bytes · damaged bytes" in text


def test_a_torn_tail_is_no_fault(tmp_path: Path) -> None:
    """What a killed writer leaves is shown, and the exit code is 0."""
    writer = begin_run(tmp_path, "r1")
    log(writer, 0, loss=1.0)
    with writer.path.open("ab") as file:
        file.write(frames.encode(encode(Row(step=1, time=0.0, data={"a": "b"})), writer.size_bytes)[:-3])
    lines = seen(tmp_path, "verify", "r1")
    assert lines[0].endswith("no faults")
    assert "torn tail: a record that was not written to its end" in lines[-1]


def test_zeros_at_the_end_are_a_fault(journal: Path) -> None:
    """Blocks of zeros, which some file systems leave after a power failure, are named as such."""
    size = journal.stat().st_size
    with journal.open("ab") as file:
        file.write(bytes(100))
    [fault] = check_journal(journal).faults
    assert fault[:2] == (size, 100)
    assert "power failure" in fault.reason


def test_rows_that_are_missing_without_a_trace_are_found(tmp_path: Path) -> None:
    """An exit record that tells of other rows than there are is a fault."""
    writer = begin_run(tmp_path, "r1")
    log(writer, 0, loss=1.0)
    writer.fold.record(Row(step=9, time=0.0, data={"ghost": 1}))
    writer.close(Exit(time=1.0))
    [fault] = check_journal(writer.path).faults
    assert fault.reason == "the exit record tells of 2 rows up to step 9, but there are 1 up to step 0"


def test_an_empty_journal_is_a_torn_tail(tmp_path: Path) -> None:
    """A writer that was killed before its first record leaves an empty file."""
    path = tmp_path / "x.journal"
    path.touch()
    check = check_journal(path)
    assert check.torn is not None
    assert check.torn.reason == "an empty file"
    assert not check.faults


def test_a_foreign_file_is_a_fault(tmp_path: Path) -> None:
    """A file that is no journal is said to be none."""
    path = tmp_path / "x.journal"
    path.write_bytes(b"PK\x03\x04" * 100)
    assert "magic" in check_journal(path).faults[0].reason


def test_a_version_to_come_is_a_fault(tmp_path: Path) -> None:
    """A journal of a later version says that Trailmark is to be upgraded."""
    path = tmp_path / "x.journal"
    path.write_bytes(b"TRAILMK9" + bytes(8))
    assert "upgrade" in check_journal(path).faults[0].reason


def test_files_directories_and_the_root_can_be_verified(tmp_path: Path, journal: Path) -> None:
    """The target is a file, a directory with runs below it, a run, or, if it is left out, the root."""
    write_run(tmp_path, "r2", project="other")
    assert len(rows_of(tmp_path, "verify")) == 2
    assert len(rows_of(tmp_path, "verify", str(tmp_path))) == 2
    assert len(rows_of(tmp_path, "verify", str(tmp_path / "other"))) == 1
    assert len(rows_of(tmp_path, "verify", str(journal))) == 1
    assert seen(tmp_path, "verify")[-1].startswith("In all: 2 journals")


def test_a_directory_without_journals_is_a_usage_error(tmp_path: Path) -> None:
    """There is nothing to verify in an empty directory."""
    (tmp_path / "empty").mkdir()
    result = call(tmp_path, "verify", str(tmp_path / "empty"))
    assert result.exit_code == 2
    assert "there is no journal" in result.stderr


def test_a_run_is_found_beside_a_folder_of_its_name(
    tmp_path: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without journals in the current directory does not hide the run of that name."""
    (tmp_path / "here" / "r1").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert rows_of(tmp_path, "verify", "r1")[0][1] == str(journal)


def test_json_names_each_fault(tmp_path: Path, journal: Path) -> None:
    """--json gives an object for each journal, with its faults."""
    data = bytearray(journal.read_bytes())
    data[places(bytes(data))[4] + 9] ^= 1
    journal.write_bytes(bytes(data))
    [check] = json.loads(call(tmp_path, "verify", "--json").stdout)
    assert check["path"] == str(journal)
    assert check["faults"][0]["reason"] == "damaged bytes"
    assert check["torn"] is None


def test_verifying_changes_nothing(tmp_path: Path, journal: Path) -> None:
    """Nothing is repaired, cached or written."""
    journal.write_bytes(journal.read_bytes()[:-5])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    call(tmp_path, "verify")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
