"""What lists of accounts look up is found in the indexes alone: a territory's sites, and the sites of a box.

An index on latitude and longitude was read from the western edge of the record to the eastern; that on bands of
latitude skips by both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    spans = ["territory_id", "plan_id", "site_id", "valid_from", "valid_to"]
    op.create_index("ix_assignment_territory", "assignment", spans)
    op.drop_index("ix_assignment_territory_id", "assignment")
    op.create_index("ix_site_band", "site", [sa.text("round(lat * 4)"), "lon", "lat"])
    op.drop_index("ix_site_lat_lon", "site")


def downgrade() -> None:
    op.create_index("ix_site_lat_lon", "site", ["lat", "lon"])
    op.drop_index("ix_site_band", "site")
    op.create_index("ix_assignment_territory_id", "assignment", ["territory_id"])
    op.drop_index("ix_assignment_territory", "assignment")
