"""Exemptions: what does not apply to a team, confirmed with a reason."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """The table under its policy; decisions are added, never changed."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    own = "organisation_id = (select nullif(current_setting('assess.organisation', true), '')::uuid)"
    op.execute("alter table assess.exemption enable row level security")
    op.execute("alter table assess.exemption force row level security")
    op.execute(f"create policy own_organisation on assess.exemption using ({own}) with check ({own})")
    op.execute("grant select, insert on assess.exemption to assess_app")
    op.execute("grant select, delete on assess.exemption to assess_eraser")
