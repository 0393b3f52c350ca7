"""The table `checkpoints`: how far unfinished journals were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_checkpoints"
down_revision = "0001_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "checkpoints",
        sa.Column("run", sa.Integer(), sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "name"),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("checkpoints")
