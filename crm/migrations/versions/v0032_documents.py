"""Documents of visits: forms with editions, what was written, its lines."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, is_postgresql, keep_columns, keep_ledger

revision = "0032"
down_revision = "0031"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
KINDS = ("order", "return", "comment", "shelf", "other")
TABLES = ("document_form", "visit_document", "document_line")


def upgrade() -> None:
    op.create_table(
        "document_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="kind", **CODE), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_form"),
        sa.UniqueConstraint("name", "edition", name="uq_document_form_name_edition"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "visit_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_visit_document_place")),
        sa.CheckConstraint(
            "lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)",
            name=op.f("ck_visit_document_degrees"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["document_form.id"], name="fk_visit_document_form_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_visit_document_visit_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_visit_document_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_document"),
        sa.UniqueConstraint("external_id", name="uq_visit_document_external_id"),
        sqlite_autoincrement=True,
    )
    for column in ("form_id", "visit_id", "rep_id", "made_at"):
        op.create_index(f"ix_visit_document_{column}", "visit_document", [column])
    op.create_table(
        "document_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["visit_document.id"], name="fk_document_line_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document_line"),
        sa.UniqueConstraint("document_id", "position", name="uq_document_line_document_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_document_line_product", "document_line", ["product"])
    for table in TABLES:
        keep_ledger(table)
    keep_columns("document_form", ("name", "edition", "kind", "definition"))


def downgrade() -> None:
    for table in reversed(TABLES):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION document_form_keeps_columns")
