"""Alembic's entry: runs on the connection that `netos_core.runtime.migrate` hands over."""

from __future__ import annotations

from alembic import context

from netos_core.runtime.migrate import include_object
from netos_core.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    include_object=include_object,
    transaction_per_migration=False,  # an upgrade over several revisions happens as a whole or not at all
)
with context.begin_transaction():
    context.run_migrations()
