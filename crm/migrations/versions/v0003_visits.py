"""Routes and visits."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}


def upgrade() -> None:
    op.create_table(
        "route",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_s", sa.Integer(), nullable=False),
        sa.Column("end_s", sa.Integer(), nullable=False),
        sa.Column("drive_s", sa.Integer(), nullable=False),
        sa.Column("lunch_start_s", sa.Integer(), nullable=True),
        sa.Column("lunch_end_s", sa.Integer(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("line_wkb", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_route_plan_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_route_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_route"),
        sa.UniqueConstraint("rep_id", "day", "plan_id", name="uq_route_rep_id_day_plan_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_route_plan_id", "route", ["plan_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("route_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Enum("planned", "done", "skipped", "cancelled", name="state", **CODE), nullable=False),
        sa.Column("arrive_s", sa.Integer(), nullable=True),
        sa.Column("start_s", sa.Integer(), nullable=True),
        sa.Column("depart_s", sa.Integer(), nullable=True),
        sa.Column("drive_s", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_visit_rep_id"),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name="fk_visit_route_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_visit_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("route_id", "sequence", name="uq_visit_route_id_sequence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_rep_id", "visit", ["rep_id"])
    op.create_index("ix_visit_site_id", "visit", ["site_id"])
    op.create_table(
        "unserved_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_unserved_visit_plan_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_unserved_visit_rep_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_unserved_visit_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unserved_visit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unserved_visit_plan_id", "unserved_visit", ["plan_id"])
    op.create_index("ix_unserved_visit_rep_id", "unserved_visit", ["rep_id"])
    op.create_index("ix_unserved_visit_site_id", "unserved_visit", ["site_id"])


def downgrade() -> None:
    op.drop_table("unserved_visit")
    op.drop_table("visit")
    op.drop_table("route")
