"""`Table`: what it takes, refuses, stores and gives back."""

from __future__ import annotations

import copy
import datetime
import json
import math
import pickle
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_support import PlainFolder, store
from trailmark.api.api import Api
from trailmark.errors import MediaError
from trailmark.media.histogram import Histogram
from trailmark.media.kinds import restore
from trailmark.media.tables.table import RowIndex, Table

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from trailmark._run.run import Run

UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456)  # noqa: DTZ001 (one without a zone)
COLUMNS: dict[str, list[Any]] = {
    "integers": [0, -(2**63), 2**63 - 1],
    "unsigned": [0, 2**64 - 1, None],
    "big integers": [2**80, -(2**70), 1],
    "huge integers": [10**5000, 1, None],
    "floats": [0.1 + 0.2, 1e-320, -0.0],
    "not finite": [math.nan, math.inf, -math.inf],
    "nan and none": [math.nan, None, 1.0],
    "numbers": [1, 2.5, None],
    "numbers that are no floats": [2**60 + 1, 2.5, math.nan],
    "booleans": [True, False, None],
    "texts": ["", "\x00 模型 😀", "x" * 100_000],
    "bytes": [b"", b"\x00\xff", bytes(1000)],
    "timestamps": [MOMENT, datetime.datetime.min, datetime.datetime.max],  # noqa: DTZ901
    "moments in UTC": [MOMENT.replace(tzinfo=UTC), None, datetime.datetime(1, 1, 1, tzinfo=UTC)],
    "moments": [MOMENT.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))), None, None],
    "several zones": [MOMENT.replace(tzinfo=UTC), MOMENT, None],
    "nanoseconds": [np.datetime64("2024-01-01T00:00:00.000000001"), MOMENT, None],
    "dates": [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None],
    "times": [datetime.time(23, 59, 59, 999999), datetime.time(0), None],
    "durations": [datetime.timedelta(days=-1, microseconds=1), datetime.timedelta(0), None],
    "long durations": [datetime.timedelta.max, datetime.timedelta.min, None],
    "short durations": [np.timedelta64(1, "ns"), datetime.timedelta(1), None],
    "lists": [[1, 2], [], None],
    "nested lists": [[[1.5, None], []], [None, [math.nan]], []],
    "mixed lists": [[1, "a", b"b", None, {"x": [MOMENT]}], [2**80], []],
    "lists of arrays": [[np.arange(3)], [], [np.zeros((2, 2), "f4")]],
    "dicts": [{"a": 1, "b": "x"}, {"a": None, "b": None}, None],
    "other dicts": [{}, {"_type": "image"}, {"a": {"_type": "float", "b": math.inf}}],
    "vectors": [np.arange(3, dtype="f4"), np.array([], "f4"), None],
    "arrays": [np.arange(6).reshape(1, 2, 3), np.array([math.nan], ">f2"), np.array(["ab", "c"])],
    "more arrays": [np.array([1 + 2j]), np.array([True]), np.array(["2020-01-01", "NaT"], "M8[D]")],
    "records": [np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")]), np.zeros((0, 3)), None],
    "histograms": [Histogram([1.0, 2.0]), None, Histogram([math.nan])],
    "nothing": [None, None, None],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_type_comes_back_equal(tmp_path: Path, name: str) -> None:
    """Each type of column is read back cell for cell as it was."""
    table = Table([name], [[cell] for cell in COLUMNS[name]])
    _, back = store(table, tmp_path)
    assert isinstance(back, Table)
    assert back == table
    assert back.types == table.types


def test_all_types_stand_side_by_side(tmp_path: Path) -> None:
    """A table of all kinds of columns comes back equal, also row by row, and when it was filled row by row."""
    rows = [list(row) for row in zip(*COLUMNS.values(), strict=True)]
    table, filled = Table(list(COLUMNS), rows), Table(list(COLUMNS))
    for row in rows:
        filled.add_data(*row)
    _, back = store(filled, tmp_path)
    assert back == table == filled
    assert Table(list(COLUMNS), [row for _, row in back.iterrows()]) == table
    assert (len(back), back.columns) == (3, list(COLUMNS))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.lists(st.integers() | st.floats() | st.text() | st.none()),
    st.dictionaries(st.text(), st.floats() | st.none() | st.lists(st.booleans())),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS))
