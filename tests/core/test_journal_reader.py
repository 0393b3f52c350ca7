"""Tests of `trailmark.journal.reader`."""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import journal_reader
from journal_support import PROPERTY, Packed, canonical, flat, header, histories, new_writer, read_flat, write_journal
from trailmark.errors import JournalError, UnsupportedVersionError
from trailmark.journal import frames
from trailmark.journal import reader as reader_module
from trailmark.journal.reader import Entry, Fault, Reader, read_exit, read_header
from trailmark.journal.records import Console, Exit, Keys, Metric, Row, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

HISTORY = [
    *[Packed(at, 1000.0 + at, {"loss": at / 3, "n": at}) for at in range(18)],
    Metric(name="loss", summary=["min"]),
    Row(step=18, time=1018.0, data={"note": "é", "big": 1 << 80}),
    *[Packed(at, 1100.0, {"loss": 0.5, "n": at} if at % 2 else {"ok": True}) for at in range(19, 27)],
    Packed(0, 1101.0, {"cpu": 0.5}, "system"),
    Console(time=1200.0, stream="stdout", first=0, lines=["done"]),
    *[Packed(30 + at, 1300.0, {"ok": False}) for at in range(17)],
]
CHUNKS = (0, 40)  # bytes; 0: as usual


class Sample:
    """A small journal, and where its frames lie."""

    def __init__(self, folder: Path) -> None:
        self.path = write_journal(folder, HISTORY)
        self.data = self.path.read_bytes()
        self.items = read_flat(self.path)
        self.frames: list[tuple[int, int]] = []  # begin and end
        place = len(frames.MAGIC)
        while place < len(self.data):
            end = frames.payload_end(self.data, place, 0)
            self.frames.append((place, end))
            place = end
        self.ends = dict(self.frames)
        keys = b"\xa4kind\xa4keys"
        self.key_sets = [place for place in self.frames if self.data[place[0] + 9 : place[1]].startswith(keys)]

    def without(self, place: int) -> list[tuple[int, dict[str, Any]]]:
        """Return what there is but for the frame that holds the byte at `place`."""
        return [item for item in self.items if not item[0] <= place < self.ends[item[0]]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Return a small journal with everything in it."""
    return Sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(params=CHUNKS)
def chunks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read as much at once as usual, or only a few bytes."""
    size = request.param or reader_module.CHUNK_BYTES
    with mock.patch.object(reader_module, "CHUNK_BYTES", size):
        yield


@pytest.mark.usefixtures("chunks")
def test_all_that_was_written_is_read(sample: Sample) -> None:
    """Every record and row is there once, in order, and nothing is at fault."""
    reader = Reader(sample.path)
    found = [fields for _, fields in flat(reader)]
    rows = [Packed(row["step"], row["time"], row["data"], row["stream"]) for row in found if row["kind"] == "row"]
    written = [item for item in HISTORY if isinstance(item, (Packed, Row))]
    assert canonical([tuple(row) for row in rows]) == canonical(
        [(item.step, item.time, item.data, item.stream) for item in written]
    )
    assert [fields["kind"] for fields in found if fields["kind"] != "row"] == ["header", "metric", "console", "exit"]
    assert (reader.faults, reader.offset, reader.size) == ([], len(sample.data), len(sample.data))


@pytest.mark.usefixtures("chunks")
def test_a_journal_cut_at_any_byte_keeps_what_is_before(sample: Sample, tmp_path: Path) -> None:
    """Of a file cut anywhere all whole records are there; the torn one is no fault, as it may still grow."""
    path = tmp_path / "cut"
    path.write_bytes(sample.data)
    for size in range(len(sample.data), -1, -1):
        os.truncate(path, size)
        reader = Reader(path)
        assert flat(reader) == [item for item in sample.items if sample.ends[item[0]] <= size], size
        assert reader.faults == []
        assert reader.offset == max((end for _, end in sample.frames if end <= size), default=8 if size >= 8 else 0)


@pytest.mark.usefixtures("chunks")
def test_a_flipped_byte_costs_its_own_record_only(sample: Sample, tmp_path: Path) -> None:
    """Whichever byte is wrong, all records before and after its own are there, and no other."""
    path = tmp_path / "flipped"
    stride = 1 if len(sample.data) < reader_module.CHUNK_BYTES else 3
    for place in range(0, len(sample.data), stride):
        data = bytearray(sample.data)
        data[place] ^= 0xFF
        path.write_bytes(data)
        reader = Reader(path)
        assert flat(reader) == sample.without(place), place
        in_last = place >= sample.frames[-1][0]  # which might be a record that is not complete yet
        assert bool(reader.faults) != in_last
        assert all(fault.offset <= place < fault.offset + fault.size for fault in reader.faults)


def test_a_flipped_bit_costs_its_own_record_only(sample: Sample, tmp_path: Path) -> None:
    """The same holds for each single bit of the magic, the header, a key set, a row, the exit's head and the end."""
    path = tmp_path / "flipped"
    header, key_set, _, row = sample.frames[:4]
    closing, end_mark = sample.frames[-2:]
    for begin, end in ((0, 8), header, key_set, row, (closing[0], closing[0] + 16), end_mark):
        for bit in range(8 * begin, 8 * end):
            data = bytearray(sample.data)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            if data[7] in b"359":
                with pytest.raises(UnsupportedVersionError):
                    read_flat(path)
            else:
                assert read_flat(path) == sample.without(bit // 8), bit


def test_a_damaged_key_set_loses_no_row(sample: Sample, tmp_path: Path) -> None:
    """One of the two copies of a key set may be wiped out whole."""
    assert len(sample.key_sets) == 6
    path = tmp_path / "wiped"
    for begin, end in sample.key_sets:
        path.write_bytes(sample.data[:begin] + bytes(end - begin) + sample.data[end:])
        assert read_flat(path) == sample.items


def test_rows_without_their_key_set_are_a_fault(sample: Sample, tmp_path: Path) -> None:
    """If both copies of a key set are lost, its rows are reported, and those of others are there."""
    (begin, _), (_, end) = [place for place in sample.key_sets if b"\xa3cpu" in sample.data[slice(*place)]]
    path = tmp_path / "wiped"
    path.write_bytes(sample.data[:begin] + b"\xff" * (end - begin) + sample.data[end:])
    reader = Reader(path)
    assert flat(reader) == [item for item in sample.items if item[1].get("stream") != "system"]
    assert [fault.offset for fault in reader.faults] == [begin, end]
    assert "key set 3, which is not defined" in reader.faults[1].reason


@PROPERTY
@given(histories, st.integers(1, 200), st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=50))))
def test_the_independent_reader_agrees(history: list[Any], chunk_bytes: int, damage: list[tuple[int, bytes]]) -> None:
    """A reader written from the page on the format finds the same records and rows, also in a damaged journal."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder), history)
        assert canonical(read_flat(path)) == canonical(list(journal_reader.read(path)))
        data = bytearray(path.read_bytes())
        for place, patch in damage:
            at = len(frames.MAGIC) + place % (len(data) - len(frames.MAGIC))
            data[at : at + len(patch)] = patch[: len(data) - at]
        path.write_bytes(data)
        with mock.patch.object(reader_module, "CHUNK_BYTES", chunk_bytes):
            assert canonical(read_flat(path)) == canonical(list(journal_reader.read(path)))


@PROPERTY
@given(histories, st.randoms(use_true_random=False))
def test_nothing_is_invented(history: list[Any], chance: Any) -> None:
    """Blocks of a journal that change places give no row that was not written, where it was written."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder), history)
        written = {canonical(item) for item in read_flat(path)}
        data = path.read_bytes()
        blocks = [data[at : at + 64] for at in range(8, len(data), 64)]
        chance.shuffle(blocks)
        path.write_bytes(data[:8] + b"".join(blocks))
        assert {canonical(item) for item in read_flat(path)} <= written


