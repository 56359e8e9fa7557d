"""What acts touched of what devices keep: read from the ledger, in the order in which the acts were committed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, or_, select, union_all
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    AccountPerson,
    Assignment,
    Change,
    ContactPoint,
    Opportunity,
    SettledAct,
    Site,
    Task,
    Visit,
    VisitCompanion,
)

change, settled = table_of(Change), table_of(SettledAct)
site, opportunity, works = table_of(Site), table_of(Opportunity), table_of(AccountPerson)
assignment, task, visit = table_of(Assignment), table_of(Task), table_of(Visit)
companion, point = table_of(VisitCompanion), table_of(ContactPoint)

OF_ACCOUNT = frozenset({"site", "account_person", "activity", "opportunity", "task"})
OF_PERSON = frozenset({"contact_point", "consent"})
OF_DAY = frozenset({"visit", "route"})
WATCHED = (*OF_ACCOUNT, *OF_PERSON, *OF_DAY, "account", "assignment", "person", "rep", "visit_companion")

type Values = Mapping[str, Any]


@dataclass(slots=True)
class Touched:
    """Ids of accounts, and days of the rep; `lost` are accounts that may have gone out of the user's sight.

    `sites`, `names` and `leaders` are sites, accounts and other reps of which days show something. `sales` are sales
    with the accounts they hang or hung on, `lost_sales` those that the user's reps have or had, or a task in.
    """

    accounts: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    sites: set[int] = field(default_factory=set)
    names: set[int] = field(default_factory=set)
    leaders: set[int] = field(default_factory=set)
    sales: dict[int, set[int]] = field(default_factory=dict)
    lost_sales: set[int] = field(default_factory=set)

    def add(self, other: "Touched") -> None:
        """Take in what another change touched."""
        self.accounts |= other.accounts
        self.lost |= other.lost
        self.days |= other.days
        self.sites |= other.sites
        self.names |= other.names
        self.leaders |= other.leaders
        self.lost_sales |= other.lost_sales
        for sale, accounts in other.sales.items():
            self.sales[sale] = self.sales.get(sale, set()) | accounts


@dataclass(frozen=True, slots=True)
class Whose:
    """Which reps and territories are the user's; `rep_id` is the one whose days are kept."""

    rep_id: int | None
    reps: frozenset[int]
    territories: frozenset[int]


def changes_after(session: Session, number: int, change_id: int, limit: int) -> Sequence[Row[Any]]:
    """Changes of what devices keep, after the change `change_id` of the act `number`, in the order of commits."""
    later = or_(settled.c.number > number, and_(settled.c.number == number, change.c.id > change_id))
    sql = (
        select(settled.c.number, change.c.id, change.c.table_name, change.c.row_id, change.c.before, change.c.after)
        .join(settled, settled.c.batch_id == change.c.batch_id)
        .where(settled.c.number >= number, later, change.c.table_name.in_(WATCHED))
        .order_by(settled.c.number, change.c.id)
    )
    return session.execute(sql.limit(limit)).all()


def touched_by(session: Session, rows: Sequence[Row[Any]], whose: Whose) -> list[Touched]:
    """What each of these changes touched."""
    accounts_of, joined = Accounts(session, rows), Joined(session, rows, whose.rep_id)
    return [touch(row, accounts_of, joined, whose) for row in rows]


class Accounts:
    """The accounts that sites, sales and people belong to, also of rows that are gone: the ledger still knows them.

    Which account that is may have changed since; that change is in the ledger too, and touches both.
    """

    def __init__(self, session: Session, rows: Sequence[Row[Any]]) -> None:
        self.of_site = owners(session, "site", ids_in(rows, {"assignment"}, "site_id"))
        self.of_sale = owners(session, "opportunity", ids_in(rows, {"task"}, "opportunity_id"))
        persons = ids_in(rows, OF_PERSON, "person_id") | {row.row_id for row in rows if row.table_name == "person"}
        self.of_person: dict[int, set[int]] = {}
        sql = select(works.c.person_id, works.c.account_id).where(works.c.person_id.in_(persons))
        for person_id, account_id in session.execute(sql) if persons else ():
            self.of_person.setdefault(person_id, set()).add(account_id)