def test_any_mixed_cells_come_back_equal(tmp_path: Path, cells: list[Any]) -> None:
    """A column that may hold anything gives back anything."""
    table = Table(["x"], [[cell] for cell in cells], allow_mixed_types=True)
    assert store(table, tmp_path)[1] == table


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.integers() | st.floats()))
def test_any_numbers_come_back_equal(tmp_path: Path, cells: list[Any]) -> None:
    """Numbers of any size and form stay what they are, in one column."""
    table = Table(["x"], [[cell] for cell in cells])
    back = store(table, tmp_path)[1]
    assert back == table
    assert table.data == [[cell] for cell in cells] or any(map(_is_nan, cells))


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, float) and math.isnan(cell)


def test_media_and_tables_are_cells(tmp_path: Path) -> None:
    """Images, lists of them, and tables lie in a table; what is read back are such objects."""
    from trailmark.media.images.image import Image

    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    inner = Table(["a"], [[1], [2]])
    table = Table(["image", "images", "table"], [[Image(pixels), [Image(pixels[:2])], inner], [None, [], None]])
    assert table.types == {"image": "image", "images": "list", "table": "table"}
    record, back = store(table, tmp_path)
    assert record["types"] == ["image", "list", "table"]
    [[image, [small], again], rest] = back.data
    assert isinstance(image, Image)
    assert isinstance(small, Image)
    assert again == inner
    assert rest == [None, [], None]


def test_a_stored_table_with_media_is_stored_again_elsewhere(tmp_path: Path) -> None:
    """What was read from one run and is logged to another brings its images along."""
    from trailmark.media.images.image import Image

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    table = Table(["image"], [[Image(np.zeros((2, 2, 3), np.uint8))]])
    _, back = store(table, tmp_path / "one")
    _, again = store(back, tmp_path / "two")
    [[image]] = again.data
    assert image.path.is_relative_to(tmp_path / "two")


