"""The tables, their row-level security, what the application may do with them, and three look-ups."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0001"
down_revision = None

OF_AN_ORGANISATION = (
    "api_key team campaign assessment assessment_questionnaire contract person invitation response answer "
    "sealed_response sealed_comment scoring result roadmap plan report"
)

GRANTS = {
    "select": "questionnaire_version alembic_version",
    "select, insert": "contract scoring result roadmap report",
    "select, insert, update": "organisation api_key team campaign plan",
    "select, insert, update, delete": "assessment assessment_questionnaire person",
    "select, insert, update, delete, maintain": "invitation response answer",
    "select, insert, maintain": "sealed_response sealed_comment",
}

# Called before the organisation is known, so no policy can let them see anything: they belong to assess_lookup, which
# passes row-level security, cannot log in, and may read only these tables.
LOOKUPS = {
    "key_by_id(uuid)": "api_key",
    "organisation_by_key(text)": "organisation",
    "open_campaigns_due(date)": "campaign",
}


def upgrade() -> None:
    """Everything of the first version."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    secure("organisation", "id")
    for table in OF_AN_ORGANISATION.split():
        secure(table, "organisation_id")
    grant()
    hand_over()


def secure(table: str, column: str) -> None:
    """Rows of the transaction's organisation only, for the owner of the table too; without an organisation: none."""
    own = f"{column} = (select nullif(current_setting('assess.organisation', true), '')::uuid)"
    op.execute(f"alter table assess.{table} enable row level security")
    op.execute(f"alter table assess.{table} force row level security")
    op.execute(f"create policy own_organisation on assess.{table} using ({own}) with check ({own})")


def grant() -> None:
    """The verbs that the code needs; the backup reads everything, later tables too."""
    op.execute("grant usage on schema assess to assess_app, assess_backup, assess_lookup")
    for verbs, tables in GRANTS.items():
        for table in tables.split():
            op.execute(f"grant {verbs} on assess.{table} to assess_app")
    op.execute("grant select on all tables in schema assess to assess_backup")
    op.execute("alter default privileges in schema assess grant select on tables to assess_backup")


def hand_over() -> None:
    """Give the look-ups to assess_lookup; becoming a function's owner needs the right to create for that moment."""
    op.execute("grant create on schema assess to assess_lookup")
    for function, table in LOOKUPS.items():
        op.execute(f"grant select on assess.{table} to assess_lookup")
        op.execute(f"revoke all on function assess.{function} from public")
        op.execute(f"grant execute on function assess.{function} to assess_app")
        op.execute(f"alter function assess.{function} owner to assess_lookup")
    op.execute("revoke create on schema assess from assess_lookup")
