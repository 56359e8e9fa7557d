"""What an account can be found by, in one text, so that a search reads nothing else."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

AT_ONCE = 5_000


def upgrade() -> None:
    op.create_table(
        "account_text",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_text_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_text"),
    )
    fill()


def fill() -> None:
    """The texts of the accounts that are there, by the rule of today."""
    from crm.account_texts import text_of

    account = sa.table("account", *(sa.column(name) for name in ("id", "external_id", "name")))
    site = sa.table("site", *(sa.column(name) for name in ("id", "account_id", "line", "city")))
    name = sa.table("account_name", *(sa.column(name) for name in ("id", "account_id", "key")))
    kept = sa.table("account_text", *(sa.column(name) for name in ("account_id", "words")))
    bind, after = op.get_bind(), 0
    some = sa.select(account).where(account.c.id > sa.bindparam("after")).order_by(account.c.id).limit(AT_ONCE)
    while rows := bind.execute(some, {"after": after}).all():
        span = {"after": after, "last": rows[-1].id}
        keys, places = defaultdict(list), defaultdict(list)
        for row in bind.execute(of_span(name), span):
            keys[row.account_id].append(row.key)
        for row in bind.execute(of_span(site), span):
            places[row.account_id].append((row.line, row.city))
        texts = (text_of(row.external_id, row.name, keys.get(row.id, ()), places.get(row.id, ())) for row in rows)
        told = [{"account_id": row.id, "words": text} for row, text in zip(rows, texts, strict=True)]
        bind.execute(sa.insert(kept), told)
        after = rows[-1].id


def of_span(table: sa.TableClause) -> sa.Select[tuple[object, ...]]:
    """The rows of a table that belong to accounts above `after`, up to `last`."""
    owner = table.c.account_id
    of_them = (owner > sa.bindparam("after"), owner <= sa.bindparam("last"))
    return sa.select(table).where(*of_them).order_by(table.c.id)


def downgrade() -> None:
    op.drop_table("account_text")