def test_a_stored_table_is_copied_as_it_is(tmp_path: Path) -> None:
    """A table that was read back and not changed is not written anew when it is logged again."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    record, back = store(Table(["x"], [[1]]), tmp_path / "one")
    again = store(back, tmp_path / "two")[0]
    assert (tmp_path / "one" / record["path"]).read_bytes() == (tmp_path / "two" / again["path"]).read_bytes()


def test_the_file_is_ordinary_parquet(tmp_path: Path) -> None:
    """Native types are Arrow's own, and the schema's metadata describe the columns."""
    table = Table(["n", "x", "s", "v"], [[1, 0.5, "a", np.arange(2.0)], [2, None, "b", None]])
    record, back = store(table, tmp_path)
    found = pq.read_table(tmp_path / record["path"])
    assert [str(field.type) for field in found.schema] == ["int64", "double", "string", "list<element: double>"]
    about = json.loads(found.schema.metadata[b"trailmark"])
    assert about["columns"][3] == {"name": "v", "type": "array", "encoding": "vector"}
    assert back.to_arrow().to_pylist() == found.to_pylist()
    assert found.to_pylist()[1] == {"n": 2, "x": None, "s": "b", "v": None}


@pytest.mark.parametrize("name", ["", "a.b", "模型", 'quo"te', "a\nb", "0", " "])
def test_any_text_names_a_column(tmp_path: Path, name: str) -> None:
    """Dots and other signs in names mean nothing."""
    table = Table([name, "b"], [[1, 2], [3, 4]])
    _, back = store(table, tmp_path)
    assert back == table
    assert back.get_column(name) == [1, 3]
    assert back.select([name], where=(name, ">", 1)).data == [[3]]
    assert table.select([name], where=(name, ">", 1)).data == [[3]]


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize("columns", [0, 1, 1000])
def test_any_size_is_a_table(tmp_path: Path, rows: int, columns: int) -> None:
    """Without rows, without columns, or with a thousand of them, a table comes back."""
    table = Table([f"c{number}" for number in range(columns)], [list(range(columns))] * rows)
    _, back = store(table, tmp_path)
    assert (len(back), len(back.columns)) == (rows, columns)
    assert back == table
    assert back.data == [list(range(columns))] * rows
    assert back.to_arrow().num_columns == columns


def test_many_rows_lie_in_groups(tmp_path: Path) -> None:
    """There is no limit of rows; a file has groups of them, so that a part of it can be read."""
    table = Table(["i", "name"])
    for number in range(150_000):
        table.add_data(number, f"n{number % 7}")
    record, back = store(table, tmp_path)
    assert pq.ParquetFile(tmp_path / record["path"]).num_row_groups == 3
    assert back.get_column("i", convert_to="numpy").sum() == sum(range(150_000))
    assert back.select(where=("i", ">=", 149_998)).data == [[149_998, "n2"], [149_999, "n3"]]
    assert sum(1 for _ in back.iterrows()) == 150_000


def test_large_cells_make_small_groups(tmp_path: Path) -> None:
    """A group has some megabytes, however large its cells are."""
    table = Table(["array"], [[np.full((1024, 1024), number, np.uint8)] for number in range(130)])
    record, back = store(table, tmp_path)
    assert pq.ParquetFile(tmp_path / record["path"]).num_row_groups >= 2
    assert [row[0][0, 0] for _, row in back.iterrows()] == list(range(130))


# -- what it refuses ---------------------------------------------------------------------------------------------------


def test_the_default_columns_are_those_of_wandb() -> None:
    """Without columns there are Input, Output and Expected."""
    assert Table().columns == ["Input", "Output", "Expected"]


def test_a_row_of_another_length_is_refused() -> None:
    """The error names the row and both lengths; nothing is added."""
    table = Table(["a", "b"], [[1, "x"]])
    with pytest.raises(MediaError, match=r"row 1 \(1, 2, 3\) has 3 cells, expected 2, one for each column: 'a', 'b'"):
        table.add_data(1, 2, 3)
    with pytest.raises(MediaError, match=r"row 0 \(1\) has 1 cells, expected 3"):
        Table(data=[[1]])
    with pytest.raises(MediaError, match="row 0 is a str, expected a list"):
        Table(["a"], ["x"])
    assert table.data == [[1, "x"]]


def test_a_cell_of_another_type_is_refused() -> None:
    """The error names column, row, value and both types; of the row nothing is added."""
    table = Table(["a", "b"], [[1, "x"]])
    with pytest.raises(MediaError, match=r"column 'b', row 1: got 3 \(number\), expected string"):
        table.add_data(2, 3)
    with pytest.raises(MediaError, match=r"column 'a', row 2: got True \(boolean\), expected number"):
        Table(["a"], [[1], [2], [True]])
    assert (len(table), table.get_column("a"), table.get_column("b")) == (1, [1], ["x"])


def test_mixed_types_are_allowed_on_demand(tmp_path: Path) -> None:
    """With allow_mixed_types cells stay what they are."""
    table = Table(["a"], [[1], ["x"], [None], [True], [b"b"], [[1]]], allow_mixed_types=True)
    _, back = store(table, tmp_path)
    assert back.get_column("a") == [1, "x", None, True, b"b", [1]]
    back.add_data({"more": 1})
    assert back.types == {"a": "any"}


def test_none_is_refused_where_it_is_not_optional(tmp_path: Path) -> None:
    """optional=False holds for one column or all, and is kept."""
    table = Table(["a", "b"], [[1, None]], optional=[False, True])
    _, back = store(table, tmp_path)
    for one in (table, back):
        with pytest.raises(MediaError, match="column 'a', row 1: got None, and the column is not optional"):
            one.add_data(None, 1)


def test_types_are_given(tmp_path: Path) -> None:
    """Dtype fixes the type of a column, for all or one by one."""
    assert Table(["a"], dtype=int).types == {"a": "number"}
    table = Table(["a", "b"], dtype=[str, np.ndarray])
    with pytest.raises(MediaError, match=r"got 1 \(number\), expected string"):
        table.add_data(1, np.zeros(2))
    _, back = store(table, tmp_path)
    assert back.types == {"a": "string", "b": "array"}
    with pytest.raises(MediaError, match="dtype takes a class"):
        Table(["a"], dtype=[3.5])
    with pytest.raises(MediaError, match="dtype has 1 entries for 3 columns"):
        Table(dtype=[int])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ["a", "b", "a"]}, "two columns are named 'a'"),
        ({"columns": [1, "1"]}, "two columns are named '1'"),
        ({"columns": [1.5]}, "columns are named by str"),
        ({"columns": "abc"}, r"write \['abc'\]"),
        ({"columns": ["a"], "data": "text"}, "data takes a list of rows"),
        ({"columns": ["a"], "data": 3}, "data takes a list of rows"),
        ({"columns": ["a"], "data": np.zeros((2, 2))}, r"data of shape \(2, 2\) has 2 cells, expected 1"),
        ({"columns": ["a"], "data": np.zeros(2)}, r"of rows and columns, got one of shape \(2,\)"),
        ({"data": [], "rows": []}, "from one of data, rows and dataframe"),
        ({"dataframe": [[1]]}, "dataframe takes a DataFrame"),
        ({"log_mode": "LATER"}, "log_mode is one of IMMUTABLE, MUTABLE, INCREMENTAL"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Each error says what was expected."""
    with pytest.raises(MediaError, match=message):
        Table(**arguments)


