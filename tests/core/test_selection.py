"""Conditions and orders, apart from tables."""

from __future__ import annotations

import pyarrow as pa
import pytest

from trailmark.errors import MediaError
from trailmark.media.tables.selection import Where, sort_keys, sorted_rows


def test_conditions_tell_their_columns() -> None:
    """Only the columns of the conditions are read for them; an expression may need any."""
    import pyarrow.compute as pc

    kinds: dict[str, str | None] = {"a": "number", "b": "string"}
    assert Where([("b", "==", "x"), ("b", "!=", "y")], kinds).names == ["b"]
    assert Where(pc.field("a") > 1, kinds).names is None


def test_the_minus_of_a_name_is_its_own() -> None:
    """A column that begins with a minus is found before the order of another is turned around."""
    assert sort_keys(["-a", "a"], ["a", "-a"]) == [("-a", "ascending"), ("a", "ascending")]
    assert sort_keys("-a", ["a"]) == [("a", "descending")]


def test_equal_rows_stay_in_order() -> None:
    """Rows of equal keys stay as they were."""
    arrays = {"a.b": pa.chunked_array([[2, 1], [1, 2]]), "c": pa.chunked_array([["x", "x", "y", "x"]])}
    assert sorted_rows([("a.b", "ascending"), ("c", "descending")], arrays).tolist() == [2, 1, 0, 3]


def test_what_has_no_order_is_refused() -> None:
    """Lists cannot be put in order."""
    with pytest.raises(MediaError, match="cannot be put in order"):
        sorted_rows([("a", "ascending")], {"a": pa.chunked_array([[[1], [2]]])})
