"""The index as a database: made, migrated, shared, and found damaged."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import alembic.command
import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from store_support import add_run, small, store  # noqa: F401 (a fixture)
from trailmark.errors import UsageError
from trailmark.server.store import schema
from trailmark.server.store.cutting import CHUNK
from trailmark.server.store.database import (
    REVISION,
    Database,
    IndexDamagedError,
    command,
    default_url,
    insert,
    update,
    upsert,
)
from trailmark.server.store.stored import find_series

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Database]:
    """Return an index on SQLite, whose tests are about its file."""
    found = Database.open(default_url(tmp_path))
    yield found
    found.close()


def path_of(database: Database) -> Path:
    """Return the file of an index on SQLite."""
    assert database.path is not None
    return database.path


def test_migrations_make_the_tables_of_the_schema(database: Database) -> None:
    """What the migrations bring about is what `schema` describes, so that neither is changed alone."""
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        inspector = sa.inspect(connection)
        for name, table in schema.metadata.tables.items():
            made = inspector.get_pk_constraint(name)["constrained_columns"]
            assert made == [column.name for column in table.primary_key]
            cascades = [key.get("options", {}).get("ondelete") for key in inspector.get_foreign_keys(name)]
            assert cascades == ["CASCADE" for _ in table.foreign_keys]


def test_the_newest_migration_is_known() -> None:
    """`REVISION`, by which an index is known to be up to date, is the newest migration's."""
    config = Config()
    config.set_main_option("script_location", "trailmark.server.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


@pytest.mark.usefixtures("small")
def test_an_older_index_is_brought_up_to_date(database: Database) -> None:
    """Migrations keep what is in the index: charts are those of the index that was made by this version."""
    run = add_run(database)
    store(database, run, np.arange(500), {"loss": np.arange(500) / 3.0}, settle=True)
    before = chart(database, run)
    config = Config()
    config.set_main_option("script_location", "trailmark.server.store:migrations")
    with database.write() as connection:
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "0001_tables")
        columns = {column["name"] for column in sa.inspect(connection).get_columns("series")}
    assert "overview" in columns
    database.close()
    again = Database.open(database.url.render_as_string(hide_password=False))
    assert chart(again, run) == before
    again.close()


def chart(database: Database, run: int) -> tuple[list[float], list[float]]:
    """Return the least and greatest values of the overview of the series "loss"."""
    with database.read() as connection:
        blocks = find_series(connection, [(run, "loss")], with_overviews=True)[run, "loss"].overview("step")
    assert blocks is not None
    return blocks.low.tolist(), blocks.high.tolist()


def test_an_index_is_there_again(database: Database) -> None:
    """What was written is found when the database is opened once more."""
    number = add_run(database)
    database.close()
    again = Database.open(database.url.render_as_string(hide_password=False))
    with again.read() as connection:
        assert connection.scalar(sa.select(schema.runs.c.number)) == number
    again.close()


def test_revisions_count_commits(database: Database) -> None:
    """The revision is 0 at first, grows by one a commit, and not by one that fails."""
    with database.read() as connection:
        assert database.revision(connection) == 0
    for expected in (1, 2):
        with database.write() as connection:
            assert database.next_revision(connection) == expected

    def fail() -> None:
        with database.write() as connection:
            database.next_revision(connection)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    with database.read() as connection:
        assert database.revision(connection) == 2


def test_a_reader_sees_one_state(database: Database) -> None:
    """What is committed while somebody reads is seen in the next transaction only."""
    with database.read() as connection:
        assert database.revision(connection) == 0
        with database.write() as writing:
            database.next_revision(writing)
        assert database.revision(connection) == 0
    with database.read() as connection:
        assert database.revision(connection) == 1


def test_writers_take_turns(database: Database) -> None:
    """Commits of several threads and connections all count."""
    other = Database.open(database.url.render_as_string(hide_password=False))

    def work(own: Database) -> None:
        for _ in range(10):
            with own.write() as connection:
                own.next_revision(connection)

    threads = [threading.Thread(target=work, args=(own,)) for own in (database, database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    with database.read() as connection:
        assert database.revision(connection) == 30


def test_what_belongs_to_a_run_goes_with_it(database: Database) -> None:
    """A run that is removed takes its rows of other tables with it; rows of no run cannot be."""
    number = add_run(database)
    with database.write() as connection:
        connection.execute(sa.insert(schema.tails).values(run=number, number=0, data=b""))
        connection.execute(sa.delete(schema.runs))
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.tails)) == 0

    def insert() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(schema.tails).values(run=number + 1, number=0, data=b""))

    with pytest.raises(IntegrityError):
        insert()


def test_update_changes_the_rows_that_are_named(database: Database) -> None:
    """Rows take new values where each column is one of those that are given; all others stay."""
    number = add_run(database)
    rows = [{"run": number, "key": key, "value": b"old"} for key in "abc"]
    table = schema.config_values
    with database.write() as connection:
        insert(connection, table, rows)
        update(connection, table, {"run": number, "key": ["a", "c", "c"]}, {"value": b"new"})
        found = connection.execute(sa.select(table.c.key, table.c.value).order_by(table.c.key)).all()
    assert [(key, bytes(value)) for key, value in found] == [("a", b"new"), ("b", b"old"), ("c", b"new")]