def test_a_cell_in_itself_is_refused() -> None:
    """A list that contains itself has no end."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(MediaError, match="nested deeper than 64"):
        Table(["a"], [[endless]])


def test_integers_name_columns_by_their_text() -> None:
    """A column named 0 is found as 0 and as "0"."""
    names: list[Any] = [0, 1]
    table = Table(names, [[1, 2]])
    assert table.columns == ["0", "1"]
    assert table.get_column("1") == table.get_column(1) == [2]  # type: ignore[arg-type]


# -- rows and columns --------------------------------------------------------------------------------------------------


def test_values_are_copied() -> None:
    """What the caller does to lists and arrays afterwards does not change the table."""
    array, numbers, row = np.zeros(2), [1], {"a": [1]}
    table = Table(["array", "list", "dict"], [[array, numbers, row]])
    matrix = np.zeros((2, 2))
    other = Table(["a", "b"], matrix)
    array[:], matrix[:] = 1, 1
    numbers.append(2)
    row["a"].append(2)
    [[kept, numbers_kept, row_kept]] = table.data
    assert (kept.tolist(), numbers_kept, row_kept) == ([0, 0], [1], {"a": [1]})
    assert other.data == [[0, 0], [0, 0]]


def test_scalars_and_arrays_of_numpy_are_python_s(tmp_path: Path) -> None:
    """Numbers of numpy become numbers; a matrix becomes columns, with its own type in the file."""
    table = Table(["a", "b"], [[np.int8(3), np.float32(0.1)], [np.array(4), np.float64("nan")]])
    assert [type(cell) for cell in table.data[0]] == [int, float]
    matrix = np.array([[1, 2], [3, 4]], np.float32)
    _, back = store(Table(["a", "b"], matrix), tmp_path)
    assert back.data == [[1, 2], [3, 4]]
    assert back.get_column("a", convert_to="numpy").dtype == np.float32
    assert Table(["a", "b"], np.array([[1, "x"], [2, None]], object)).data == [[1, "x"], [2, None]]
    assert Table(["a"], np.array([["x"], ["y"]])).data == [["x"], ["y"]]
    assert Table(["a"], np.array([["2020-01-01"]], "M8[D]")).data == [[datetime.date(2020, 1, 1)]]


def test_columns_are_added(tmp_path: Path) -> None:
    """A column of as many values as there are rows is added, as a list or an array."""
    table = Table(["a"], [[1], [2]])
    table.add_column("b", ["x", "y"])
    table.add_column("c", np.array([0.5, math.nan]))
    table.add_column("d", np.zeros((2, 3)))
    table.add_column("e", [None, 1], optional=True)
    _, back = store(table, tmp_path)
    assert back == table
    assert back.columns == ["a", "b", "c", "d", "e"]
    assert back.get_column("d")[0].shape == (3,)
    empty = Table([])
    empty.add_column("a", [1, 2])
    assert empty.data == [[1], [2]]


def test_bad_columns_are_refused() -> None:
    """A column of another length, of a name that is there, or of several types is not added."""
    table = Table(["a"], [[1], [2]])
    for name, values, message in (
        ("b", [1], "has 1 values, expected 2"),
        ("a", [1, 2], "there is a column 'a' already"),
        ("b", [1, "x"], "row 1: got 'x'"),
        ("b", [1, None], "not optional"),
        ("b", "xy", "takes a list or an array"),
    ):
        with pytest.raises(MediaError, match=message):
            table.add_column(name, values)
    assert table.columns == ["a"]


def test_columns_are_computed() -> None:
    """A function of each row makes columns, all or none."""
    table = Table(["a"], [[1], [2]])
    table.add_computed_columns(lambda index, row: {"b": row["a"] * 2, "i": int(index)})
    assert table.data == [[1, 2, 0], [2, 4, 1]]
    for function, message in (
        (lambda _index, row: row["a"], "expected a dict of columns"),
        (lambda index, _row: {f"x{index}": 1}, "expected the columns 'x0'"),
        (lambda _index, _row: {"new": 1, "a": 1}, "there is a column 'a' already"),
    ):
        with pytest.raises(MediaError, match=message):
            table.add_computed_columns(function)
    assert table.columns == ["a", "b", "i"]


def test_columns_are_read(tmp_path: Path) -> None:
    """A column is a list or an array; arrays of one shape become one."""
    table = Table(["n", "s", "v", "o"], [[1, "a", np.arange(2), None], [2, "b", np.arange(2), 1]])
    for one in (table, store(table, tmp_path)[1]):
        assert one.get_column("n") == [1, 2]
        assert one.get_column("n", convert_to="numpy").dtype == np.int64
        assert one.get_column("s", convert_to="numpy").tolist() == ["a", "b"]
        assert one.get_column("v", convert_to="numpy").shape == (2, 2)
        assert one.get_column("o", convert_to="numpy").tolist() == [None, 1]
        with pytest.raises(MediaError, match="there is no column 'x'; there are 'n', 's', 'v', 'o'"):
            one.get_column("x")
        with pytest.raises(MediaError, match="convert_to is None or 'numpy'"):
            one.get_column("n", convert_to="list")


def test_rows_have_numbers_that_know_their_table() -> None:
    """An index is an int, and finds its row."""
    table = Table(["a", "b"], [[1, 2], [3, 4]])
    assert table.get_index() == [0, 1]
    [(first, row), _] = table.iterrows()
    assert (first, row) == (0, [1, 2])
    assert isinstance(first, RowIndex)
    assert table.index_ref(1).get_row() == {"a": 3, "b": 4}
    with pytest.raises(MediaError, match="there is no row 2: the table has 2 rows"):
        table.index_ref(2)


def test_rows_are_iterated_as_they_were_at_the_call() -> None:
    """Rows may be added while others are read."""
    table = Table(["a"], [[1], [2]])
    for _, row in table.iterrows():
        table.add_data(row[0] + 10)
    assert table.get_column("a") == [1, 2, 11, 12]
    assert table.data is table.data


def test_cast_checks_the_cells() -> None:
    """A type is fixed where the cells agree with it."""
    table = Table(["a"], [[1], [2]])
    table.cast("a", float)
    with pytest.raises(MediaError, match="not optional"):
        table.add_data(None)
    table.cast("a", int, optional=True)
    table.add_data(None)
    with pytest.raises(MediaError, match=r"column 'a', row 0: got 1 \(number\), expected string"):
        table.cast("a", str)
    table.cast("a", Any, optional=True)
    table.add_data("text")
    assert table.get_column("a") == [1, 2, None, "text"]


def test_keys_are_kept(tmp_path: Path) -> None:
    """The primary key and foreign keys come back, with the other table."""
    people = Table(["id", "name"], [["1", "Ann"]])
    people.set_pk("id")
    visits = Table(["who"], [["1"]])
    visits.set_fk("who", people, "id")
    _, back = store(visits, tmp_path)
    other, column = back.foreign_keys["who"]
    assert (other, column, other.primary_key) == (people, "id", "id")
    with pytest.raises(MediaError, match="there is no column 'x'"):
        people.set_pk("x")
    with pytest.raises(MediaError, match="set_fk takes the other Table"):
        visits.set_fk("who", "people", "id")  # type: ignore[arg-type]


def test_equality_is_of_cells() -> None:
    """Tables with the same columns and cells are equal; NaN equals NaN, and not None."""
    one = Table(["a"], [[math.nan], [1]])
    assert one == Table(["a"], [[math.nan], [1.0]])
    for other in (
        Table(["a"], [[None], [1]]),
        Table(["b"], [[math.nan], [1]]),
        Table(["a"], [[math.nan]]),
        Table(["a"], [[math.nan], [True]], allow_mixed_types=True),
        "a table",
    ):
        assert one != other
    assert Table(["a"], [[np.zeros(2, "f4")]]) != Table(["a"], [[np.zeros(2, "f8")]])


def test_a_table_is_copied_and_pickled() -> None:
    """A copy is a table of its own."""
    table = Table(["a"], [[1]], log_mode="INCREMENTAL")
    for twin in (copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        twin.add_data(2)
        assert twin.get_column("a") == [1, 2]
    assert len(table) == 1


def test_it_says_what_it_is() -> None:
    """The text of a table has its size and its types."""
    assert repr(Table(["a", "b"], [[1, None]])) == "Table(1 rows x 2 columns of a: number, b: None)"


def test_a_read_table_is_changed(tmp_path: Path) -> None:
    """A table that was read back takes rows and columns, and leaves its file as it is."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    record, back = store(Table(["a"], [[1]]), tmp_path / "one")
    back.add_data(2**70)
    back.add_column("b", ["x", "y"])
    assert back.data == [[1, "x"], [2**70, "y"]]
    assert store(back, tmp_path / "two")[1] == back
    assert pq.read_table(tmp_path / "one" / record["path"]).num_rows == 1


