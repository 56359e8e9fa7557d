"""Users, what they may see, their passwords and tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0007"
down_revision = "0006"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("role", sa.Enum("rep", "manager", "planner", "admin", name="role", **CODE), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name = lower(name) AND name <> ''", name=op.f("ck_app_user_name")),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_app_user_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_app_user"),
        sa.UniqueConstraint("name", name="uq_app_user_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_app_user_rep_id", "app_user", ["rep_id"])
    op.create_table(
        "rep_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_rep_grant_rep_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_rep_grant_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rep_grant"),
        sa.UniqueConstraint("user_id", "rep_id", name="uq_rep_grant_user_id_rep_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rep_grant_rep_id", "rep_grant", ["rep_id"])
    op.create_table(
        "password",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_password_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_password"),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("session", "api", name="kind", **CODE), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_access_token_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
        sa.UniqueConstraint("digest", name="uq_access_token_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_token_user_id", "access_token", ["user_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"])
    for table in ("app_user", "rep_grant"):
        keep_ledger(table)


def downgrade() -> None:
    for table in ("app_user", "rep_grant"):
        drop_ledger(table)
    for table in ("sign_in_failure", "access_token", "password", "rep_grant", "app_user"):
        op.drop_table(table)
