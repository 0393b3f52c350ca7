"""Migrations of the index, as Alembic knows them; `trailmark.server.store.database` runs them."""
