"""Overviews have a table of their own: with them in it, looking through `series` read most of a page for each row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_overviews"
down_revision = "0002_checkpoints"
branch_labels = None
depends_on = None

_NAME = ("run", "stream", "rank", "key", "kind")
_series = sa.table("series", *map(sa.column, (*_NAME, "overview")))
_overviews = sa.table("overviews", *map(sa.column, (*_NAME, "data")))


def upgrade() -> None:
    """Make the table, and move the overviews there."""
    op.create_table(
        "overviews",
        sa.Column("run", sa.Integer(), sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(*_NAME),
    )
    moved = sa.select(_series).where(_series.c.overview.is_not(None))
    op.execute(sa.insert(_overviews).from_select([*_NAME, "data"], moved))
    op.drop_column("series", "overview")


def downgrade() -> None:
    """Move the overviews back, and remove the table."""
    op.add_column("series", sa.Column("overview", sa.LargeBinary()))
    own = sa.and_(*(_series.c[name] == _overviews.c[name] for name in _NAME))
    op.execute(sa.update(_series).values(overview=sa.select(_overviews.c.data).where(own).scalar_subquery()))
    op.drop_table("overviews")
