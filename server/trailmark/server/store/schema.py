"""The tables of the index: everything that the server knows of runs, all of it derived from their journals.

The index is disposable. `runs` are told by the folded state of their journals; `config_values` and `summary_values`
make single values queryable without reading a run whole. Series are kept as compressed chunks of columns
(`trailmark.server.store.codec`): `chunks` never change but for the last of a series, `heads` hold the steps and times
that the chunks of one key set share, `tails` hold the rows that came since the last chunk was cut, and `overviews` one
row a series, which is all that a zoomed-out chart reads. `series` is narrow, so that it can be looked through. All but
`projects` and `journals` are keyed by run first, so that a distributed database can shard by it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _run() -> Column[int]:
    return Column("run", Integer, ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)


def _series() -> list[Column[Any]]:
    """Return what names a series."""
    return [
        _run(),
        Column("stream", Text, primary_key=True),  # history or system
        Column("rank", Integer, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("kind", Text, primary_key=True),  # number or object
    ]


runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # what other tables call the run
    Column("project", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False, default=0),  # of the commit that changed it last
    Column("name", Text, nullable=False, default=""),
    Column("state", Text, nullable=False),  # running, finished, failed, crashed or preempted
    Column("entity", Text),
    Column("notes", Text),
    Column("tags", LargeBinary, nullable=False),  # MessagePack, as are all binary columns of this table
    Column("run_group", Text),
    Column("job_type", Text),
    Column("archived", Boolean, nullable=False, default=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("host", Text, nullable=False, default=""),
    Column("start_time", Double, nullable=False),  # times are seconds since 1970-01-01 UTC
    Column("last_time", Double, nullable=False),
    Column("exit_time", Double),
    Column("exit_code", Integer),
    Column("runtime_s", Double, nullable=False, default=0.0),
    Column("rows", BigInteger, nullable=False, default=0),
    Column("lost_rows", BigInteger, nullable=False, default=0),
    Column("last_step", BigInteger),
    Column("attempts", Integer, nullable=False, default=0),
    Column("details", LargeBinary, nullable=False),  # the rest of the `RunState`: environment, metrics, ranks, error, …
    UniqueConstraint("project", "id"),
    Index("runs_by_revision", "revision"),
)

config_values = Table(
    "config_values",
    metadata,
    _run(),
    Column("key", Text, primary_key=True),  # as in `RunState.config`: the top level
    Column("value", LargeBinary, nullable=False),  # MessagePack
    Index("config_values_by_key", "key", "run"),
)

summary_values = Table(
    "summary_values",
    metadata,
    _run(),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # MessagePack
    Index("summary_values_by_key", "key", "run"),
)

journals = Table(
    "journals",
    metadata,
    _run(),
    Column("name", Text, primary_key=True),  # the file's name
    Column("size", BigInteger, nullable=False),  # bytes, when it was last looked at
    Column("mtime_ns", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),  # how far its records are in the index
    Column("finished", Boolean, nullable=False, default=False),  # it ends with an exit record
    Column("fault", Text),  # why it, or a part of it, could not be read
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _run(),
    Column("name", Text, primary_key=True),  # of the journal, which is unfinished
    Column("data", LargeBinary, nullable=False),  # see `trailmark.server.index.checkpoint`
)

series = Table(
    "series",
    metadata,
    *_series(),
    Column("epoch", Integer, nullable=False, default=0),  # grows when the series was rewritten and not only grew
    Column("count", BigInteger, nullable=False),  # points, in chunks and tails
    Column("chunked", BigInteger, nullable=False),  # points in chunks
    Column("first_step", BigInteger),
    Column("last_step", BigInteger),
    Column("last_time", Double),
    # Whether times never go back from point to point; of the system, which is sorted by time, whether steps do not.
    Column("ordered", Boolean, nullable=False, default=True),
    Column("types", Text, nullable=False, default=""),  # of objects: the `_type`s of records, separated by spaces
    Index("series_by_key", "key", "run"),
)

overviews = Table(
    "overviews",
    metadata,
    *_series(),
    Column("data", LargeBinary, nullable=False),  # of the points in chunks; see `trailmark.server.store.overview`
)

heads = Table(
    "heads",
    metadata,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # steps and times of each point
    Column("edges", LargeBinary),  # those of the first and the last point of each block, where chunks have blocks
)

chunks = Table(
    "chunks",
    metadata,
    *_series(),
    Column("first", BigInteger, primary_key=True),  # the number of its first point in the series
    Column("count", Integer, nullable=False),
    Column("first_step", BigInteger, nullable=False),  # of its first point
    Column("last_step", BigInteger, nullable=False),  # of its last point
    Column("first_time", Double, nullable=False),
    Column("last_time", Double, nullable=False),
    Column("head", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # values
    Column("blocks", LargeBinary),  # of numbers: statistics of each block of points
)

tails = Table(
    "tails",
    metadata,
    _run(),
    Column("number", BigInteger, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # rows that are not yet in chunks
)

lines = Table(
    "lines",
    metadata,
    _run(),
    Column("number", BigInteger, primary_key=True),  # of all lines of the run, from 0, in the order they were begun
    Column("time", Double, nullable=False),
    Column("rank", Integer, nullable=False, default=0),
    Column("stream", Text, nullable=False),  # stdout or stderr
    Column("journal", Text, nullable=False),
    Column("place", BigInteger, nullable=False),  # the number of the line in its journal and stream
    Column("text", Text, nullable=False),
    UniqueConstraint("run", "journal", "stream", "place"),
)

alerts = Table(
    "alerts",
    metadata,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("time", Double, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("level", Text, nullable=False),
)

artifact_links = Table(
    "artifact_links",
    metadata,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("time", Double, nullable=False),
    Column("action", Text, nullable=False),  # logged, used or linked
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("aliases", LargeBinary, nullable=False),  # MessagePack
    Column("use_as", Text),
    Index("artifact_links_by_name", "project", "name", "version"),
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),  # version (of Trailmark), root, revision
    Column("value", Text, nullable=False),
)
