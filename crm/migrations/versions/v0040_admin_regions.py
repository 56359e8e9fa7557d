"""Administrative regions, edition after edition, and in which of them each site lies."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, is_postgresql, keep_columns, keep_ledger

revision = "0040"
down_revision = "0039"

LEDGERED = ("region_edition", "admin_region")


def upgrade() -> None:
    op.create_table(
        "region_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("regions", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_region_edition"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_region_edition_level", "region_edition", ["level", "valid_from"])
    op.create_table(
        "admin_region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=False),
        sa.Column("outline_wkb", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("min_lat", "min_lon", "max_lat", "max_lon")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["region_edition.id"], name="fk_admin_region_edition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_admin_region"),
        sa.UniqueConstraint("edition_id", "code", name="uq_admin_region_edition_id_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_admin_region_code", "admin_region", ["code"])
    found = sa.Enum("inside", "border", "outside", name="found", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "site_region",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("found", found, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_region_site_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["region_edition.id"], name="fk_site_region_edition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["admin_region.id"], name="fk_site_region_region_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "edition_id", name="pk_site_region"),
    )
    op.create_index("ix_site_region_region_id", "site_region", ["region_id", "site_id"])
    op.create_index("ix_site_region_edition_id", "site_region", ["edition_id", "found"])
    for table in LEDGERED:
        keep_ledger(table)
    keep_columns("region_edition", ("level", "valid_from", "regions", "sha256"))
    keep_columns("admin_region", ("edition_id", "code", "name", "parent_code", "outline_wkb"))


def downgrade() -> None:
    op.drop_table("site_region")
    for table in reversed(LEDGERED):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        for table in LEDGERED:
            op.execute(f"DROP FUNCTION {table}_keeps_columns")
