"""The files of tables."""

from __future__ import annotations

import functools
import pickle
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import dataset

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.tables.column import PART_ROWS, Column
from trailmark.media.tables.parquet import Source, write

if TYPE_CHECKING:
    from pathlib import Path


def _source(root: Path, *parts: list[Any]) -> Source:
    folder = PlainFolder(root)
    names = []
    for cells in parts:
        column = Column("a")
        column.extend(cells)
        other = Column("b")
        other.extend([str(cell) for cell in cells])
        names.append(folder.encode("table", "parquet", functools.partial(write, (column, other)), held_bytes=0))
    return Source(lambda: [(folder.file(name), len(cells)) for name, cells in zip(names, parts, strict=True)], folder)


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """A scan has the columns that it names, at most a group of rows at a time, and ends with the limit."""
    source = _source(tmp_path, list(range(PART_ROWS * 2 + 5)), [1, 2])
    sizes = [len(batch["a"]) for batch in source.batches(["a"])]
    assert sum(sizes) == PART_ROWS * 2 + 7
    assert max(sizes) <= PART_ROWS
    assert all(set(batch) == {"a"} for batch in source.batches(["a"]))
    assert len(list(source.batches(["b", "a"], None, 10))) == 1
    assert list(source.batches([])) == []


def test_a_filter_is_made_for_each_file(tmp_path: Path) -> None:
    """It is told how the file holds the columns."""
    source = _source(tmp_path, [1, 2, 3], [2.5, 7])
    told: list[dict[str, str]] = []

    def where(encodings: dict[str, str]) -> Any:
        told.append(encodings)
        return dataset.field("a") > 2

    found = [cell for batch in source.batches(["b"], where) for cell in batch["b"].cells()]
    assert found == ["3", "2.5", "7"]
    assert told == [{"a": "native", "b": "native"}] * 2


def test_columns_of_several_files_are_one(tmp_path: Path) -> None:
    """Integers of one and floats of another file are floats."""
    source = _source(tmp_path, [1], [2.5])
    found = source.columns({"a": "number", "b": "string"})
    assert (found["a"].cells(), found["b"].cells()) == ([1.0, 2.5], ["1", "2.5"])
    again = pickle.loads(pickle.dumps(source))
    assert again.columns({"a": "number"})["a"].cells() == [1.0, 2.5]


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    """Parquet without our description, or of a later format, is said to be that."""
    source = _source(tmp_path, [1])
    [file] = source.files()
    pq.write_table(pa.table({"a": [1]}), file.path)
    with pytest.raises(MediaError, match="cannot be read as a table"):
        source.columns({"a": "number"})
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"trailmark": '{"format":9,"columns":[]}'}), file.path)
    with pytest.raises(MediaError, match="it is of format 9, and this version reads 1"):
        source.columns({"a": "number"})
