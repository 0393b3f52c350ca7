"""`trailmark verify`: whether every record of some journals, and every file of media, is what was written.

Nothing is repaired, and nothing written: a reader passes over what is damaged anyway.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import click

from trailmark.cli.lookup import complete_run, find_run, folders, root_of
from trailmark.cli.media_check import check_media
from trailmark.cli.screen import Screen
from trailmark.cli.text import clean, plural, size, to_json
from trailmark.errors import UsageError
from trailmark.journal import frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trailmark.cli.media_check import MediaFault
    from trailmark.journal.reader import Fault, Reader, Rows
    from trailmark.journal.records import Exit, MediaFile, Row


class Check(NamedTuple):
    """What was found in one journal."""

    path: Path
    size_bytes: int
    records: int  # without rows and key sets
    rows: int
    faults: list[Fault]  # places where something that was written cannot be read
    torn: Fault | None  # a last record that was never written to its end, which a killed writer may leave
    media: int = 0  # files of media that were written whole
    damaged: Sequence[MediaFault] = ()  # those that are not what was written


class Tally:
    """What is counted while the journals are checked."""

    def __init__(self) -> None:
        self.journals = self.records = self.rows = self.size_bytes = self.faults = self.torn = self.media = 0

    def add(self, check: Check) -> None:
        """Count one journal."""
        self.journals += 1
        self.records += check.records
        self.rows += check.rows
        self.size_bytes += check.size_bytes
        self.faults += len(check.faults) + len(check.damaged)
        self.media += check.media
        self.torn += check.torn is not None

    def __str__(self) -> str:
        media = f" · {plural(self.media, 'media file')}" if self.media else ""
        return (
            f"{plural(self.journals, 'journal')} · {plural(self.records, 'record')} · {plural(self.rows, 'row')} · "
            f"{size(self.size_bytes)}{media}"
        )


@click.command("verify")
@click.argument("target", metavar="[RUN|DIR|FILE]", required=False, shell_complete=complete_run)
@click.option("--json", "as_json", is_flag=True, help="What was found in each journal, as a JSON array.")
@click.pass_context
def command(context: click.Context, target: str | None, *, as_json: bool) -> None:
    """Check every record and media file of a run, of all runs below a directory, or of one journal.

    Without an argument the whole root is checked. Each fault is named with its place in the file, its size and the
    reason. A torn tail, which a killed process may leave, is told apart: no row that `log` returned from is in it.

    The exit code is 1 if there are faults.
    """
    total, screen = Tally(), Screen()
    objects: list[dict[str, Any]] = []
    for directory, paths in _groups(_targets(root_of(context), target)):
        checks = [check_journal(path) for path in paths]
        tally = Tally()
        for check in checks:
            tally.add(check)
            total.add(check)
        if as_json:
            objects += map(_as_object, checks)
        elif screen.terminal:
            _report(screen, directory, checks, tally)
        else:
            _report_to_program(screen, checks)
    if as_json:
        screen.write(to_json(objects) + "\n")
    elif screen.terminal:
        _sum_up(screen, total)
        if target is None and any(root_of(context).glob("*/.artifacts/*")):
            screen.line(("`trailmark artifact verify` checks artifacts.", "dim"))
    if total.faults:
        context.exit(1)


def check_journal(path: Path) -> Check:
    """Read a journal to its end, and compare what it says of itself, and of files, with what is there."""
    from trailmark.errors import JournalError
    from trailmark.journal.reader import Entry, Fault, Reader
    from trailmark.journal.records import Exit, Header, MediaFile, Row

    reader = Reader(path)
    records, rows, headed = 0, 0, False
    history = History()
    closing: Exit | None = None
    media: dict[str, MediaFile] = {}
    try:
        for item in reader.read():
            if not isinstance(item, Entry):
                rows += sum(len(part.array) for part in item)
                history.add_packed(item)
            elif isinstance(item.record, Row):
                rows += 1
                history.add(item.record)
            else:
                records += 1
                headed = headed or isinstance(item.record, Header)
                if isinstance(item.record, Exit):
                    closing = item.record
                elif isinstance(item.record, MediaFile):
                    media[item.record.path] = item.record
    except JournalError as error:
        return Check(path, path.stat().st_size if path.exists() else 0, 0, 0, [Fault(0, 0, str(error))], None)
    tail, torn = _tail(reader)
    faults = [*reader.faults, *tail]
    if not headed and reader.offset > len(frames.MAGIC):
        faults.append(Fault(len(frames.MAGIC), 0, "no header: who wrote the journal is not known"))
    if closing is not None and closing.state and not closing.lost_rows and not faults:
        faults += _disagreement(closing, history, reader.offset)
    damaged = list(check_media(path.parent, media.values()))
    return Check(path, reader.size, records, rows, faults, torn, len(media), damaged)


class History:
    """How many rows of metrics there are, and the largest step."""

    def __init__(self) -> None:
        self.rows = 0
        self.last_step: int | None = None

    def add(self, row: Row) -> None:
        """Count a row that is a record of its own."""
        if row.stream == "history":
            self._count(1, row.step)

    def add_packed(self, together: list[Rows]) -> None:
        """Count packed rows."""
        for part in together:
            if part.layout.stream == "history":
                self._count(len(part.array), int(part.array["step"].max()))

    def _count(self, rows: int, step: int) -> None:
        self.rows += rows
        self.last_step = step if self.last_step is None else max(step, self.last_step)


def _tail(reader: Reader) -> tuple[list[Fault], Fault | None]:
    """Tell a last record that was cut short from one that is all there but damaged."""
    from trailmark.journal.reader import Fault

    remaining = reader.size - reader.offset
    if reader.size <= len(frames.MAGIC):
        return [], Fault(reader.offset, remaining, "no record" if reader.size else "an empty file")
    if not remaining:
        return [], None
    with reader.path.open("rb") as file:
        file.seek(reader.offset)
        rest = file.read(remaining)
    if not any(rest):
        return [Fault(reader.offset, remaining, "zeros, which a power failure may leave")], None
    if len(rest) > frames.HEAD.size:
        length, checksum = frames.HEAD.unpack_from(rest)
        is_whole = frames.HEAD.size + length <= remaining or not 0 < length <= frames.MAX_PAYLOAD
        # A good checksum over what is there: only the length is damaged.
        if is_whole or crc32(memoryview(rest)[frames.HEAD.size :], reader.offset) == checksum:
            return [Fault(reader.offset, remaining, "damaged bytes")], None
    return [], Fault(reader.offset, remaining, "a record that was not written to its end")


def _disagreement(closing: Exit, history: History, offset: int) -> list[Fault]:
    """Return a fault if the state that the exit record carries is not that of the rows before it."""
    from trailmark.errors import JournalError
    from trailmark.journal.fold import JournalState
    from trailmark.journal.reader import Fault
    from trailmark.journal.records import decode_struct

    if not closing.state:  # the writer was not sure of it: rows were lost, or Ctrl-C cut into a record
        return []
    try:
        state = decode_struct(closing.state, JournalState)
    except JournalError as error:
        return [Fault(offset, 0, f"the state in the exit record cannot be decoded: {error}")]
    said, found = (state.rows, state.last_step), (history.rows, history.last_step)
    if said == found:
        return []
    text = "the exit record tells of {:,} rows up to step {}, but there are {:,} up to step {}"
    return [Fault(offset, 0, text.format(*said, *found))]


def _targets(root: Path, target: str | None) -> list[Path]:
    """Return the journals that `target` means."""
    from trailmark.journal.runstate import journal_paths
    from trailmark.journal.writer import SUFFIX

    if target is None:
        return [path for folder in sorted(folders(root)) for path in journal_paths(folder.path)]
    path = Path(target)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = _journals_below(path, SUFFIX)
        if found:
            return found
        if os.sep in target:  # else it may be the name of a run as well
            raise UsageError(f"there is no journal in {path}")
    return journal_paths(find_run(root, target))


def _journals_below(directory: Path, suffix: str) -> list[Path]:
    found: list[Path] = []
    for folder, folders_, names in os.walk(directory):
        # What an artifact holds is no journal of this root, whatever its name, and there may be a million files.
        folders_[:] = [name for name in folders_ if name not in (".blobs", ".artifacts")]
        found += [Path(folder, name) for name in names if name.endswith(suffix)]
    return sorted(found)


def _groups(paths: list[Path]) -> Iterable[tuple[Path, list[Path]]]:
    groups: dict[Path, list[Path]] = {}
    for path in paths:
        groups.setdefault(path.parent, []).append(path)
    return groups.items()


def _report(screen: Screen, directory: Path, checks: list[Check], tally: Tally) -> None:
    directory = directory.absolute()
    sign = screen.sign("failed" if tally.faults else "finished")
    faults = (plural(tally.faults, "fault"), "red") if tally.faults else ("no faults", "green")
    screen.line(sign, " ", (f"{directory.parent.name}/{directory.name}", "bold"), f"  {tally} · ", faults)
    for check in checks:
        if check.faults or check.torn or check.damaged:
            screen.line(f"    {check.path.name}")
        for fault in check.faults:
            screen.line(f"      offset {fault.offset:,} · {plural(fault.size, 'byte')} · ", (fault.reason, "red"))
        for damaged in check.damaged:
            screen.line(f"      {clean(damaged.path)} · ", (damaged.reason, "red"))
        if check.torn:
            where = f"      offset {check.torn.offset:,} · {plural(check.torn.size, 'byte')} · "
            screen.line(where, (f"torn tail: {check.torn.reason}", "yellow"))


def _sum_up(screen: Screen, total: Tally) -> None:
    if total.journals < 2:  # noqa: PLR2004 (of one, all was said)
        return
    torn = f" · {plural(total.torn, 'torn tail')}" if total.torn else ""
    faults = (plural(total.faults, "fault"), "red") if total.faults else ("no faults", "green")
    screen.line(("In all: ", "dim"), f"{total} · ", faults, (torn, "yellow"))


def _report_to_program(screen: Screen, checks: Iterable[Check]) -> None:
    for check in checks:
        path = clean(str(check.path))
        faults = len(check.faults) + len(check.damaged)
        screen.row("journal", path, *map(str, (check.records, check.rows, check.size_bytes, faults)))
        for damaged in check.damaged:
            screen.row("media", clean(damaged.path), clean(damaged.reason))
        for kind, found in (("fault", check.faults), ("torn", [check.torn] if check.torn else [])):
            for fault in found:
                screen.row(kind, path, str(fault.offset), str(fault.size), clean(fault.reason))


def _as_object(check: Check) -> dict[str, Any]:
    return {
        **check._asdict(),
        "path": str(check.path),
        "faults": [fault._asdict() for fault in check.faults],
        "torn": check.torn._asdict() if check.torn else None,
        "damaged": [fault._asdict() for fault in check.damaged],
    }
