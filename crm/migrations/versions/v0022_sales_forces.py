"""Several sales forces or product lines, each with a plan of its own; who comes along on a visit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger
from crm.migrations.no_overlap import allow_overlap, refuse_overlap

revision = "0022"
down_revision = "0021"

PUBLISHED: dict[str, Any] = {
    "sqlite_where": sa.text("state = 'published'"),
    "postgresql_where": sa.text("state = 'published'"),
}


def upgrade() -> None:
    op.add_column("territory_plan", sa.Column("sales_force", sa.String(), server_default=sa.text("''"), nullable=False))
    keep_ledger("territory_plan")
    op.drop_index("uq_territory_plan_published", "territory_plan")
    op.create_index("uq_territory_plan_published", "territory_plan", ["sales_force"], unique=True, **PUBLISHED)
    op.create_table(
        "visit_companion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_visit_companion_rep_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_visit_companion_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_companion"),
        sa.UniqueConstraint("visit_id", "rep_id", name="uq_visit_companion_visit_id_rep_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_companion_rep_id", "visit_companion", ["rep_id"])
    keep_ledger("visit_companion")
    primary = "{row}.role = 'primary'"
    refuse_overlap(
        "territory_holder", ["territory_id"], "two primary owners of a territory on one day", only=primary, lock=True
    )
    refuse_overlap("assignment", ["plan_id", "site_id"], "a site in two territories of a plan on one day")
    counts = "{row}.state <> 'draft'"
    refuse_overlap(
        "territory_plan", ["sales_force"], "two plans of a sales force in force on one day", only=counts, lock=True
    )


def downgrade() -> None:
    for table in ("territory_plan", "assignment", "territory_holder"):
        allow_overlap(table)
    drop_ledger("visit_companion")
    op.drop_table("visit_companion")
    op.drop_index("uq_territory_plan_published", "territory_plan")
    drop_ledger("territory_plan")
    op.drop_column("territory_plan", "sales_force")
    keep_ledger("territory_plan")
    op.create_index("uq_territory_plan_published", "territory_plan", ["state"], unique=True, **PUBLISHED)
