"""Evidence: an answer may carry a link until the close; what is sealed is that there was one. And who says to have been hasty."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0008"
down_revision = "0007"

FUNCTIONS = (
    "save_answer_and_link(uuid, bytea, uuid, bytea, text, smallint, text, text, bigint, date)",
    "read_response_and_links(uuid, bytea, uuid, bytea, date)",
)


def upgrade() -> None:
    """The columns, and two more functions for the hot path, for the application only."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    for function in FUNCTIONS:
        op.execute(f"revoke all on function assess.{function} from public")
        op.execute(f"grant execute on function assess.{function} to assess_app")