@PROPERTY
@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    """Whatever a file holds, there is no error, and no record."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(frames.MAGIC + data)
        assert read_flat(path) == []
        assert read_exit(path) is None
        assert read_header(path) is None


@pytest.mark.parametrize("size", range(len(frames.MAGIC)))
def test_a_file_shorter_than_the_magic_is_empty(tmp_path: Path, size: int) -> None:
    """A file that is empty, or that ends within the magic, holds nothing yet."""
    path = tmp_path / "short"
    path.write_bytes(frames.MAGIC[:size])
    reader = Reader(path)
    assert (flat(reader), reader.faults, reader.offset) == ([], [], 0)


def test_a_wrong_magic_is_a_fault(tmp_path: Path) -> None:
    """A file of another kind is a fault and no more; that of a damaged journal costs nothing."""
    path = tmp_path / "image"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    reader = Reader(path)
    assert flat(reader) == []
    assert reader.faults == [Fault(0, 8, "the file does not begin with the magic of a journal")]


@pytest.mark.parametrize("version", "2349")
def test_a_later_version_is_refused(tmp_path: Path, version: str) -> None:
    """A journal of a later format is not guessed at."""
    path = tmp_path / "later"
    path.write_bytes(b"TRAILMK" + version.encode() + bytes(50))
    with pytest.raises(UnsupportedVersionError, match=f"version {version}"):
        list(Reader(path).read())


def test_what_cannot_be_opened_raises(tmp_path: Path) -> None:
    """A missing file and a folder raise the journal's own error."""
    for path in (tmp_path / "missing", tmp_path):
        for function in (lambda path: list(Reader(path).read()), read_exit, read_header):
            with pytest.raises(JournalError, match="cannot be"):
                function(path)