class Joined:
    """The visits of others among these rows that the rep comes along on, and the days on which visits ever lay.

    Who came along once may not do so any more, and the visit may have moved before: the ledger knows all its days.
    """

    def __init__(self, session: Session, rows: Sequence[Row[Any]], rep_id: int | None) -> None:
        self.visits: set[int] = set()
        self.days: dict[int, set[date]] = {}
        if rep_id is None:
            return
        if changed := {row.row_id for row in rows if row.table_name == "visit"}:
            mine = select(companion.c.visit_id).where(companion.c.rep_id == rep_id, companion.c.visit_id.in_(changed))
            self.visits = set(session.scalars(mine))
        if told := ids_in((row for row in rows if names_rep(row, rep_id)), {"visit_companion"}, "visit_id"):
            for visit_id, day in session.execute(select(visit.c.id, visit.c.day).where(visit.c.id.in_(told))):
                self.days.setdefault(visit_id, set()).add(day)
            moves = select(change.c.row_id, change.c.before, change.c.after)
            for row in session.execute(moves.where(change.c.table_name == "visit", change.c.row_id.in_(told))):
                self.days.setdefault(row.row_id, set()).update(days_in(row))


def names_rep(row: Row[Any], rep_id: int) -> bool:
    """True for a row that says, or said, that the rep comes along on a visit."""
    return row.table_name == "visit_companion" and any(state["rep_id"] == rep_id for state in states(row))


def days_in(row: Row[Any]) -> set[date]:
    """The days that a visit or a route had before and after a change."""
    return {date.fromisoformat(state["day"]) for state in states(row)}


def owners(session: Session, name: str, ids: set[int]) -> dict[int, set[int]]:
    """The accounts of these rows of a table as they are, or as they were when they went."""
    table = {"site": site, "opportunity": opportunity}[name]
    found: dict[int, set[int]] = {}
    if ids:
        now = select(table.c.id, table.c.account_id).where(table.c.id.in_(ids), table.c.account_id.is_not(None))
        for row_id, account_id in session.execute(now):
            found.setdefault(row_id, set()).add(account_id)
    if gone := ids - found.keys():
        was = select(change.c.row_id, change.c.before).where(
            change.c.table_name == name, change.c.row_id.in_(gone), change.c.before.is_not(None)
        )
        for row_id, before in session.execute(was):
            if account_id := (before or {}).get("account_id"):
                found.setdefault(row_id, set()).add(account_id)
    return found


def ids_in(rows: Iterable[Row[Any]], tables: Collection[str], name: str) -> set[int]:
    """The ids that rows of these tables hold, or held, in a column."""
    return {state[name] for row in rows if row.table_name in tables for state in states(row) if state.get(name)}


def states(row: Row[Any]) -> Iterator[Values]:
    """The row before and after the change, as far as it was there."""
    yield from (state for state in (row.before, row.after) if state)


def touch(row: Row[Any], accounts_of: Accounts, joined: Joined, whose: Whose) -> Touched:
    """What one change touched."""
    name, found = row.table_name, Touched()
    if name == "account":
        found.accounts.add(row.row_id)
        found.names.add(row.row_id)
    elif name in OF_DAY:
        mine = (state["day"] for state in states(row) if state["rep_id"] == whose.rep_id)
        found.days.update(map(date.fromisoformat, mine))
        if name == "visit" and row.row_id in joined.visits:
            found.days |= days_in(row)
    elif name == "visit_companion":
        for state in states(row):
            found.days |= joined.days.get(state["visit_id"], set())
    elif name == "rep":
        found.leaders.add(row.row_id)
    elif name == "person" or name in OF_PERSON:
        persons = {row.row_id} if name == "person" else {state["person_id"] for state in states(row)}
        found.accounts.update(*(accounts_of.of_person.get(one, ()) for one in persons))
    elif name == "assignment":
        for state in states(row):
            found.accounts |= accounts_of.of_site.get(state["site_id"], set())
        if any(state["territory_id"] in whose.territories for state in states(row)):
            found.lost |= found.accounts
    else:
        touch_owned(row, accounts_of, whose, found)
    return found


