"""People, names and families of firms, code lists, activities and leads."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_columns, keep_ledger

revision = "0010"
down_revision = "0009"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
TABLES = (
    "code",
    "person",
    "account_link",
    "account_name",
    "account_person",
    "consent",
    "contact_point",
    "family_grant",
    "activity",
    "lead",
)


def upgrade() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_code"),
        sa.UniqueConstraint("list_name", "code", name="uq_code_list_name_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("external_id", name="uq_person_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_key", "person", ["key"])
    op.create_table(
        "account_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("to_account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("owner", "franchise", "supplier", "payer", name="kind", **CODE), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("account_id <> to_account_id", name=op.f("ck_account_link_another")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_account_link_validity")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_link_account_id"),
        sa.ForeignKeyConstraint(["to_account_id"], ["account.id"], name="fk_account_link_to_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_link"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_link_account_id", "account_link", ["account_id"])
    op.create_index("ix_account_link_to_account_id", "account_link", ["to_account_id", "kind"])
    op.create_table(
        "account_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("legal", "brand", "former", "latin", "project", name="kind", **CODE), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_account_name_validity")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_name_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_name_account_id", "account_name", ["account_id"])
    op.create_index("ix_account_name_key", "account_name", ["key"])
    op.create_table(
        "account_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_account_person_validity")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_person_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_person"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_person_account_id", "account_person", ["account_id"])
    op.create_index("ix_account_person_person_id", "account_person", ["person_id"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("given", "withdrawn", name="state", **CODE), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_consent_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id", "purpose", "id"])
    op.create_table(
        "contact_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("phone", "mobile", "email", "post", "other", name="kind", **CODE), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_point_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_point_key", "contact_point", ["kind", "key"])
    op.create_index("ix_contact_point_person_id", "contact_point", ["person_id"])
    op.create_table(
        "family_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_family_grant_account_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_family_grant_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_family_grant"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_family_grant_account_id", "family_grant", ["account_id"])
    op.create_index("uq_family_grant", "family_grant", ["user_id", "account_id"], unique=True)
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind", sa.Enum("phone_call", "mail", "visit", "meeting", "note", name="kind", **CODE), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("next_contact_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_s IS NULL OR duration_s >= 0", name=op.f("ck_activity_duration")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_activity_account_id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_activity_opportunity_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_activity_person_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_activity_rep_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_activity_site_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_activity_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
        sa.UniqueConstraint("external_id", name="uq_activity_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_activity_account_id", "activity", ["account_id", "at"])
    op.create_index("ix_activity_next_contact_on", "activity", ["next_contact_on"])
    op.create_index("ix_activity_opportunity_id", "activity", ["opportunity_id"])
    op.create_index("ix_activity_person_id", "activity", ["person_id"])
    op.create_index("ix_activity_rep_id", "activity", ["rep_id"])
    op.create_index("ix_activity_site_id", "activity", ["site_id"])
    op.create_index("ix_activity_visit_id", "activity", ["visit_id"])
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("new", "matched", "qualified", "converted", "rejected", name="state", **CODE),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'converted') = (opportunity_id IS NOT NULL)", name=op.f("ck_lead_opportunity")),
        sa.CheckConstraint("state <> 'rejected' OR reason <> ''", name=op.f("ck_lead_reason")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_lead_account_id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_lead_opportunity_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_lead_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lead"),
        sa.UniqueConstraint("external_id", name="uq_lead_external_id"),
        sa.UniqueConstraint("opportunity_id", name="uq_lead_opportunity_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_account_id", "lead", ["account_id"])
    op.create_index("ix_lead_rep_id", "lead", ["rep_id"])
    op.create_index("ix_lead_state", "lead", ["state"])
    for table in TABLES:
        keep_ledger(table)
    append_only("consent", but_undo=True)
    keep_columns("lead", ("source", "trigger", "payload", "received_at"))


def downgrade() -> None:
    for table in reversed(TABLES):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION consent_is_append_only")
        op.execute("DROP FUNCTION lead_keeps_columns")
