"""Alembic's entry: it migrates on the connection that ``assess.storage.migrate`` hands over, in that transaction."""

from alembic import context

from assess.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema="assess",
    transactional_ddl=True,
)
context.run_migrations()
