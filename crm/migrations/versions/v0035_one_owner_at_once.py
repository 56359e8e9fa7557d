"""PostgreSQL: who writes in which territory a site lies waits for others who write the same."""

from crm.migrations.ledger_triggers import is_postgresql
from crm.migrations.no_overlap import allow_overlap, refuse_overlap

revision = "0035"
down_revision = "0034"

SAYS = "a site in two territories of a plan on one day"


def upgrade() -> None:
    if is_postgresql():
        allow_overlap("assignment")
        refuse_overlap("assignment", ["plan_id", "site_id"], SAYS, hold="site")


def downgrade() -> None:
    if is_postgresql():
        allow_overlap("assignment")
        refuse_overlap("assignment", ["plan_id", "site_id"], SAYS)
