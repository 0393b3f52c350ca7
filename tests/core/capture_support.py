"""What the tests of captures share: a writer, and reading what was written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import Console, Environment, Header, Record
from trailmark.journal.runstate import journal_paths
from trailmark.journal.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark.capture.terminal import Terminal

RecordT = TypeVar("RecordT", bound=Record)
TIMEOUT_S = 20.0


def make_writer(directory: Path) -> Writer:
    """Return the open writer of a run in `directory`."""
    writer = Writer(directory, Header(run="r", writer="w", time=time.time()))
    assert writer.open()
    return writer


def records(path: Path, kind: type[RecordT]) -> list[RecordT]:
    """Return the records of a journal that are of `kind`, in order."""
    reader = Reader(path)
    found: list[Any] = [item.record for item in reader.read() if isinstance(item, Entry)]
    assert not reader.faults
    return [record for record in found if isinstance(record, kind)]


def console_lines(path: Path) -> dict[str, list[str | None]]:
    """Return the newest form of each console line of a journal, by stream; None where a line is missing."""
    return _lines((record.stream, record.first, record.lines) for record in records(path, Console))


def folded(terminal: Terminal, texts: list[str], *, tick_every: int = 1) -> list[str | None]:
    """Return the lines that a terminal gives out for `texts`."""
    blocks = []
    for number, text in enumerate(texts):
        blocks += terminal.feed(text)
        if number % tick_every == 0:
            blocks += terminal.changed()
    blocks += terminal.changed(final=True)
    return _lines(("", first, lines) for first, lines in blocks).get("", [])


def environment(path: Path) -> dict[str, Any]:
    """Return what a journal knows of the environment."""
    values: dict[str, Any] = {}
    for record in records(path, Environment):
        values.update(record.values)
    return values


def system_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of system metrics of a journal, in order, with their `_step` and `_time`."""
    found = []
    for item in Reader(path).read():
        for rows in item if isinstance(item, list) else []:
            assert rows.layout.stream == "system"
            for offset, row in zip(rows.offsets.tolist(), rows.array.tolist(), strict=True):
                found.append(
                    (offset, {"_step": row[3], "_time": row[4], **dict(zip(rows.layout.names, row[5:], strict=True))})
                )
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def journals(directory: Path) -> list[Path]:
    """Return the journals of a run's directory."""
    return journal_paths(directory)


def wait_for(condition: Callable[[], object], what: str = "what the test waits for") -> None:
    """Wait until `condition` holds."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {TIMEOUT_S} s"
        time.sleep(0.005)


def _lines(blocks: Any) -> dict[str, list[str | None]]:
    streams: dict[str, dict[int, str]] = {}
    for stream, first, lines in blocks:
        streams.setdefault(stream, {}).update(enumerate(lines, first))
    return {stream: [found.get(number) for number in range(max(found) + 1)] for stream, found in streams.items()}
