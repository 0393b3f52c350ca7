"""Tests that `docs/journal.md` tells the format as it is."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import journal_reader
from journal_support import Packed, header, play, read_flat
from trailmark.journal.aggregate import Aggregate
from trailmark.journal.fold import JournalState
from trailmark.journal.records import RECORDS, Exit, Row
from trailmark.journal.runstate import load
from trailmark.journal.writer import Writer

PAGE = (Path(__file__).parents[2] / "docs" / "journal.md").read_text(encoding="utf-8")


def example() -> bytes:
    """Return the bytes of the worked example."""
    data = b""
    for offset, digits in re.findall(r"^([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)", PAGE, re.MULTILINE):
        assert int(offset, 16) == len(data), offset
        data += bytes.fromhex(digits)
    return data


def test_the_example_is_what_is_written(tmp_path: Path) -> None:
    """The writer makes these very bytes."""
    writer = Writer(tmp_path, header())
    writer.open()
    note = Row(step=1, time=1002.0, data={"note": "ok"})
    play(writer, [Packed(0, 1001.0, {"loss": 0.5}), Packed(1, 1002.0, {"loss": 0.25}), note])
    writer._inexact = True  # the state would be most of the example
    writer.close(Exit(time=1003.0))
    assert writer.path.read_bytes() == example()


def test_the_example_is_read(tmp_path: Path) -> None:
    """Both readers find what the page says is in the example, and it makes a run."""
    path = tmp_path / "w.journal"
    path.write_bytes(example())
    found = read_flat(path)
    assert found == list(journal_reader.read(path))
    assert [(fields["step"], fields["data"]) for _, fields in found if fields["kind"] == "row"] == [
        (0, {"loss": 0.5}),
        (1, {"loss": 0.25}),
        (1, {"note": "ok"}),
    ]
    run = load(tmp_path)
    assert run is not None
    assert (run.state, run.summary) == ("finished", {"loss": 0.25, "note": "ok"})


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record.__struct_config__.tag))
def test_every_field_of_a_record_is_described(record: type[msgspec.Struct]) -> None:
    """The section of a kind names each of its fields, and no other."""
    kind = str(record.__struct_config__.tag)
    others: dict[str, list[str]] = {}
    last = ""
    for line in PAGE.split("### Others")[1].split("### exit")[0].splitlines()[4:]:
        _, first, fields, *_ = [*line.split("|"), "", ""]
        last = first.strip(" `") or last
        others.setdefault(last, []).extend(re.findall(r"`(\w+)`", fields))
    if kind in others:
        described = others[kind]
    else:
        [section] = re.findall(rf"^### (?:\w+ and )?{kind}\b(.*?)^##", PAGE, re.MULTILINE | re.DOTALL)
        described = [
            name
            for cell in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
            for name in re.findall(r"`(\w+)`", cell)
        ]
    assert sorted(described) == sorted(field.name for field in msgspec.structs.fields(record))


def test_every_field_of_a_state_is_described() -> None:
    """The tables of a state and of its statistics name each field."""
    section = PAGE.split("## From records to a state")[1].split("### The state of a run")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    described = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    fields = [field.name for kind in (JournalState, Aggregate) for field in msgspec.structs.fields(kind)]
    assert sorted(described) == sorted(fields)
