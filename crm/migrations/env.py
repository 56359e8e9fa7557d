"""Alembic runs this file; the connection and its transaction come from `crm.database`."""

from alembic import context
from sqlalchemy import Connection

from crm.tables import Record

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
context.run_migrations()
