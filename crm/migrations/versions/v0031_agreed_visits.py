"""What was agreed of visits: wishes of sites, times promised; a rep's vehicle and limits of driving."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0031"
down_revision = "0030"

COLUMNS: dict[str, tuple[str, ...]] = {
    "site": ("wishes",),
    "visit": ("promised_from_s", "promised_until_s"),
    "rep": (
        *("vehicle_capacity", "depot_lat", "depot_lon", "reload_s", "starts_at_depot", "most_drive_s"),
        "overtime_price",
    ),
}


def column(name: str) -> sa.Column[Any]:
    """A new column of this name."""
    settled: dict[str, sa.Column[Any]] = {
        "wishes": sa.Column(name, sa.JSON(), nullable=True),
        "depot_lat": sa.Column(name, sa.Float(), nullable=True),
        "depot_lon": sa.Column(name, sa.Float(), nullable=True),
        "reload_s": sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("1800")),
        "starts_at_depot": sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()),
        "overtime_price": sa.Column(name, sa.Float(), nullable=False, server_default=sa.text("1")),
    }
    return settled.get(name, sa.Column(name, sa.Integer(), nullable=True))


def upgrade() -> None:
    for table, names in COLUMNS.items():
        for name in names:
            op.add_column(table, column(name))
        keep_ledger(table)


def downgrade() -> None:
    for table, names in COLUMNS.items():
        drop_ledger(table)
        for name in reversed(names):
            op.drop_column(table, name)
        keep_ledger(table)