def test_records_that_are_none_are_refused(tmp_path: Path) -> None:
    """A damaged record, or a file that is missing or no table, is said to be that."""
    folder = PlainFolder(tmp_path)
    with pytest.raises(MediaError, match="not the record of a table"):
        restore({"_type": "table", "rows": 1}, folder)
    record = {"_type": "table", "path": "x.parquet", "rows": 1, "columns": ["a"], "types": ["number"]}
    lost = restore(record, folder)
    assert (len(lost), lost.columns) == (1, ["a"])
    with pytest.raises(MediaError, match="is not there"):
        lost.get_column("a")
    (tmp_path / "x.parquet").write_bytes(b"no table")
    with pytest.raises(MediaError, match="cannot be read as a table"):
        lost.get_column("a")


# -- logging -----------------------------------------------------------------------------------------------------------


class LateFolder(PlainFolder):
    """A folder whose files are written when they are told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.jobs: list[Callable[[], None]] = []

    def encode(self, kind: str, extension: str, encode: Callable[[BinaryIO], None], *, held_bytes: int) -> str:
        """Note what has to be written."""
        assert held_bytes >= 0
        name = self._name(kind, extension)

        def work() -> None:
            with (self.root / name).open("wb") as file:
                encode(file)

        self.jobs.append(work)
        return name


def test_what_is_written_is_what_was_logged(tmp_path: Path) -> None:
    """Rows, columns and types that come after `log` are not in the file, however late that is written."""
    folder = LateFolder(tmp_path)
    table = Table(["a"], [[None]])
    record = table.record_in(folder, folder)
    table.add_data("text")
    table.add_column("b", [1, 2])
    [work] = folder.jobs
    work()
    back = restore(record, folder)
    assert (back.data, back.types) == ([[None]], {"a": None})


@pytest.mark.parametrize("mode", ["IMMUTABLE", "MUTABLE"])
def test_an_unchanged_table_is_written_once(tmp_path: Path, mode: str) -> None:
    """Logged again, it refers to the same file; changed, it gets another one; elsewhere, too."""
    folder = LateFolder(tmp_path)
    table = Table(["a"], [[1]], log_mode=mode)
    first = table.record_in(folder, folder)
    assert table.record_in(folder, folder) == first
    table.add_data(2)
    second = table.record_in(folder, folder)
    assert second["path"] != first["path"]
    other = LateFolder(tmp_path)
    table.record_in(other, other)
    assert (len(folder.jobs), len(other.jobs)) == (2, 1)
    for work in folder.jobs:
        work()
    assert [restore(record, folder).data for record in (first, second)] == [[[1]], [[1], [2]]]


def test_increments_are_written_once(tmp_path: Path) -> None:
    """Each log of an incremental table writes the new rows only, and reads back as all rows so far."""
    folder = PlainFolder(tmp_path)
    table = Table(["a", "b"], log_mode="INCREMENTAL")
    records = []
    for number in range(100):
        table.add_data(number, None if number < 50 else "x")
        records.append(table.record_in(folder, folder))
    assert table.record_in(folder, folder) is records[-1]
    files = list((tmp_path / "media/table").glob("*.parquet"))
    assert [pq.read_metadata(file).num_rows for file in files] == [1] * 100
    assert max(len(json.dumps(record)) for record in records) < 2000
    for number, record in enumerate(records):
        back = restore(record, folder)
        assert len(back) == number + 1
        if number % 7 == 0 or number > 97:
            assert back.get_column("a") == list(range(number + 1))
    whole = restore(records[-1], folder)
    assert whole == table
    assert whole.select(["a"], where=[("a", ">", 47), ("b", "is null")]).data == [[48], [49]]


def test_increments_begin_anew_in_another_home(tmp_path: Path) -> None:
    """Another run gets all rows."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = PlainFolder(tmp_path / "one"), PlainFolder(tmp_path / "two")
    table = Table(["a"], [[1]], log_mode="INCREMENTAL")
    table.record_in(one, one)
    table.add_data(2)
    assert restore(table.record_in(two, two), two).data == [[1], [2]]
    table.add_data(3)
    assert restore(table.record_in(one, one), one).data == [[1], [2], [3]]
    assert restore(table.record_in(two, two), two).data == [[1], [2], [3]]
    with pytest.raises(MediaError, match="add_column: an incremental table that was logged takes rows only"):
        table.add_column("b", [1, 2, 3])


