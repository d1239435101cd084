"""Measurement: what perspectives said, KPI record sheets with their values, answers collected elsewhere, scores with a ledger."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0005"
down_revision = "0004"

TABLES = "voice kpi_sheet measure kpi_review"


def upgrade() -> None:
    """The tables under their policies; facts are added, never changed."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    for table in TABLES.split():
        secure(table)


def secure(table: str) -> None:
    """Rows of the transaction's organisation only, for the owner of the table too (see revision 0001)."""
    own = "organisation_id = (select nullif(current_setting('assess.organisation', true), '')::uuid)"
    op.execute(f"alter table assess.{table} enable row level security")
    op.execute(f"alter table assess.{table} force row level security")
    op.execute(f"create policy own_organisation on assess.{table} using ({own}) with check ({own})")
    op.execute(f"grant select, insert on assess.{table} to assess_app")
    op.execute(f"grant select, delete on assess.{table} to assess_eraser")
