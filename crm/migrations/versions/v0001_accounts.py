"""Accounts and their sites."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("prospect", "active", "dormant", "closed", name="state", **CODE), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("external_id", name="uq_account_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_name", "account", ["name"])
    op.create_index("ix_account_state", "account", ["state"])
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("visits_per_year", sa.Float(), nullable=False),
        sa.Column("service_s", sa.Integer(), nullable=False),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_site_place")),
        sa.CheckConstraint(
            "lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)", name=op.f("ck_site_degrees")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_site_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_site_account_id", "site", ["account_id"])
    op.create_index("ix_site_lat_lon", "site", ["lat", "lon"])


def downgrade() -> None:
    op.drop_table("site")
    op.drop_table("account")
