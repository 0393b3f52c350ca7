"""Tests of `trailmark.server.store.states`: the state of a run as rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from trailmark.journal.records import ArtifactLink
from trailmark.journal.runstate import RunState
from trailmark.server.store import schema
from trailmark.server.store.database import Database
from trailmark.server.store.states import StateWriter, pack, remove_run, unpack, unpack_details

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Give a transaction of an empty index."""
    database = Database.open(f"sqlite:///{tmp_path / 'index.db'}")
    with database.write() as connection:
        yield connection
    database.close()


def state(**values: Any) -> RunState:
    """Return the state of a run."""
    return RunState(**{"id": "r", "project": "p", "path": Path("p/r"), "state": "running", **values})


def values_of(connection: sa.Connection, table: sa.Table) -> dict[str, Any]:
    """Return the values of a table, by key."""
    return {key: unpack(value) for key, value in connection.execute(sa.select(table.c.key, table.c.value))}


@pytest.mark.parametrize("value", [None, True, 2**80, -(2**63) - 1, 1e-300, b"\0", "\ud800", [1, {"a": [None]}]])
def test_any_value_is_packed(value: Any) -> None:
    """What a journal can hold comes back; half a surrogate pair comes back as its escape."""
    assert unpack(pack(value)) == ("\\ud800" if value == "\ud800" else value)


def test_nan_is_packed() -> None:
    """NaN stays NaN."""
    assert math.isnan(unpack(pack(math.nan)))


def test_only_what_changed_is_told(connection: sa.Connection) -> None:
    """A second `put` of the same state says that nothing changed."""
    writer = StateWriter()
    assert writer.put(connection, state(config={"a": 1}, summary={"b": 2}), 1) == {"identity", "config", "summary"}
    assert writer.put(connection, state(config={"a": 1}, summary={"b": 2}), 2) == set()
    assert writer.put(connection, state(config={"a": 1}, summary={"b": 3}), 3) == {"summary"}
    assert values_of(connection, schema.summary_values) == {"b": 3}


def test_values_that_are_gone_are_removed(connection: sa.Connection) -> None:
    """A key that the state does not have any more is not in the index either."""
    writer = StateWriter()
    writer.put(connection, state(config={str(number): number for number in range(1200)}), 1)
    writer.put(connection, state(config={"7": 7}), 2)
    assert values_of(connection, schema.config_values) == {"7": 7}


def test_another_writer_goes_on(connection: sa.Connection) -> None:
    """What an earlier process wrote is found again, and brought up to date."""
    StateWriter().put(connection, state(config={"a": 1, "b": 1}), 1)
    writer = StateWriter()
    assert not writer.open(connection, "p", "r", 2)
    writer.put(connection, state(config={"a": 2}, name="n"), 2)
    assert values_of(connection, schema.config_values) == {"a": 2}
    assert connection.execute(sa.select(schema.runs.c.name, schema.runs.c.revision)).all() == [("n", 2)]


def test_links_are_written_once(connection: sa.Connection) -> None:
    """New ones are added; if earlier ones changed, all are written anew."""
    writer = StateWriter()
    links = [ArtifactLink(time=1.0, action="logged", project="p", name="m", version=number) for number in range(3)]
    for some in (links[:1], links, links[1:]):
        assert "artifacts" in writer.put(connection, state(artifacts=some), 1)
        table = schema.artifact_links.c
        found = connection.scalars(sa.select(table.version).order_by(table.number)).all()
        assert found == [link.version for link in some]


def test_values_of_the_wrong_kind_do_no_harm(connection: sa.Connection) -> None:
    """A damaged or hostile journal may name anything anything; texts become texts, times finite."""
    odd: Any = {"name": 5, "notes": ["x"], "tags": 7, "start_time": math.nan, "exit_code": 2**70, "host": "a\0b"}
    StateWriter().put(connection, state(**odd), 1)
    row = connection.execute(sa.select(schema.runs)).one()
    assert (row.name, row.notes, unpack(row.tags), row.start_time) == ("5", "['x']", [], 0.0)
    assert (row.exit_code, row.host) == (2**63 - 1, "a\ufffdb")


def test_the_rest_of_the_state_is_in_the_details(connection: sa.Connection) -> None:
    """What no list is ordered by comes back as it was."""
    StateWriter().put(connection, state(environment={"python": "3"}, error="Traceback", ranks=[0, 1]), 1)
    details = unpack_details(connection.scalar(sa.select(schema.runs.c.details)) or b"")
    assert (details.environment, details.error, details.ranks) == ({"python": "3"}, "Traceback", [0, 1])


def test_a_removed_run_leaves_nothing(connection: sa.Connection) -> None:
    """All tables forget it."""
    writer = StateWriter()
    writer.put(connection, state(config={"a": 1}, summary={"b": 1}), 1)
    remove_run(connection, writer.number)
    for table in (schema.runs, schema.config_values, schema.summary_values):
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
