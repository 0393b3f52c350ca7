"""A column of a table."""

from __future__ import annotations

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.tables.arrow import encode
from trailmark.media.tables.column import PART_ROWS, Column, check_name, check_names, is_media


def _column() -> Column:
    """Return a column of numbers, in parts of all kinds."""
    column = Column("a")
    column.extend([0, 1, 2])
    column.add_part(encode("number", [3, 4]))
    for number in range(5, 8):
        column.append(column.accept(number, number))
    return column


def test_parts_are_one_column() -> None:
    """Cells come in order, whatever holds them, and from any row to any other."""
    column = _column()
    assert (len(column), column.kind, column.cells()) == (8, "number", list(range(8)))
    for start in range(9):
        for stop in range(start, 10):
            assert column.cells(start, stop) == list(range(start, min(stop, 8)))
    assert column.take(np.array([7, 0, 3])).cells() == [7, 0, 3]
    assert column.encoded().cells() == list(range(8))


def test_a_snapshot_stays() -> None:
    """Cells that come later are not in it."""
    column = _column()
    snapshot = column.snapshot(2, 7)
    column.append(9)
    assert snapshot.cells() == [2, 3, 4, 5, 6]
    assert (len(column), column.cells()[-1]) == (9, 9)


def test_full_lists_are_shared() -> None:
    """A snapshot copies only the last, unfinished list."""
    column = Column("a")
    for number in range(PART_ROWS + 1):
        column.append(number)
    [mine, rest], [shared, _] = column.parts(), column.snapshot().parts()
    assert mine is shared
    assert rest == [PART_ROWS]


def test_extend_is_all_or_nothing() -> None:
    """A value of another type leaves the column as it was, and is named by its row."""
    column = _column()
    for values in ([8, "x"], [8, [1]]):
        with pytest.raises(MediaError, match=r"column 'a', row 9: got .* expected number"):
            column.extend(values)
    assert (len(column), column.kind) == (8, "number")


def test_its_size_is_known_roughly() -> None:
    """The bytes that a column holds are estimated from some of its cells."""
    column = Column("a")
    column.extend([np.zeros(1000) for _ in range(100)])
    assert 700_000 < column.size_bytes() < 1_000_000
    assert Column("b").size_bytes() == 0


def test_names_are_checked() -> None:
    """Integers become text; everything else is no name."""
    assert check_name(np.int64(3)) == "3"
    assert check_names(["a", 1]) == ["a", "1"]
    with pytest.raises(MediaError, match=r"got \('a', 'b'\) of type tuple"):
        check_name(("a", "b"))
    with pytest.raises(MediaError, match="two columns are named 'a'"):
        check_names("aba")


def test_kinds_of_media_are_known() -> None:
    """Images are media, numbers are not."""
    assert is_media("image")
    assert not is_media("number")