@pytest.mark.usefixtures("chunks")
def test_a_journal_that_grows_byte_by_byte(sample: Sample, tmp_path: Path) -> None:
    """Read after each byte, a growing journal gives every record once, as soon as it is whole."""
    path = tmp_path / "growing"
    reader = Reader(path)
    found: list[tuple[int, dict[str, Any]]] = []
    with path.open("wb", buffering=0) as file:
        for size in range(len(sample.data) + 1):
            file.write(sample.data[max(size - 1, 0) : size])
            found += flat(reader)
            assert len(found) == sum(sample.ends[offset] <= size for offset, _ in sample.items)
    assert found == sample.items
    assert reader.faults == []


def test_a_journal_grows_while_it_is_read(tmp_path: Path) -> None:
    """What is appended while the reader is at work is read by the next call."""
    writer = new_writer(tmp_path)
    writer.append(Row(step=0, time=1.0, data={"x": "a"}))
    reader = Reader(writer.path)
    found = []
    for item in reader.read():
        assert isinstance(item, Entry)
        found.append(item.record)
        writer.append(Row(step=1, time=1.0, data={"x": "b"}))
    assert len(found) == 2
    assert [fields["data"] for _, fields in flat(reader)] == [{"x": "b"}] * 2
    writer.close(Exit(time=2.0))


def test_a_record_that_is_cut_off_while_it_is_read(sample: Sample, tmp_path: Path) -> None:
    """A partial record that its writer takes back leaves no trace, whatever is written there instead."""
    path = tmp_path / "taken-back"
    begin, end = sample.frames[9]
    path.write_bytes(sample.data[: end - 3])
    reader = Reader(path)
    found = flat(reader)
    os.truncate(path, begin)
    assert flat(reader) == []
    with path.open("ab") as file:
        file.write(sample.data[begin:])
    assert found + flat(reader) == sample.items
    assert reader.faults == []


def test_a_reader_goes_on_where_another_stopped(sample: Sample, tmp_path: Path) -> None:
    """An offset and the key sets are all that it takes to go on."""
    for _, end in sample.frames:
        path = tmp_path / "part"
        path.write_bytes(sample.data[:end])
        first = Reader(path)
        before = flat(first)
        path.write_bytes(sample.data)
        assert before + flat(Reader(path, first.offset, first.key_sets)) == sample.items


