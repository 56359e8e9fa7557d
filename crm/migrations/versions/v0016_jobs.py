"""Jobs, their units, results and attempts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.Enum("queued", "running", "done", "failed", "cancelled", name="state", **CODE), nullable=False
        ),
        sa.Column("phase", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("units", "units_done", "units_failed", "lease")),
        sa.Column("lease_until", MOMENT, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("beat", "fruitless")),
        sa.Column("coordinator", sa.String(), nullable=False),
        sa.Column("cancel_asked_at", MOMENT, nullable=True),
        sa.Column("cancel_asked_by", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_lease_until")),
        sa.CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name=op.f("ck_job_ended_at")),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_job_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index("ix_job_open", "job", ["priority", "id"], sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("ix_job_asked_by", "job", ["asked_by", "id"])
    op.create_table(
        "job_unit",
        *unit_key("job_unit"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("waiting", "done", "failed", name="state", **CODE), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
    )
    to_do = sa.text("state <> 'done'")
    op.create_index("ix_job_unit_open", "job_unit", ["job_id", "unit"], sqlite_where=to_do, postgresql_where=to_do)
    op.create_table(
        "job_result",
        *unit_key("job_result"),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("saved", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "job_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("end", sa.Enum("done", "failed", "lost", "too_long", name="end", **CODE), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("wall_s", sa.Float(), nullable=False),
        sa.Column("cpu_s", sa.Float(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_attempt_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job_attempt"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_attempt_unit", "job_attempt", ["job_id", "unit"])


def unit_key(table: str) -> tuple[Any, ...]:
    """Columns and constraints of a table with a row per job and unit."""
    return (
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=f"fk_{table}_job_id"),
        sa.PrimaryKeyConstraint("job_id", "unit", name=f"pk_{table}"),
    )


def downgrade() -> None:
    for table in ("job_attempt", "job_result", "job_unit", "job"):
        op.drop_table(table)
