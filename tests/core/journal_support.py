"""What the tests of the journal share: writing one step by step, reading it flat, and random things to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trailmark.journal.layout import KINDS
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import (
    ConfigChange,
    Console,
    Exit,
    Header,
    Metric,
    Row,
    SummaryChange,
)
from trailmark.journal.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

# No deadline, as a test is no benchmark; no database, as it would be written into the checkout.
PROPERTY = settings(
    deadline=None, database=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


class Packed(NamedTuple):
    """A row of numbers that is to be written packed."""

    step: int
    time: float
    data: dict[str, Any]
    stream: str = "history"


def header(**fields: Any) -> Header:
    """Return a header; only what a test is about needs to be given."""
    return Header(**{"run": "r1", "writer": "w", "time": 1000.0, **fields})


def new_writer(directory: Path, **fields: Any) -> Writer:
    """Return a writer whose file is there."""
    writer = Writer(directory, header(**fields))
    assert writer.open()
    return writer


def put_row(writer: Writer, row: Packed) -> None:
    """Write one packed row, as a run does."""
    with writer.lock:
        kinds = "".join(KINDS[type(value)] for value in row.data.values())
        layout = writer.layout(tuple(row.data), kinds, row.stream)
        if layout is None:
            writer.lose_row()
        else:
            writer.append_row(layout, row.step, row.time, tuple(row.data.values()))


def play(writer: Writer, items: Sequence[Any]) -> None:
    """Write rows and records in order."""
    for item in items:
        if isinstance(item, Packed):
            put_row(writer, item)
        else:
            writer.append(item)


def write_journal(directory: Path, items: Sequence[Any], *, closed: bool = True, **fields: Any) -> Path:
    """Write a journal of rows and records, and return its path."""
    writer = new_writer(directory, **fields)
    play(writer, items)
    if closed:
        writer.close(Exit(time=2000.0))
    else:
        os.close(writer._fd)
        writer._fd = -1
    return writer.path


def flat(reader: Reader) -> list[tuple[int, dict[str, Any]]]:
    """Return what a reader finds, in the order of the file: offsets, and records and rows as plain maps."""
    found = []
    for item in reader.read():
        if isinstance(item, Entry):
            fields = msgspec.to_builtins(item.record, builtin_types=(bytes,))
            found.append((item.offset, {"stream": "history", **fields} if fields["kind"] == "row" else fields))
            continue
        for rows in item:
            for offset, row in zip(rows.offsets.tolist(), rows.array.tolist(), strict=True):
                _, _, _, step, time, *values = row
                data = dict(zip(rows.layout.names, values, strict=True))
                fields = {"kind": "row", "step": step, "time": time, "data": data, "stream": rows.layout.stream}
                found.append((offset, fields))
    return sorted(found, key=lambda item: item[0])


def read_flat(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return what is in a journal, in order."""
    return flat(Reader(path))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a journal, in order."""
    return [fields for _, fields in read_flat(path) if fields["kind"] == "row"]


def canonical(value: Any) -> str:
    """Return a text that is equal for equal values: NaN equals NaN, but 1, 1.0 and True differ, as do 0.0 and -0.0."""
    if isinstance(value, msgspec.Struct):
        return canonical({"": type(value).__name__, **msgspec.structs.asdict(value)})
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{key!r}: {canonical(item)}" for key, item in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return f"set{sorted(map(canonical, value))}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(canonical, value)) + "]"
    return repr(value)


# What a script of a process of its own begins with, to have all of this module.
SUPPORT = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom journal_support import *\n"


def run_python(source: str, *arguments: str, timeout_s: float = 60.0) -> str:
    """Run Python source in a process of its own, and return what it printed to stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


KEYS = ("loss", "acc", "n", "flag")
_steps = st.integers(-3, 12) | st.sampled_from([-(1 << 63), (1 << 63) - 1])
_times = st.floats(900.0, 1900.0)
_numbers = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf"), -float("inf"), 5e-324]),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.integers(-2, 2),
    st.booleans(),
)
_texts = st.text(max_size=6)
_values = st.one_of(_numbers, _texts, st.none(), st.integers(), st.binary(max_size=5), st.lists(_numbers, max_size=3))
_summaries = st.lists(st.sampled_from(["min", "max", "mean", "last", "first", "best", "none"]), max_size=3, unique=True)

packed_rows = st.builds(
    Packed, _steps, _times, st.dictionaries(st.sampled_from(KEYS), _numbers, min_size=1), st.just("history")
)
system_rows = st.builds(Packed, st.integers(0, 9), _times, st.just({"cpu": 1.5, "loss": 2}), st.just("system"))
mixed_rows = st.builds(
    Row,
    step=_steps,
    time=_times,
    data=st.dictionaries(st.sampled_from(KEYS) | _texts, _values, max_size=3),
    stream=st.sampled_from(["history", "history", "system"]),
)
metrics = st.builds(
    Metric,
    name=st.sampled_from([*KEYS, "*", "l*", "f*g"]),
    summary=_summaries,
    goal=st.sampled_from([None, "minimize", "maximize"]),
    overwrite=st.booleans(),
)
changes = st.one_of(
    st.builds(
        SummaryChange,
        time=_times,
        set=st.dictionaries(st.sampled_from(KEYS), _values | st.just({"min": 1}), max_size=2),
        removed=st.lists(st.sampled_from(KEYS), max_size=1),
    ),
    st.builds(ConfigChange, time=_times, set=st.dictionaries(_texts, _values, max_size=2)),
    st.builds(
        Console, time=_times, stream=st.just("stdout"), first=st.integers(0, 9), lines=st.lists(_texts, max_size=2)
    ),
)
# Mostly rows, and often many of one key set, as it is in life and as it takes to have whole arrays of them.
_stretches = st.builds(
    lambda keys, start, count: [Packed(start + at, 1000.0 + at, dict.fromkeys(keys, at / 7)) for at in range(count)],
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True),
    st.integers(0, 5),
    st.integers(14, 40),
)
_one = st.one_of(packed_rows, packed_rows, packed_rows, mixed_rows, system_rows, metrics, changes)
histories = st.lists(_one.map(lambda item: [item]) | _stretches, max_size=25).map(
    lambda parts: [item for part in parts for item in part]
)
