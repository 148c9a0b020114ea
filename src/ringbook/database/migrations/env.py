"""Run by Alembic: uses the connection, and its transaction, that upgrade.py hands over."""

from alembic import context

from ringbook.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