def test_logged_frames_never_become_rows(sample: Sample, tmp_path: Path) -> None:
    """A logged copy of a whole journal is one value, also when the record around it is damaged."""
    writer = new_writer(tmp_path)
    start = writer.size_bytes
    writer.append(Row(step=0, time=1.0, data={"bytes": sample.data, "text": sample.data.decode("latin-1")}))
    stop = writer.size_bytes
    writer.append(Row(step=1, time=1.0, data={"x": 1}))
    writer.close(Exit(time=2.0))
    assert [fields["step"] for _, fields in read_flat(writer.path) if fields["kind"] == "row"] == [0, 1]
    data = bytearray(writer.path.read_bytes())
    for place in (start, start + 4, start + 9, (start + stop) // 2, stop - 1):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        writer.path.write_bytes(damaged)
        assert [fields["step"] for _, fields in read_flat(writer.path) if fields["kind"] == "row"] == [1]


@pytest.mark.parametrize("torn", [1, 11, 12, 20, 35])
@pytest.mark.parametrize("rows_after", [0, 1, 40])
def test_a_torn_row_among_many_hides_none(tmp_path: Path, torn: int, rows_after: int) -> None:
    """A row of which only a part got to the disk costs no other, though the next do not lie where they should."""
    keys = encode(Keys(number=1, names=["x"], kinds="f"))
    data = frames.MAGIC + frames.encode(keys, 8)
    steps = []
    for step in range(30 + rows_after):
        frame = frames.encode(struct.pack("<Iqdd", 1 << 8 | 0xC1, step, 1.0, 0.5), len(data))
        data += frame[:torn] if step == 29 else frame
        steps += [step] if step != 29 else []
    path = tmp_path / "torn"
    path.write_bytes(data)
    assert [fields["step"] for _, fields in read_flat(path)] == steps


@pytest.mark.usefixtures("chunks")
def test_a_large_damaged_stretch_is_passed_over(tmp_path: Path) -> None:
    """Damage larger than any record is one fault, and need not be kept in memory."""
    with mock.patch.object(frames, "MAX_PAYLOAD", 200):
        data = frames.MAGIC + frames.encode(encode(Row(step=0, time=1.0, data={})), 8)
        begin = len(data)
        data += bytes(3000) + b"\xc1\x01\x00\x00" * 500
        end = len(data)
        data += frames.encode(encode(Row(step=1, time=1.0, data={})), end)
        path = tmp_path / "hole"
        path.write_bytes(data)
        reader = Reader(path)
        assert [fields["step"] for _, fields in flat(reader)] == [0, 1]
        assert reader.faults == [Fault(begin, end - begin, "damaged bytes")]


def framed(*payloads: bytes) -> bytes:
    """Return a journal of some payloads."""
    data = frames.MAGIC
    for payload in payloads:
        data += frames.encode(payload, len(data))
    return data


def test_unknown_records_and_fields_are_ignored(tmp_path: Path) -> None:
    """Kinds and fields that a later version may write are no faults."""
    later = [
        {"kind": "hologram", "step": "three"},
        {"kind": "row", "step": 1, "time": 1.0, "data": {"x": "y"}, "colour": "red"},
    ]
    path = tmp_path / "later"
    path.write_bytes(framed(*map(msgspec.msgpack.encode, later)))
    reader = Reader(path)
    assert [fields["data"] for _, fields in flat(reader)] == [{"x": "y"}]
    assert reader.faults == []


@pytest.mark.parametrize(
    "payload",
    [
        b"\x01",
        b"\xc1",
        b"\xc1\x09\x00\x00" + bytes(16),
        encode(Keys(number=0, names=["x"], kinds="f")),
        encode(Keys(number=1 << 24, names=["x"], kinds="f")),
        encode(Keys(number=1, names=["x"], kinds="ff")),
        encode(Keys(number=1, names=["x"], kinds="z")),
        b"\x82\xa4kind\xa3row\xa1x" + b"\x91" * 100_000,
        msgspec.msgpack.encode({"kind": "row", "step": 1 << 63, "time": 1.0, "data": {}}),
        msgspec.msgpack.encode({"kind": "keys", "number": "one"}),
    ],
)
def test_a_sound_frame_of_nonsense_is_a_fault(tmp_path: Path, payload: bytes) -> None:
    """A payload that is no record is reported, and the records around it are there."""
    row = encode(Row(step=1, time=1.0, data={}))
    path = tmp_path / "nonsense"
    path.write_bytes(framed(row, payload, row))
    reader = Reader(path)
    assert [fields["kind"] for _, fields in flat(reader)] == ["row", "row"]
    assert len(reader.faults) == 1
    assert (reader.faults[0].offset, reader.faults[0].size) == (8 + 8 + len(row), 8 + len(payload))


def test_the_first_definition_of_a_number_holds(tmp_path: Path) -> None:
    """A number that is defined twice means what it meant first."""
    row = struct.pack("<Iqdd", 1 << 8 | 0xC1, 1, 1.0, 0.5)
    path = tmp_path / "twice"
    path.write_bytes(framed(*[encode(Keys(number=1, names=[name], kinds="f")) for name in "ab"], row))
    assert [fields["data"] for _, fields in read_flat(path)] == [{"a": 0.5}]


def test_a_million_rows_come_as_few_arrays(tmp_path: Path) -> None:
    """Rows of one key set come as arrays, not one by one, with their offsets."""
    writer = new_writer(tmp_path)
    with writer.lock:
        layout = writer.layout(("x",), "f")
        assert layout is not None
        for step in range(5000):
            writer.append_row(layout, step, 1.0, (0.5,))
    [rows] = [rows for item in Reader(writer.path).read() if not isinstance(item, Entry) for rows in item]
    assert (rows.array["step"] == np.arange(5000)).all()
    assert (np.diff(rows.offsets) == 8 + layout.size).all()
    writer.close(Exit(time=2.0))


@pytest.mark.parametrize("notes_bytes", [0, 1 << 14, 1 << 17])
def test_the_header_is_read_alone(tmp_path: Path, notes_bytes: int) -> None:
    """`read_header` returns the header, also one with long notes."""
    path = write_journal(tmp_path, [Packed(0, 1.0, {"x": 1})], notes="n" * notes_bytes)
    assert read_header(path) == header(notes="n" * notes_bytes)


@pytest.mark.parametrize("config_bytes", [0, 1 << 13, 1 << 15, 1 << 20])
def test_the_exit_record_is_read_alone(tmp_path: Path, config_bytes: int) -> None:
    """`read_exit` finds the exit record from the end of the file, also one with a large state."""
    path = write_journal(tmp_path, [Row(step=0, time=1.0, data={"x": "y" * config_bytes})])
    record = read_exit(path)
    assert record is not None
    assert (record.time, record.code, len(record.state) > config_bytes) == (2000.0, 0, True)


def test_a_journal_that_goes_on_has_no_exit(sample: Sample, tmp_path: Path) -> None:
    """A file cut anywhere has no exit record at its end."""
    path = tmp_path / "cut"
    path.write_bytes(sample.data)
    for size in range(len(sample.data) - 1, -1, -1):
        os.truncate(path, size)
        assert read_exit(path) is None


def test_a_damaged_exit_is_none(sample: Sample, tmp_path: Path) -> None:
    """A wrong byte in the exit record, in the end mark or in the magic sends the reader to the whole journal."""
    path = tmp_path / "flipped"
    for place in (*range(8), *range(sample.frames[-2][0], len(sample.data))):
        data = bytearray(sample.data)
        data[place] ^= 0xFF
        path.write_bytes(data)
        assert read_exit(path) is None


def test_a_damaged_header_is_none(sample: Sample, tmp_path: Path) -> None:
    """A wrong byte in the header's frame gives no header."""
    path = tmp_path / "flipped"
    for place in range(*sample.frames[0]):
        data = bytearray(sample.data)
        data[place] ^= 0xFF
        path.write_bytes(data)
        assert read_header(path) is None