def touch_owned(row: Row[Any], accounts_of: Accounts, whose: Whose, found: Touched) -> None:
    """Of a row that says itself which account it belongs to, or a task, which may say it by its sale."""
    sale = row.row_id if row.table_name == "opportunity" else None
    for state in states(row):
        if state.get("account_id"):
            found.accounts.add(state["account_id"])
        if one := sale or (row.table_name == "task" and state["opportunity_id"]):
            found.sales.setdefault(one, set()).update(filter(None, [state["account_id"]]))
            found.lost_sales.update({one} if state["rep_id"] in whose.reps else ())
        if row.table_name == "task" and state["opportunity_id"]:
            found.accounts |= accounts_of.of_sale.get(state["opportunity_id"], set())
    if row.table_name == "task" and any(state["rep_id"] in whose.reps for state in states(row)):
        found.lost |= found.accounts
    if row.table_name == "site":
        found.sites.add(row.row_id)
    if row.before and row.after and row.before.get("account_id") not in (None, row.after.get("account_id")):
        found.lost.add(row.before["account_id"])


def begun_or_ended(session: Session, whose: Whose, after: date, until: date) -> set[int]:
    """Accounts of which a site came into one of the territories, or left it, after one day and until another."""
    if not whose.territories or until <= after:
        return set()
    passed = or_(*(and_(day > after, day <= until) for day in (assignment.c.valid_from, assignment.c.valid_to)))
    sql = (
        select(site.c.account_id)
        .join(assignment, assignment.c.site_id == site.c.id)
        .where(assignment.c.territory_id.in_(whose.territories), passed)
    )
    return set(session.scalars(sql))


def reached_otherwise(session: Session, after: date, until: date) -> set[int]:
    """Accounts with somebody whom a number or address began or ceased to reach, after one day and until another."""
    if until <= after:
        return set()
    passed = or_(*(and_(day > after, day <= until) for day in (point.c.valid_from, point.c.valid_to)))
    sql = select(works.c.account_id).join(point, point.c.person_id == works.c.person_id).where(passed)
    return set(session.scalars(sql))


def once_seen(session: Session, whose: Whose, ids: Collection[int]) -> set[int]:
    """Which of these accounts the user may have seen at some time, by a territory or a task."""
    ways: list[Any] = []
    if whose.territories:
        held = select(site.c.account_id).join(assignment, assignment.c.site_id == site.c.id)
        ways.append(held.where(assignment.c.territory_id.in_(whose.territories), site.c.account_id.in_(ids)))
    if whose.reps:
        own = task.c.rep_id.in_(whose.reps)
        ways.append(select(task.c.account_id).where(own, task.c.account_id.in_(ids)))
        by_sale = select(opportunity.c.account_id).join(task, task.c.opportunity_id == opportunity.c.id)
        ways.append(by_sale.where(own, opportunity.c.account_id.in_(ids)))
    return set(session.scalars(union_all(*ways))) if ways and ids else set()


def days_at(session: Session, rep_id: int, touched: Touched, first: date, last: date) -> set[date]:
    """The rep's days on which a site or an account is visited, or with a rep, that was changed: they show it."""
    places = or_(site.c.id.in_(touched.sites), site.c.account_id.in_(touched.names))
    near = select(visit.c.day).join(site, site.c.id == visit.c.site_id).where(visit.c.day.between(first, last))
    mine = visit.c.id.in_(select(companion.c.visit_id).where(companion.c.rep_id == rep_id))
    shown = or_(places, visit.c.rep_id.in_(touched.leaders))
    return set(session.scalars(union_all(near.where(visit.c.rep_id == rep_id, places), near.where(mine, shown))))