def test_increments_of_other_number_types_are_one_column(tmp_path: Path) -> None:
    """Files with integers, floats, None and integers beyond 64 bits are read as one exact column."""
    folder = PlainFolder(tmp_path)
    table = Table(["a"], log_mode="INCREMENTAL")
    cells = [None, 2**60 + 1, 0.5, None, 2**80, 3]
    record: dict[str, Any] = {}
    for cell in cells:
        table.add_data(cell)
        record = table.record_in(folder, folder)
    back = restore(record, folder)
    assert back.get_column("a") == cells
    assert back == table


def test_an_incremental_table_without_rows_is_a_table(tmp_path: Path) -> None:
    """Nothing is written for no rows."""
    record, back = store(Table(["a"], log_mode="INCREMENTAL"), tmp_path)
    assert record["parts"] == []
    assert (back.data, back.get_column("a"), back.columns) == ([], [], ["a"])
    back.add_data(1)
    assert store(back, tmp_path)[1].data == [[1]]


def test_rows_are_added_while_files_are_written(tmp_path: Path) -> None:
    """Threads that add rows and one that writes earlier ones do not disturb each other."""
    folder = LateFolder(tmp_path)
    table = Table(["thread", "number"])
    records: list[dict[str, Any]] = []

    def add(thread: int) -> None:
        for number in range(3000):
            table.add_data(thread, number)

    threads = [threading.Thread(target=add, args=(thread,)) for thread in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        records.append(table.record_in(folder, folder))
        folder.jobs.pop()() if folder.jobs else None
    for thread in threads:
        thread.join()
    records.append(table.record_in(folder, folder))
    while folder.jobs:
        folder.jobs.pop()()
    for record in records:
        back = restore(record, folder)
        numbers: dict[int, list[int]] = {}
        for thread, number in back.data:
            numbers.setdefault(thread, []).append(number)
        assert all(found == list(range(len(found))) for found in numbers.values())
        assert len(back) == record["rows"] == sum(map(len, numbers.values()))
    assert len(table) == 9000


def test_tables_are_logged_in_a_run(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A run keeps a table whole, and an incremental one row by row; the Api gives back tables."""
    run = begin()
    path = f"p/{run.id}"
    table, growing = Table(["a"], [[1], [2]]), Table(["n"], log_mode="INCREMENTAL")
    for number in range(3):
        growing.add_data(number)
        run.log({"whole": table, "growing": growing})
    run.finish()
    rows = list(Api(tmp_path / "root").run(path).scan_history())
    assert [row["whole"] for row in rows] == [table] * 3
    assert [row["growing"].get_column("n") for row in rows] == [[0], [0, 1], [0, 1, 2]]
    files = list((tmp_path / "root" / path / "files/media/table").glob("*.parquet"))
    assert len(files) == 4


def test_the_rows_that_are_shown_refuse_changes() -> None:
    """What is done to `data` would be lost, so it raises; copies of it are lists like others."""
    table = Table(["a"], [[1], [2]])
    with pytest.raises(MediaError, match="add_data"):
        table.data.append([3])
    with pytest.raises(MediaError, match="add_data"):
        table.data[0][0] = 5
    assert table.data == [[1], [2]]
    for copied in (copy.deepcopy(table.data), pickle.loads(pickle.dumps(table.data)), list(map(list, table.data))):
        copied[0].append(7)
        assert copied == [[1, 7], [2]]


def test_no_table_or_chart_imports_pandas(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Logging takes no second to import pandas, which pyarrow would do to look for data of pandas."""
    (tmp_path / "pandas.py").write_text("raise SystemExit('pandas was imported')")
    source = """
        import sys, trailmark
        run = trailmark.init(project="p")
        rows = [[1, 0.5, "x", None, True, b"a"], [2, None, "y", None, False, None]]
        table = trailmark.Table(columns=list("abcdef"), data=rows)
        run.log({"table": table, "line": trailmark.plot.line(table, "a", "b")})
        run.log({"bar": trailmark.plot.bar(table, "c", "a")})
        run.log({"matrix": trailmark.plot.confusion_matrix(y_true=[0, 1], preds=[1, 1], class_names=["a", "b"])})
        run.log({"roc": trailmark.plot.roc_curve([0, 1], [[0.5, 0.5], [0.1, 0.9]])})
        run.log({"series": trailmark.plot.line_series([1, 2], [[1, 2]]), "hist": trailmark.plot.histogram(table, "a")})
        run.finish()
        assert "pandas" not in sys.modules
    """
    done = script(textwrap.dedent(source))
    assert (done.returncode, "pandas" in done.stderr) == (0, False), done.stderr


def test_a_list_of_files_that_comes_before_itself_is_damaged(tmp_path: Path) -> None:
    """Reading it ends with an error, and not never."""
    folder = PlainFolder(tmp_path)
    (tmp_path / "a.json").write_text('{"parts": [], "before": "a.json"}')
    record = {"_type": "table", "rows": 1, "columns": ["a"], "types": ["number"], "parts": [], "before": "a.json"}
    with pytest.raises(MediaError, match="the list of a table's files is damaged"):
        restore(record, folder).get_column("a")


def test_rows_that_are_not_in_the_file_are_told_of(tmp_path: Path) -> None:
    """A record and a file that do not fit together give no table of another length."""
    folder = PlainFolder(tmp_path)
    record = Table(["a"], [[1], [2]]).record_in(folder, folder)
    with pytest.raises(MediaError, match="it has 2 rows"):
        restore({**record, "rows": 3}, folder).get_column("a")
