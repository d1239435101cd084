"""The balance of perspectives that a campaign may declare."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A column of a table that has its policies and grants."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
