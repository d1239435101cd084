"""Requests that are done once: their keys, with what was asked and what was answered."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0003"
down_revision = "0002"

TABLE = "idempotency_key"
LOOKUP = "organisations_with_expired_keys(timestamptz)"


def upgrade() -> None:
    """The table under its policy, and the look-up of the background loop."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    secure()
    hand_over()


def secure() -> None:
    """Rows of the transaction's organisation only, for the owner of the table too (see revision 0001)."""
    own = "organisation_id = (select nullif(current_setting('assess.organisation', true), '')::uuid)"
    op.execute(f"alter table assess.{TABLE} enable row level security")
    op.execute(f"alter table assess.{TABLE} force row level security")
    op.execute(f"create policy own_organisation on assess.{TABLE} using ({own}) with check ({own})")
    op.execute(f"grant select, insert, update, delete on assess.{TABLE} to assess_app")


def hand_over() -> None:
    """The look-up belongs to assess_lookup, which passes row-level security and cannot log in (see revision 0001)."""
    op.execute(f"grant select on assess.{TABLE} to assess_lookup")
    op.execute(f"revoke all on function assess.{LOOKUP} from public")
    op.execute(f"grant execute on function assess.{LOOKUP} to assess_app")
    op.execute("grant create on schema assess to assess_lookup")
    op.execute(f"alter function assess.{LOOKUP} owner to assess_lookup")
    op.execute("revoke create on schema assess from assess_lookup")
