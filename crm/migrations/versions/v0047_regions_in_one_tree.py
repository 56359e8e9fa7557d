"""Regions of sites by their key alone on SQLite: without row numbers a row is written in two thirds of the time."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import is_postgresql

revision = "0047"
down_revision = "0046"

NAMES = ("site_id", "edition_id", "region_id", "found")
OWNERS = {"site_id": "site", "edition_id": "region_edition", "region_id": "admin_region"}


def upgrade() -> None:
    if not is_postgresql():
        make_anew(with_rowid=False)


def downgrade() -> None:
    if not is_postgresql():
        make_anew(with_rowid=True)


def make_anew(*, with_rowid: bool) -> None:
    """The table with or without row numbers, its rows and its indexes."""
    op.rename_table("site_region", "site_region_old")
    op.drop_index("ix_site_region_region_id", "site_region_old")
    op.drop_index("ix_site_region_edition_id", "site_region_old")
    found = sa.Enum("inside", "border", "outside", name="found", native_enum=False, create_constraint=True, length=20)
    new = op.create_table(
        "site_region",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("found", found, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_site_region_{name}", ondelete="CASCADE")
            for name, table in OWNERS.items()
        ),
        sa.PrimaryKeyConstraint("site_id", "edition_id", name="pk_site_region"),
        sqlite_with_rowid=with_rowid,
    )
    old = sa.table("site_region_old", *(sa.column(name) for name in NAMES))
    rows = sa.select(*(old.c[name] for name in NAMES)).order_by(old.c.site_id, old.c.edition_id)
    op.execute(new.insert().from_select(NAMES, rows))
    op.drop_table("site_region_old")
    op.create_index("ix_site_region_region_id", "site_region", ["region_id", "site_id"])
    op.create_index("ix_site_region_edition_id", "site_region", ["edition_id", "found"])
