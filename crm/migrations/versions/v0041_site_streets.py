"""Streets of sites in one way of writing, so that they are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

AT_ONCE = 5_000


def upgrade() -> None:
    op.create_table(
        "site_street",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("street", sa.LargeBinary(), nullable=False),
        sa.Column("city", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_street_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_street"),
    )
    op.create_index("ix_site_street_street", "site_street", ["street", "city"])
    fill()


def fill() -> None:
    """The streets of the sites that are there, by the rule of today."""
    from crm.site_streets import street_form

    site = sa.table("site", *(sa.column(name) for name in ("id", "line", "city")))
    kept = sa.table("site_street", *(sa.column(name) for name in ("site_id", "street", "city")))
    bind, after = op.get_bind(), 0
    while rows := bind.execute(
        sa.select(site.c.id, site.c.line, site.c.city).where(site.c.id > after).order_by(site.c.id).limit(AT_ONCE)
    ).all():
        forms = [{"site_id": row[0], "street": street_form(row[1]), "city": street_form(row[2])} for row in rows]
        if forms := [form for form in forms if form["street"]]:
            bind.execute(sa.insert(kept), forms)
        after = rows[-1].id


def downgrade() -> None:
    op.drop_table("site_street")
