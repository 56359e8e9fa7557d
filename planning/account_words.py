"""Accounts by words: of their names (former and brand ones too), their numbers and their addresses."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountName, Site
from geo.address_fold import fold
from planning.viewer import Viewer, may_see_accounts

account, site, name = table_of(Account), table_of(Site), table_of(AccountName)

MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account as a list of choices shows it; the address is that of its first site."""

    id: int
    external_id: str
    name: str
    state: str
    line: str
    city: str


def accounts_by_words(
    session: Session, viewer: Viewer, words: str, *, limit: int, after: int = 0
) -> tuple[tuple[NamedAccount, ...], int | None]:
    """Accounts in which every word is part of a name, the number, the street or the town, with ids above `after`.

    Also the id to go on from, None on the last page.
    """
    own = account.c
    asked = words.split()[:MOST_WORDS]
    sql = (
        select(own.id, own.external_id, own.name, own.state)
        .where(*(has_word(word) for word in asked), own.id > after, may_see_accounts(session, viewer))
        .order_by(own.id)
        .limit(limit + 1)
    )
    rows = session.execute(sql).all()
    places = first_places(session, [row.id for row in rows])
    found = tuple(NamedAccount(*row, *places.get(row.id, ("", ""))) for row in rows[:limit])
    return found, found[-1].id if len(rows) > limit else None


def has_word(word: str) -> ColumnElement[bool]:
    """True for accounts that have a word somewhere, however it is written; names also in their folded form."""
    own, folded = account.c, fold(word)
    named = exists().where(name.c.account_id == own.id, name.c.key.contains(folded, autoescape=True))
    place = exists().where(site.c.account_id == own.id, or_(holds(site.c.line, word), holds(site.c.city, word)))
    return or_(holds(own.name, word), own.external_id == word, *([named] if folded else []), place)


def holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """True where a text holds a word; a database may know small and capital letters of ASCII only."""
    writings = dict.fromkeys((word, word.lower(), word.capitalize(), word.upper()))
    return or_(*(column.icontains(one, autoescape=True) for one in writings))


def first_places(session: Session, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Street and town of the first site of these accounts."""
    sql = select(site.c.account_id, site.c.line, site.c.city).where(site.c.account_id.in_(ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(sql.order_by(site.c.id.desc()))}
