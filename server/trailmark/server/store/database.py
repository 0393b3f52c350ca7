"""`Database`: the index as a database, its transactions and its version.

A URL of SQLAlchemy says where it is: a SQLite file below the root by default, or PostgreSQL. Whoever reads sees one
state from the first to the last statement of a transaction; one writer works at a time. The tables are those of
`trailmark.server.store.schema`, brought about by Alembic's migrations beside it. A database that cannot be used raises
`IndexDamagedError`; nothing here repairs one, as the indexer makes a new one of the journals.
"""

from __future__ import annotations

import functools
import operator
import sqlite3
import threading
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from trailmark.errors import Error, UsageError
from trailmark.server.store import schema
from trailmark.server.store.codec import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REVISION = "0003_overviews"  # the newest migration
_LOCK_NUMBER = 7_261_696_109  # PostgreSQL's advisory locks are numbers; this one is the index's
_OLDEST_SQLITE = (3, 35)  # the first that returns what it inserted
_BUSY_S = 30.0
_CACHE_KIB = 2048  # of each connection; files are in the system's cache
# What SQLite says of a file that is no index (any more); all else, as a full disk, may pass.
_DAMAGE = ("malformed", "not a database", "no such table", "no such column", "disk I/O error", "unable to open")


class IndexDamagedError(Error):
    """The index cannot be used: it is damaged, gone, or was made by another version of Trailmark."""


def default_url(root: Path) -> str:
    """Return the URL of the index that a root has of its own: ``<root>/.index/index.db``."""
    return f"sqlite:///{(root / '.index' / 'index.db').absolute()}"


