"""Reps, territory plans and who holds what."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
PUBLISHED = sa.text("state = 'published'")
HELD = sa.text("role = 'primary' AND valid_to IS NULL")
OPEN = sa.text("valid_to IS NULL")


def upgrade() -> None:
    op.create_table(
        "rep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("home_lat", sa.Float(), nullable=True),
        sa.Column("home_lon", sa.Float(), nullable=True),
        sa.Column("home_assumed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rep"),
        sa.UniqueConstraint("external_id", name="uq_rep_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "territory_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("draft", "published", "superseded", name="state", **CODE), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("tolerance", sa.Float(), nullable=False),
        sa.Column("max_deviation", sa.Float(), nullable=False),
        sa.Column("visits_due", sa.Integer(), nullable=False),
        sa.Column("visits_planned", sa.Integer(), nullable=False),
        sa.Column("visits_unserved", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("gap", sa.Float(), nullable=True),
        sa.Column("holds_for", sa.String(), nullable=False),
        sa.Column("travel_source", sa.String(), nullable=False),
        sa.Column("travel_estimated", sa.Boolean(), nullable=False),
        sa.Column("attribution", sa.String(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("defaults", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_territory_plan_validity")),
        sa.PrimaryKeyConstraint("id", name="pk_territory_plan"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_territory_plan_valid_from", "territory_plan", ["valid_from"])
    op.create_index(
        "uq_territory_plan_published",
        "territory_plan",
        ["state"],
        unique=True,
        sqlite_where=PUBLISHED,
        postgresql_where=PUBLISHED,
    )
    op.create_table(
        "plan_page",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("html_gzip", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_plan_page_plan_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan_page"),
    )
    op.create_table(
        "territory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("zone", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("outline_wkb", sa.LargeBinary(), nullable=True),
        sa.Column("min_lat", sa.Float(), nullable=True),
        sa.Column("min_lon", sa.Float(), nullable=True),
        sa.Column("max_lat", sa.Float(), nullable=True),
        sa.Column("max_lon", sa.Float(), nullable=True),
        sa.Column("label_lat", sa.Float(), nullable=True),
        sa.Column("label_lon", sa.Float(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["territory.id"], name="fk_territory_parent_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_territory_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_territory"),
        sa.UniqueConstraint("plan_id", "zone", name="uq_territory_plan_id_zone"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_territory_bounds", "territory", ["min_lat", "max_lat", "min_lon", "max_lon"])
    op.create_index("ix_territory_parent_id", "territory", ["parent_id"])
    op.create_table(
        "territory_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Enum("primary", "cover", "support", name="role", **CODE), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_territory_holder_validity")),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_territory_holder_rep_id"),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name="fk_territory_holder_territory_id"),
        sa.PrimaryKeyConstraint("id", name="pk_territory_holder"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_territory_holder_rep_id", "territory_holder", ["rep_id"])
    op.create_index("ix_territory_holder_territory_id", "territory_holder", ["territory_id"])
    op.create_index(
        "uq_territory_holder_primary",
        "territory_holder",
        ["territory_id"],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_assignment_validity")),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_assignment_plan_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_assignment_site_id"),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name="fk_assignment_territory_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assignment_plan_id", "assignment", ["plan_id"])
    op.create_index("ix_assignment_site_id", "assignment", ["site_id"])
    op.create_index("ix_assignment_territory_id", "assignment", ["territory_id"])
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["site_id", "plan_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "workload",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("service_h", sa.Float(), nullable=False),
        sa.Column("drive_h", sa.Float(), nullable=False),
        sa.Column("workload_h", sa.Float(), nullable=False),
        sa.Column("capacity_h", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("deviation", sa.Float(), nullable=False),
        sa.Column("hours_a_year", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_workload_rep_id"),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name="fk_workload_territory_id"),
        sa.PrimaryKeyConstraint("territory_id", name="pk_workload"),
    )
    op.create_index("ix_workload_rep_id", "workload", ["rep_id"])
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("from_rep_id", sa.Integer(), nullable=False),
        sa.Column("to_rep_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["from_rep_id"], ["rep.id"], name="fk_transfer_from_rep_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_transfer_plan_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_transfer_site_id"),
        sa.ForeignKeyConstraint(["to_rep_id"], ["rep.id"], name="fk_transfer_to_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
        sa.UniqueConstraint("plan_id", "site_id", name="uq_transfer_plan_id_site_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transfer_from_rep_id", "transfer", ["from_rep_id"])
    op.create_index("ix_transfer_site_id", "transfer", ["site_id"])
    op.create_index("ix_transfer_to_rep_id", "transfer", ["to_rep_id"])


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_table("workload")
    op.drop_table("assignment")
    op.drop_table("territory_holder")
    op.drop_table("territory")
    op.drop_table("plan_page")
    op.drop_table("territory_plan")
    op.drop_table("rep")
