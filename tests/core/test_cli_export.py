"""`trailmark export`."""

from __future__ import annotations

import base64
import csv
import errno
import io
import json
import math
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli_support import begin_run, call, log, start, write_run
from trailmark.cli.export import Sheet, write_csv, write_file, write_jsonl
from trailmark.journal.records import Console, Exit, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGAN = 1_700_000_000.0
HISTOGRAM = {"_type": "histogram", "counts": [1, 2], "range": [0.0, 1.0]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with one run whose values are hard to write."""
    writer = begin_run(tmp_path, "r1", started=BEGAN)
    log(writer, 0, at=BEGAN, loss=0.1 + 0.2, n=2**62)
    log(writer, 1, at=BEGAN + 1, loss=math.nan, n=-1)
    log(writer, 2, at=BEGAN + 2, loss=math.inf, flag=True)
    values = {
        "loss": 1e-30,
        "text": 'a,"b"\nc\t模型',
        "big": 2**80,
        "hist": HISTOGRAM,
        "none": None,
        "raw": b"\x00\xff",
    }
    writer.append(Row(step=3, time=BEGAN + 3, data=values))
    log(writer, 0, at=BEGAN, stream="system", cpu=50.0)
    writer.append(Console(time=BEGAN, stream="stdout", first=0, lines=["one", "two, three"]))
    writer.close(Exit(time=BEGAN + 4))
    return tmp_path


def exported(root: Path, *arguments: str) -> str:
    """Return what `export` writes to standard output."""
    result = call(root, "export", "r1", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes.decode()


def lines_of(text: str) -> list[dict[str, Any]]:
    """Return the objects of JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def table_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_jsonl_loses_nothing(root: Path) -> None:
    """Each row has its keys and no others; NaN, infinities, and integers of any size stay what they are."""
    rows = lines_of(exported(root, "-f", "jsonl"))
    assert rows[0] == {"_step": 0, "_runtime": 0.0, "_timestamp": BEGAN, "loss": 0.1 + 0.2, "n": 2**62}
    assert math.isnan(rows[1]["loss"])
    assert rows[2]["loss"] == math.inf
    assert rows[2]["flag"] is True
    assert rows[3]["big"] == 2**80
    assert rows[3]["text"] == 'a,"b"\nc\t模型'
    assert rows[3]["hist"] == HISTOGRAM
    assert rows[3]["none"] is None
    assert base64.b64decode(rows[3]["raw"]["base64"]) == b"\x00\xff"


def test_csv_is_exact(root: Path) -> None:
    """Numbers are read back as they were logged, and text with commas, quotes and line breaks too."""
    rows = table_of(exported(root))
    assert list(rows[0]) == [
        "_step",
        "_runtime",
        "_timestamp",
        "loss",
        "n",
        "flag",
        "text",
        "big",
        "hist",
        "none",
        "raw",
    ]
    assert float(rows[0]["loss"]) == 0.1 + 0.2
    assert int(rows[0]["n"]) == 2**62
    assert (rows[1]["loss"], rows[2]["loss"], rows[3]["loss"]) == ("NaN", "Infinity", "1e-30")
    assert rows[2]["flag"] == "true"
    assert rows[3]["text"] == 'a,"b"\nc\t模型'
    assert int(rows[3]["big"]) == 2**80
    assert json.loads(rows[3]["hist"]) == HISTOGRAM
    assert (rows[0]["text"], rows[3]["none"], rows[3]["n"]) == ("", "", "")


def test_parquet_has_types_and_the_run(root: Path, tmp_path: Path) -> None:
    """Numbers are numbers, what parquet has no type for is JSON, and the run is in the schema's metadata."""
    from pyarrow import parquet

    file = tmp_path / "x.parquet"
    assert call(root, "export", "r1", "-o", str(file)).exit_code == 0
    table = parquet.read_table(file)
    types = {field.name: str(field.type) for field in table.schema}
    assert types["_step"] == types["n"] == "int64"
    assert types["loss"] == "double"
    assert types["flag"] == "bool"
    assert types["text"] == types["big"] == types["hist"] == "string"
    assert types["raw"] == "binary"
    assert table["n"].to_pylist() == [2**62, -1, None, None]
    loss = table["loss"].to_pylist()
    assert loss[0] == 0.1 + 0.2
    assert math.isnan(loss[1])
    assert json.loads(table["big"].to_pylist()[3]) == 2**80
    assert table.schema.field("big").metadata == {b"encoding": b"json"}
    assert json.loads(table.schema.metadata[b"trailmark"])["path"] == "digits/r1"


def test_parquet_goes_through_a_pipe(root: Path) -> None:
    """Standard output takes the bytes as they are."""
    from pyarrow import parquet

    with start(root, "export", "r1", "-f", "parquet", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        data = process.stdout.read()
    assert process.returncode == 0
    assert parquet.read_table(io.BytesIO(data)).num_rows == 4


@pytest.mark.parametrize(("name", "begins"), [("x.csv", b"_step,"), ("x.jsonl", b'{"_step"'), ("x", b"_step,")])
def test_the_format_is_that_of_the_file_s_name(root: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    """Without --format the ending of the name decides."""
    result = call(root, "export", "r1", "-o", str(tmp_path / name))
    assert result.stdout == ""
    assert result.stderr.startswith("4 rows in ")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    """An export that fails half-way leaves neither half a file nor a file less than before."""
    file = tmp_path / "x.csv"
    file.write_text("before")

    def rows() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_file(file, Sheet(["a"], rows(), {}), write_csv)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_a_file_that_cannot_be_written_is_one_sentence(root: Path, tmp_path: Path) -> None:
    """A folder that is not there is told without a traceback."""
    result = call(root, "export", "r1", "-o", str(tmp_path / "missing" / "x.csv"))
    assert result.exit_code == 1
    assert result.stderr.endswith("No such file or directory\n")
    assert result.stderr.count("\n") == 1


def test_keys_are_chosen(root: Path) -> None:
    """--keys takes names and globs, and rows without any of them are left out."""
    rows = table_of(exported(root, "-k", "n"))
    assert list(rows[0]) == ["_step", "_runtime", "_timestamp", "n"]
    assert len(rows) == 2
    assert list(table_of(exported(root, "-k", "*l*"))[0])[3:] == ["loss", "flag"]


def test_samples_keep_extremes(tmp_path: Path) -> None:
    """--samples gives about so many rows, with the smallest and the largest value among them."""
    writer = begin_run(tmp_path, "r1", started=BEGAN)
    for step in range(1000):
        log(writer, step, loss=9.0 if step == 500 else step / 1000)
    rows = lines_of(exported(tmp_path, "--samples", "20", "-f", "jsonl"))
    assert len(rows) <= 30
    assert {0.0, 9.0} <= {row["loss"] for row in rows}


def test_system_metrics_are_exported(root: Path) -> None:
    """--system gives what was measured of the machine instead."""
    assert [(row["_step"], row["cpu"]) for row in lines_of(exported(root, "--system", "-f", "jsonl"))] == [(0, 50.0)]


def test_the_console_is_exported(root: Path) -> None:
    """--console gives what the run printed instead."""
    rows = table_of(exported(root, "--console"))
    assert [(row["stream"], row["number"], row["text"]) for row in rows] == [
        ("stdout", "0", "one"),
        ("stdout", "1", "two, three"),
    ]


def test_ranks_are_chosen(root: Path) -> None:
    """--rank takes another rank, or all of them with a column that tells them apart."""
    other = begin_run(root, "r1", started=BEGAN + 1, rank=1)
    log(other, 0, own=1.0)
    assert [row["own"] for row in lines_of(exported(root, "--rank", "1", "-f", "jsonl"))] == [1.0]
    assert {row["_rank"] for row in table_of(exported(root, "--rank", "all"))} == {"0", "1"}


def test_a_run_without_rows_has_a_header(tmp_path: Path) -> None:
    """Nothing logged is an empty table."""
    write_run(tmp_path, "r1", rows=0)
    assert exported(tmp_path) == "_step,_runtime,_timestamp\n"
    assert exported(tmp_path, "-f", "jsonl") == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--console", "--system"], "--console goes with none of"),
        (["--rank", "x"], "--rank is a number or all"),
        (["-k", "los"], "did you mean loss?"),
    ],
)
def test_a_mistake_is_one_sentence(root: Path, arguments: list[str], message: str) -> None:
    """What cannot be is refused before anything is written."""
    result = call(root, "export", "r1", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), ATOMS))


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_any_rows_survive_jsonl(rows: list[dict[str, Any]]) -> None:
    """Whatever plain values are written come back as they were."""
    file = io.BytesIO()
    assert write_jsonl(Sheet(["a", "b", "c"], iter(rows), {}), file) == len(rows)
    lines = file.getvalue().decode("utf-8", "surrogatepass").split("\n")[:-1]
    assert [json.loads(line) for line in lines] == rows


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats()))
def test_any_floats_survive_csv(values: list[float]) -> None:
    """Each float of a CSV is read back bit for bit."""
    file = io.BytesIO()
    write_csv(Sheet(["a", "b"], iter([{"a": value, "b": 0} for value in values]), {}), file)
    read = [float(row["a"]) for row in table_of(file.getvalue().decode())]
    assert [struct.pack("d", v) for v in read if v == v] == [struct.pack("d", v) for v in values if v == v]  # noqa: PLR0124 (NaN)
    assert len(read) == len(values)
