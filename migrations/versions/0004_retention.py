"""How long the people and the answers of a campaign are kept, and the role that erases them afterwards."""

from pathlib import Path

from alembic import op

from assess.storage.migrate import statements_of

revision = "0004"
down_revision = "0003"

ERASABLE = (
    "organisation api_key team campaign assessment assessment_questionnaire contract person invitation response answer "
    "sealed_response sealed_comment scoring result roadmap plan report idempotency_key"
)
OWNERS = {
    "campaigns_past_retention()": "assess_lookup",
    "erase_campaign(uuid, uuid)": "assess_eraser",
}


def upgrade() -> None:
    """The columns, the look-up of the background loop, and what the eraser may do: read and delete, nothing else."""
    for statement in statements_of(Path(__file__).with_suffix(".sql")):
        op.execute(statement)
    op.execute("grant usage on schema assess to assess_eraser")
    for table in ERASABLE.split():
        op.execute(f"grant select, delete on assess.{table} to assess_eraser")
    hand_over()


def hand_over() -> None:
    """Each function belongs to the role whose rights it needs; neither can log in (see revision 0001)."""
    for function, owner in OWNERS.items():
        op.execute(f"revoke all on function assess.{function} from public")
        op.execute(f"grant execute on function assess.{function} to assess_app")
        op.execute(f"grant create on schema assess to {owner}")
        op.execute(f"alter function assess.{function} owner to {owner}")
        op.execute(f"revoke create on schema assess from {owner}")