def test_what_the_driver_refuses_is_an_error_of_sqlalchemy(database: Database) -> None:
    """A row that is there cannot be inserted, and no statement passes that is none."""
    number = add_run(database)
    rows = [{"run": number, "key": "a", "value": b""}] * 2
    with pytest.raises(IntegrityError), database.write() as connection:
        insert(connection, schema.config_values, rows)
    with pytest.raises(DBAPIError), database.write() as connection:
        command(connection, "NONSENSE")


def test_upsert_overwrites_but_keeps(database: Database) -> None:
    """Rows that are there take new values, but for columns that are to be kept."""
    number = add_run(database)
    row = {"run": number, "number": 1, "time": 1.0, "title": "a", "text": "", "level": "INFO"}
    with database.write() as connection:
        upsert(connection, schema.alerts, [row, row | {"number": 2}])
        upsert(connection, schema.alerts, [row | {"time": 2.0, "title": "b"}], keep=["title"])
        upsert(connection, schema.alerts, [])
        found = connection.execute(sa.select(schema.alerts.c.time, schema.alerts.c.title)).all()
    assert sorted(map(tuple, found)) == [(1.0, "a"), (2.0, "a")]


def test_a_dropped_index_is_made_anew(database: Database) -> None:
    """After `drop` nothing is left, and opening makes an empty index."""
    add_run(database)
    url = database.url.render_as_string(hide_password=False)
    database.drop()
    again = Database.open(url)
    with again.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.runs)) == 0
    again.close()


def test_an_unknown_revision_is_told(database: Database) -> None:
    """An index that a later version of Trailmark made cannot be used."""
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(IndexDamagedError, match="9999"):
        Database.open(database.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("url", ["nonsense", "mysql://here/there"])
def test_other_databases_are_refused(url: str) -> None:
    """A URL of neither SQLite nor PostgreSQL is an error of who gave it."""
    with pytest.raises(UsageError, match=url[:5]):
        Database.open(url)


def test_a_library_that_is_too_old_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python may bring an SQLite that cannot do what the index needs; that is said before anything is written."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(UsageError, match=r"needs SQLite 3\.35 or newer"):
        Database.open(f"sqlite:///{tmp_path}/index.db")
    assert not [*tmp_path.iterdir()]


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    """A file that is no database is damage, not a crash."""
    path = tmp_path / ".index" / "index.db"
    path.parent.mkdir()
    path.write_bytes(b"this is not an index\n" * 1000)
    with pytest.raises(IndexDamagedError, match="not a database"):
        Database.open(default_url(tmp_path))


def test_missing_tables_are_told(local: Database, tmp_path: Path) -> None:
    """An index of the right revision that lacks a table is damaged."""
    with local.write() as connection:
        connection.execute(sa.text("DROP TABLE chunks"))
    local.close()
    with pytest.raises(IndexDamagedError, match="chunks"):
        Database.open(default_url(tmp_path))


def test_a_truncated_file_is_told(local: Database) -> None:
    """An index that is cut off while it is in use raises when what is gone is needed."""
    number = add_run(local)
    with local.write() as connection:
        rows = [{"run": number, "number": place, "data": bytes(5000)} for place in range(500)]
        connection.execute(sa.insert(schema.tails), rows)
    with local.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    local.close()
    with path_of(local).open("r+b") as file:
        file.truncate(100_000)

    def read() -> None:
        with local.read() as connection:
            connection.execute(sa.select(schema.tails.c.data)).all()

    with pytest.raises(IndexDamagedError):
        read()


def test_damaged_numbers_are_told(database: Database) -> None:
    """Points of which a byte changed are damage of the index, and not other points."""
    run = add_run(database)
    store(database, run, np.arange(CHUNK), {"loss": np.arange(float(CHUNK))})
    with database.write() as connection:
        data = bytearray(connection.execute(sa.select(schema.chunks.c.data)).scalar_one())
        data[20] ^= 1
        connection.execute(sa.update(schema.chunks).values(data=bytes(data)))

    def read() -> None:
        with database.read() as connection:
            find_series(connection, [(run, "loss")])[run, "loss"].points()

    with pytest.raises(IndexDamagedError, match="checksum"):
        read()


def test_a_damaged_tail_is_told(database: Database) -> None:
    """Points that are not in chunks yet are sealed, too."""
    run = add_run(database)
    store(database, run, np.arange(100), {"loss": np.arange(100.0)}, settle=True)
    with database.write() as connection:
        data = bytearray(connection.execute(sa.select(schema.tails.c.data)).scalar_one())
        data[20] ^= 1
        connection.execute(sa.update(schema.tails).values(data=bytes(data)))
    with pytest.raises(IndexDamagedError, match="checksum"), database.read() as connection:
        find_series(connection, [(run, "loss")])[run, "loss"].points()


def test_a_deleted_file_is_told(local: Database) -> None:
    """Nothing is written into an index whose file was deleted while it was in use."""
    path_of(local).unlink()
    with pytest.raises(IndexDamagedError, match="deleted"), local.write():
        pass


def test_a_full_disk_is_no_damage(local: Database) -> None:
    """When there is no space the index stays what it was, and the error says so."""
    number = add_run(local)

    def fill() -> None:
        with local.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
            rows = [{"run": number, "number": place, "data": bytes(5000)} for place in range(500)]
            connection.execute(sa.insert(schema.tails), rows)

    with pytest.raises(OperationalError, match="full"):
        fill()
    with local.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.tails)) == 0
