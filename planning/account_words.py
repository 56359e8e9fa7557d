"""Accounts by words: of their names (former and brand ones too), their numbers and their addresses."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, literal_column, or_, select
from sqlmodel import Session

from crm.account_texts import text_form
from crm.columns import table_of
from crm.tables import Account, AccountName, AccountText, Rep, Site, Territory
from geo.address_fold import fold
from planning.account_search import OwnedOn, Wanted, plan_for, with_owners
from planning.admin_regions import asked_region
from planning.find_accounts import AccountPage, views
from planning.plans_in_force import InForce
from planning.viewer import Viewer, may_see_accounts

account, site, name = table_of(Account), table_of(Site), table_of(AccountName)
owning, holding, written = table_of(Territory), table_of(Rep), table_of(AccountText)

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
    """Accounts that have the words, as choices, with ids above `after`; also the id to go on from, None at the end."""
    own = account.c
    ids, following = ids_by_words(session, viewer, words, Wanted(), None, after=after, limit=limit)
    rows = session.execute(select(own.id, own.external_id, own.name, own.state).where(own.id.in_(ids)).order_by(own.id))
    places = first_places(session, ids)
    return tuple(NamedAccount(*(*row, *places.get(row.id, ("", "")))) for row in rows), following


def whole_accounts_by_words(
    session: Session, viewer: Viewer, words: str, wanted: Wanted, *, on: OwnedOn, limit: int, after: int = 0
) -> AccountPage:
    """Accounts that have the words and are of the state, segment, industry, territory, rep and region that are wanted.

    Raises:
        FaultyError: there is no such region on the day.
    """
    force = plan_for(session, on)
    if wanted.region is not None:
        wanted = replace(wanted, sites=asked_region(session, wanted.region, on.day).sites())
    ids, following = ids_by_words(session, viewer, words, wanted, force, after=after, limit=limit)
    return AccountPage(views(session, ids, on), following)


def ids_by_words(
    session: Session, viewer: Viewer, words: str, wanted: Wanted, force: InForce | None, *, after: int, limit: int
) -> tuple[list[int], int | None]:
    """The ids, in order, of accounts in which every word is part of a name, the number, the street or the town.

    The texts of accounts are read in order until the page is full; only those that may have the words are looked at.
    """
    own, asked_words = account.c, words.split()[:MOST_WORDS]
    same = {own.state: wanted.state, own.segment: wanted.segment, own.industry: wanted.industry}
    owners = {owning.c.id: wanted.territory_id, holding.c.id: wanted.rep_id}
    asked = [column == value for column, value in same.items() if value is not None]
    owned = [column == value for column, value in owners.items() if value is not None]
    if wanted.sites is not None:
        owned.append(site.c.id.in_(wanted.sites))
    found = written.c.account_id
    exactly = there(own.id == found, *map(has_word, asked_words), *asked)
    sql = select(found).where(*map(may_have, asked_words), found > after, exactly)
    if owned:
        sql = sql.where(found.in_(with_owners(select(site.c.account_id), force).where(*owned)))
    sql = sql.where(may_see_accounts(session, viewer, found)).order_by(found).limit(limit + 1)
    ids = list(session.scalars(sql))
    return ids[:limit], ids[limit - 1] if len(ids) > limit else None


def may_have(word: str) -> ColumnElement[bool]:
    """True for texts of all accounts for which `has_word` is true, and of few more."""
    forms = dict.fromkeys([*map(text_form, writings(word)), *filter(None, [fold(word)])])
    return or_(*(written.c.words.contains(form, autoescape=True) for form in forms))


def has_word(word: str) -> ColumnElement[bool]:
    """True for accounts that have a word somewhere, however it is written; names also in their folded form."""
    own, folded = account.c, fold(word)
    named = there(name.c.account_id == own.id, name.c.key.contains(folded, autoescape=True))
    place = there(site.c.account_id == own.id, or_(holds(site.c.line, word), holds(site.c.city, word)))
    return or_(holds(own.name, word), own.external_id == word, *([named] if folded else []), place)


def there(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """True where there is a row like this; looked up for one account after the other.

    Without the offset PostgreSQL may look through all rows once instead, or join them before it looks at the text.
    """
    return select(literal_column("1")).where(*conditions).offset(0).exists()


def holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """True where a text holds a word; a database may know small and capital letters of ASCII only."""
    return or_(*(column.icontains(one, autoescape=True) for one in writings(word)))


def writings(word: str) -> tuple[str, ...]:
    """A word with small and capital letters."""
    return tuple(dict.fromkeys((word, word.lower(), word.capitalize(), word.upper())))


def first_places(session: Session, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Street and town of the first site of these accounts."""
    sql = select(site.c.account_id, site.c.line, site.c.city).where(site.c.account_id.in_(ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(sql.order_by(site.c.id.desc()))}
