"""All tables of the first version of the index, as `trailmark.server.store.schema` describes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for make in (_runs, _values, _series, _chunks, _texts, _links):
        make()


def downgrade() -> None:
    """Remove the tables."""
    of_runs = ("config_values", "summary_values", "journals", "series", "heads", "tails", "chunks")
    for table in (*of_runs, "lines", "alerts", "artifact_links", "facts", "runs"):
        op.drop_table(table)


def _run() -> sa.Column[int]:
    return sa.Column("run", sa.Integer(), sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("tags", sa.LargeBinary(), nullable=False),
        sa.Column("run_group", sa.Text()),
        sa.Column("job_type", sa.Text()),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("start_time", sa.Double(), nullable=False),
        sa.Column("last_time", sa.Double(), nullable=False),
        sa.Column("exit_time", sa.Double()),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("runtime_s", sa.Double(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("lost_rows", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("project", "id"),
    )
    op.create_index("runs_by_revision", "runs", ["revision"])


def _values() -> None:
    op.create_table(
        "config_values",
        _run(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "key"),
    )
    op.create_index("config_values_by_key", "config_values", ["key", "run"])
    op.create_table(
        "summary_values",
        _run(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "key"),
    )
    op.create_index("summary_values_by_key", "summary_values", ["key", "run"])
    op.create_table(
        "journals",
        _run(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.Text()),
        sa.PrimaryKeyConstraint("run", "name"),
    )


def _series() -> None:
    op.create_table(
        "series",
        _run(),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("chunked", sa.BigInteger(), nullable=False),
        sa.Column("first_step", sa.BigInteger()),
        sa.Column("last_step", sa.BigInteger()),
        sa.Column("last_time", sa.Double()),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("overview", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("run", "stream", "rank", "key", "kind"),
    )
    op.create_index("series_by_key", "series", ["key", "run"])
    op.create_table(
        "heads",
        _run(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("edges", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.create_table(
        "tails",
        _run(),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
    )


def _chunks() -> None:
    op.create_table(
        "chunks",
        _run(),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_step", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.Double(), nullable=False),
        sa.Column("last_time", sa.Double(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("blocks", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("run", "stream", "rank", "key", "kind", "first"),
    )


def _texts() -> None:
    op.create_table(
        "lines",
        _run(),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
        sa.UniqueConstraint("run", "journal", "stream", "place"),
    )
    op.create_table(
        "alerts",
        _run(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
    )


def _links() -> None:
    op.create_table(
        "artifact_links",
        _run(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("aliases", sa.LargeBinary(), nullable=False),
        sa.Column("use_as", sa.Text()),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.create_index("artifact_links_by_name", "artifact_links", ["project", "name", "version"])
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
