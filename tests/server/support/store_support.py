"""What tests of the store share: runs to put series into, small chunks and blocks, and series of all kinds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trailmark.server.store import cutting, overview, schema, writer
from trailmark.server.store.points import NUMBER, OBJECT
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from trailmark.server.store.database import Database

    Values = NDArray[Any]

BEGAN = 1_700_000_000.0

# Examples put their runs beside one another into the database of the test.
many_examples = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make chunks, blocks and overviews so small that a few hundred points have all that millions have."""
    monkeypatch.setitem(cutting.SIZES, NUMBER, 16)
    monkeypatch.setitem(cutting.SIZES, OBJECT, 4)
    monkeypatch.setattr(overview, "BLOCK", 4)
    monkeypatch.setattr(overview, "MOST", 16)
    monkeypatch.setattr(overview, "FIRST_POINT", 64)
    monkeypatch.setattr(writer, "_FANOUT", 3)
    monkeypatch.setattr(writer, "_FEW_SERIES", 2)


def add_run(database: Database, name: str = "r", *, began: float = BEGAN) -> int:
    """Add a run to project "p" and return its number; one of that name that is there is removed."""
    table = schema.runs
    with database.write() as connection:
        connection.execute(sa.delete(table).where(table.c.id == name))
        row: dict[str, Any] = {"project": "p", "id": name, "state": "finished", "tags": b"", "details": b""}
        row.update(start_time=began, last_time=began)
        key = connection.execute(sa.insert(table).values(**row)).inserted_primary_key
    assert key is not None
    number: int = key[0]
    return number


def store(
    database: Database,
    run: int,
    step: Values,
    columns: Mapping[str, Values],
    *,
    time: Values | None = None,
    cuts: tuple[int, ...] = (),
    settle: bool = False,
    stream: str = "history",
    reload: bool = False,
) -> SeriesWriter:
    """Append rows in several sittings, which end before the rows `cuts`; return the writer."""
    time = times_of(step) if time is None else time
    with database.read() as connection:
        made = SeriesWriter.load(connection, run)
    for begin, end in _stretches(len(step), cuts):
        part = {key: values[begin:end] for key, values in columns.items()}
        assert not made.append(stream, 0, step[begin:end], time[begin:end], part)
        with database.write() as connection:
            made.flush(connection, settle=settle)
        if reload:
            with database.read() as connection:
                made = SeriesWriter.load(connection, run)
    return made


def _stretches(count: int, cuts: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    edges = sorted({0, count, *(cut for cut in cuts if 0 < cut < count)})
    return pairwise(edges)


def times_of(step: Values) -> Values:
    """Return times that go on with the rows, in uneven steps, some of them equal."""
    return BEGAN + 1 + np.cumsum(np.arange(len(step)) % 3) * 0.7


def count_rows(database: Database, table: sa.Table, run: int) -> int:
    """Return how many rows of a table a run has."""
    with database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(table.c.run == run)) or 0


def _values(size: int) -> st.SearchStrategy[Values]:
    floats = st.one_of(st.floats(width=64), st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 1e-30]))
    return st.one_of(
        st.lists(floats, min_size=size, max_size=size).map(lambda items: np.array(items, np.float64)),
        st.lists(st.integers(-(1 << 53), 1 << 53), min_size=size, max_size=size).map(
            lambda items: np.array(items, np.int64)
        ),
        st.lists(st.booleans(), min_size=size, max_size=size).map(lambda items: np.array(items, np.bool_)),
        st.integers(0, 2**31).map(lambda seed: np.random.default_rng(seed).normal(size=size)),
    )


@st.composite
def curves(draw: st.DrawFn, most: int = 300) -> tuple[Values, Values]:
    """Draw steps, strictly ascending and often negative, and as many values, some of them NaN or infinite."""
    size = draw(st.integers(1, most))
    first = draw(st.integers(-1000, 1000))
    gaps = draw(st.one_of(st.just([1]), st.lists(st.integers(1, 50), min_size=1, max_size=5)))
    step = first + np.cumsum(np.resize(np.array(gaps, np.int64), size))
    return step, draw(_values(size))
