"""The hot path: one function saves an answer, one reads a response; and the look-up that finishes an interrupted close."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0002"
down_revision = "0001"

FUNCTIONS = (
    "standing_of_response(text, date, date, boolean, boolean, text)",
    "save_answer(uuid, bytea, uuid, bytea, text, smallint, text, bigint, date)",
    "read_response(uuid, bytea, uuid, bytea, date)",
    "campaigns_closed(uuid[])",
)
LOOKUP = "campaigns_closed(uuid[])"


def upgrade() -> None:
    """The functions, for the application only."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    for function in FUNCTIONS:
        op.execute(f"revoke all on function assess.{function} from public")
        op.execute(f"grant execute on function assess.{function} to assess_app")
    hand_over()


def hand_over() -> None:
    """The look-up belongs to assess_lookup, which passes row-level security and cannot log in (see revision 0001)."""
    op.execute("grant create on schema assess to assess_lookup")
    op.execute(f"alter function assess.{LOOKUP} owner to assess_lookup")
    op.execute("revoke create on schema assess from assess_lookup")
