"""Spans of assignments are compared by the index on sites, never by that on plans, of which one plan's rows are all.

In one act that writes a whole plan PostgreSQL knows no sizes yet, and took the latter: the square of the rows.
"""

from crm.migrations.ledger_triggers import is_postgresql
from crm.migrations.no_overlap import allow_overlap, refuse_overlap

revision = "0043"
down_revision = "0042"

SAYS = "a site in two territories of a plan on one day"


def upgrade() -> None:
    if is_postgresql():
        allow_overlap("assignment")
        refuse_overlap("assignment", ["plan_id", "site_id"], SAYS, hold="site", by="site_id")


def downgrade() -> None:
    if is_postgresql():
        allow_overlap("assignment")
        refuse_overlap("assignment", ["plan_id", "site_id"], SAYS, hold="site")
