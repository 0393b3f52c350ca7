"""All tables of the first version of the index."""

from __future__ import annotations

from alembic import op

from trailmark.server.store.schema import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Remove the tables."""
    metadata.drop_all(op.get_bind())