class Database:
    """The index as a database. Any thread may use it.

    Attributes:
        url: where it is, as SQLAlchemy says it.
        engine: SQLAlchemy's engine.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            raise UsageError(f"the index is kept in sqlite or postgresql, got the URL {url!r}")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            oldest = ".".join(map(str, _OLDEST_SQLITE))
            raise UsageError(f"the index needs SQLite {oldest} or newer, this Python has {sqlite3.sqlite_version}")
        self._writing = threading.RLock()
        self._file: tuple[int, int] | None = None
        self.engine = self._engine()
        # Who waited for the others' lock is to see what they wrote: of PostgreSQL, not what was there before.
        options = {"writes": True} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
        self._writers = self.engine.execution_options(**options)
        # An index that is made anew is another Database: who was still reading the one before leaves connections there.
        weakref.finalize(self, self.engine.dispose).atexit = False

    @classmethod
    def open(cls, url: str) -> Database:
        """Return the database at `url`; it is made if there is none, and migrated if it is older.

        Raises:
            IndexDamagedError: what is there cannot be used.
            UsageError: `url` is no URL of SQLite or PostgreSQL, or this Python's SQLite is too old.
        """
        try:
            database = cls(url)
        except ArgumentError as error:
            raise UsageError(f"no URL of a database: {url!r}") from error
        try:
            database._prepare()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def path(self) -> Path | None:
        """The file of SQLite; None for a server's database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the index, and changes nothing.

        Raises:
            IndexDamagedError: the index turns out to be unusable.
        """
        with self._damage_told(), self._connected(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes count when the block ends, and not at all if it raises.

        Raises:
            IndexDamagedError: the index turns out to be unusable, or its file was taken away.
        """
        with self._damage_told(), self._writing:
            self.check()
            with self._connected(self._writers) as connection:
                if not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
                yield connection

    def check(self) -> None:
        """Look whether the file is still the one that was opened.

        Raises:
            IndexDamagedError: it was deleted or replaced.
        """
        if self._file is not None and self._file != self._identity():
            raise IndexDamagedError(f"the index {self.path} was deleted or replaced while it was in use")

    def revision(self, connection: sa.Connection) -> int:
        """Return the number of the last commit that changed runs; 0 before the first."""
        value = connection.scalar(sa.select(schema.facts.c.value).where(schema.facts.c.name == "revision"))
        return int(value or 0)

    def next_revision(self, connection: sa.Connection) -> int:
        """Count one commit more, and return its number."""
        number = self.revision(connection) + 1
        upsert(connection, schema.facts, [{"name": "revision", "value": str(number)}])
        return number

    def close(self) -> None:
        """Close all connections; the database may be used again, which opens new ones."""
        self.engine.dispose()

    def drop(self) -> None:
        """Remove the index, with its file.

        Raises:
            OSError: the file cannot be removed.
            SQLAlchemyError: the server's tables cannot be.
        """
        self.close()
        if (path := self.path) is not None:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with suppress(FileNotFoundError):
                    path.with_name(path.name + suffix).unlink()
            self._file = None
            return
        with self.engine.begin() as connection:
            schema.metadata.drop_all(connection)
            connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))

    # -- inside ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _connected(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        pool = engine.pool
        try:
            with engine.connect() as connection, connection.begin():
                yield connection
        finally:
            if pool is not engine.pool:  # `close` was called meanwhile, and could not close what was in use
                pool.dispose()

    def _engine(self) -> sa.Engine:
        if not self.is_sqlite:
            return sa.create_engine(self.url, pool_pre_ping=True, isolation_level="REPEATABLE READ")
        engine = sa.create_engine(
            self.url, connect_args={"timeout": _BUSY_S, "check_same_thread": False}, pool_size=4, max_overflow=28
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _prepare(self) -> None:
        """Bring the tables up to this version's."""
        if (path := self.path) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._damage_told():
            found = self._known_revision()
            if found != REVISION:
                self._migrate(found)
            with self.read() as connection:
                for table in schema.metadata.tables.values():
                    connection.execute(sa.select(table).limit(0))
        self._file = self._identity()

    def _known_revision(self) -> str | None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return found

    def _migrate(self, found: str | None) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", "trailmark.server.store:migrations")
        with self.write() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise IndexDamagedError(f"the index has the unknown revision {found!r}: {error}") from error

    def _identity(self) -> tuple[int, int] | None:
        if self.path is None:
            return None
        try:
            found = self.path.stat()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            if self._is_damage(error):
                raise IndexDamagedError(f"the index {self._name} cannot be used: {_cause(error)}") from error
            raise
        except DamagedError as error:
            raise IndexDamagedError(f"the index {self._name} cannot be used: {error}") from error

    def _is_damage(self, error: SQLAlchemyError) -> bool:
        if not self.is_sqlite or not isinstance(error, DBAPIError) or not isinstance(error.orig, sqlite3.Error):
            return False
        if isinstance(error, OperationalError) and "disk is full" in str(error.orig):
            return False
        return any(word in str(error.orig) for word in _DAMAGE)

    @property
    def _name(self) -> str:
        return str(self.path or self.url.render_as_string(hide_password=True))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, not Python's module
    try:
        _set_up(connection.cursor())
    except BaseException:
        connection.close()  # SQLAlchemy forgets it
        raise


def _set_up(cursor: sqlite3.Cursor) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",  # the index may lose its last commits to a power cut: journals have them
        "foreign_keys = ON",
        f"cache_size = -{_CACHE_KIB}",
        "mmap_size = 0",  # a mapped file that somebody cuts off would end the process with SIGBUS
        "temp_store = MEMORY",
        "journal_size_limit = 67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _cause(error: SQLAlchemyError) -> str:
    return str(error.orig if isinstance(error, DBAPIError) else error)


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: Sequence[str] = (),
) -> None:
    """Insert `rows`, which all have the same columns; rows whose primary key is there already take their values.

    Columns named in `keep` stay as they are in rows that are there.
    """
    if not rows:
        return
    names = tuple(rows[0])
    _send(connection, _upsert_text(connection.dialect, table, names, tuple(keep)), rows)


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, which all have the same columns; none of them is there."""
    if rows:
        _send(connection, _insert_text(connection.dialect, table, tuple(rows[0])), rows)


def command(connection: sa.Connection, text: str) -> None:
    """Send a statement without values to the driver.

    Raises:
        DBAPIError: as SQLAlchemy does.
    """
    with _cursor(connection, text) as cursor:
        cursor.execute(text)


def _send(connection: sa.Connection, made: tuple[str, tuple[str, ...]], rows: Sequence[Mapping[str, Any]]) -> None:
    text, places = made
    values: list[Any] = list(rows)
    if places:
        chosen = operator.itemgetter(*places)
        values = [chosen(row) for row in rows] if len(places) > 1 else [(chosen(row),) for row in rows]
    with _cursor(connection, text) as cursor:
        cursor.executemany(text, values)


@contextmanager
def _cursor(connection: sa.Connection, text: str) -> Iterator[Any]:
    """Give the driver's cursor for a statement: what SQLAlchemy does for each costs more than to write a row."""
    cursor, any_error = connection.connection.cursor(), connection.dialect.loaded_dbapi.Error
    try:
        yield cursor
    except any_error as error:
        raise DBAPIError.instance(text, None, error, any_error, dialect=connection.dialect) from error
    finally:
        cursor.close()


def update(connection: sa.Connection, table: sa.Table, which: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Change `values` of rows; `which` tells by columns what they have there: one value, or one of a list."""
    choices = {name: value if isinstance(value, list) else [value] for name, value in which.items()}
    sizes = tuple((name, len(choice)) for name, choice in choices.items())
    row = {f"{name}_{place}": value for name, choice in choices.items() for place, value in enumerate(choice)}
    _send(connection, _update_text(connection.dialect, table, sizes, tuple(values)), [{**row, **values}])


@functools.lru_cache(maxsize=64)
def _insert_text(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup or ())


@functools.lru_cache(maxsize=256)
def _upsert_text(
    dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...], keep: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return the statement as the driver takes it, and the order of its values; none if they are by name."""
    statement = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(table)
    own = [column.name for column in table.primary_key]
    others = [name for name in names if name not in own and name not in keep]
    if others:
        statement = statement.on_conflict_do_update(
            index_elements=own, set_={name: statement.excluded[name] for name in others}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=own)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup or ())


@functools.lru_cache(maxsize=256)
def _update_text(
    dialect: sa.Dialect, table: sa.Table, sizes: tuple[tuple[str, int], ...], names: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return the statement for choices of these sizes, whose values are called after the column and numbered."""
    which = [
        table.c[name].in_([sa.bindparam(f"{name}_{place}", type_=table.c[name].type) for place in range(size)])
        for name, size in sizes
    ]
    compiled = sa.update(table).where(*which).compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup or ())
