"""Keeping a device up to date: all that its user may see once, and then what changed, page by page.

The acts of the ledger are followed in the order in which they were committed. Each account, other sale or day that
one of them touched is sent as it is now, whole, or named as gone when the user no longer sees it; sending it twice
does no harm. So a device that was cut off goes on from the last cursor that it kept, and ends where one ends that
reads everything anew. What changes the user's sight at large (a plan, a territory's holder, a grant) makes devices
start over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session

from planning.sync_changes import (
    Touched,
    Whose,
    begun_or_ended,
    changes_after,
    days_at,
    once_seen,
    reached_otherwise,
    touched_by,
)
from planning.sync_content import (
    Doc,
    account,
    account_docs,
    day_docs,
    kept,
    opportunity,
    sale_docs,
    window,
)
from planning.sync_cursor import OLDEST, PAST_ALL, Phase, StartOverError, SyncCursor, check, last_act, mark_of, scope_of
from planning.viewer import Viewer, may_see_accounts, may_see_opportunities, rep, sight_of, task_reps

AT_ONCE = 2000
"""Changes of the record that a page looks at, whosever they are."""
MOST_PASSING = 500
"""Accounts that may come or go by the passing of days alone; with more a device starts over."""


@dataclass(frozen=True, slots=True)
class SyncPage:
    """What to put in place of what the device has, what to remove there, and from where to go on.

    `from_scratch`: the page is part of everything. `more`: the next page is there already.
    """

    from_scratch: bool
    accounts: tuple[Doc, ...]
    sales: tuple[Doc, ...]
    days: tuple[Doc, ...]
    gone_accounts: tuple[int, ...]
    gone_sales: tuple[int, ...]
    gone_days: tuple[date, ...]
    cursor: SyncCursor
    more: bool


def sync(session: Session, viewer: Viewer, cursor: SyncCursor | None, *, limit: int) -> SyncPage:
    """The next page after `cursor`; the first of everything without one. `limit`: accounts or sales on a page, about.

    Raises:
        StartOverError: the cursor cannot be gone on from.
    """
    scope = scope_of(session, viewer)
    if cursor is None:
        number, mark = last_act(session)
        cursor = SyncCursor(scope, mark, viewer.day, number, PAST_ALL, Phase.ALL)
    else:
        check(session, viewer, cursor, scope)
    if cursor.phase is not Phase.CHANGES:
        return everything_after(session, viewer, cursor, limit)
    return changed_after(session, viewer, cursor, limit)


def everything_after(session: Session, viewer: Viewer, cursor: SyncCursor, limit: int) -> SyncPage:
    """The accounts after the last one sent, then the sales; with the last the days. What changes meanwhile follows."""
    accounts: list[Doc] = []
    if cursor.phase is Phase.ALL:
        accounts = account_docs(session, viewer, account.c.id > cursor.after, limit=limit + 1)
        if len(accounts) > limit:
            going_on = replace(cursor, after=accounts[limit - 1]["id"])
            return SyncPage(True, tuple(accounts[:limit]), (), (), (), (), (), going_on, more=True)
        cursor = replace(cursor, phase=Phase.SALES, after=0)
    sales = sale_docs(session, viewer, opportunity.c.id > cursor.after, limit=limit + 1)
    if len(sales) > limit:
        going_on = replace(cursor, after=sales[limit - 1]["id"])
        return SyncPage(True, tuple(accounts), tuple(sales[:limit]), (), (), (), (), going_on, more=True)
    days = () if viewer.rep_id is None else day_docs(session, viewer.rep_id, days_between(*window(viewer.day)))
    done = replace(cursor, phase=Phase.CHANGES, after=0)
    more = last_act(session)[0] > cursor.number
    return SyncPage(True, tuple(accounts), tuple(sales), tuple(days), (), (), (), done, more)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def changed_after(session: Session, viewer: Viewer, cursor: SyncCursor, limit: int) -> SyncPage:
    """What was touched after the cursor, and what came or went since by the passing of days."""
    whose = whose_sight(session, viewer)
    touched = passed(session, viewer, whose, cursor.day)
    rows = changes_after(session, cursor.number, cursor.change, AT_ONCE + 1)
    by_row = touched_by(session, rows[:AT_ONCE], whose)
    every = touched.accounts.union(*(one.accounts for one in by_row))
    lost = touched.lost.union(*(one.lost for one in by_row))
    shown, gone = shown_and_gone(session, viewer, whose, every, lost)
    taken = first_few(by_row, touched, shown | gone, limit)
    more = taken < len(rows)
    position = (rows[taken - 1].number, rows[taken - 1].id) if more else (last_act(session)[0], PAST_ALL)
    accounts = account_docs(session, viewer, account.c.id.in_(touched.accounts & shown), limit=None)
    sales, gone_sales = changed_sales(session, viewer, touched, touched.accounts & (shown | gone))
    days, gone_days = changed_days(session, viewer, touched)
    return SyncPage(
        False,
        tuple(accounts),
        tuple(sales),
        tuple(days),
        tuple(sorted(touched.accounts & gone)),
        tuple(gone_sales),
        tuple(gone_days),
        at_act(session, replace(cursor, day=viewer.day), *position),
        more,
    )


def at_act(session: Session, cursor: SyncCursor, number: int, change: int) -> SyncCursor:
    """The cursor moved on to a change of an act."""
    return replace(cursor, number=number, change=change, mark=mark_of(session, number))


def whose_sight(session: Session, viewer: Viewer) -> Whose:
    """The reps whose tasks the user sees, and the territories."""
    if viewer.sees_all:
        return Whose(viewer.rep_id, frozenset(), frozenset())
    reps = session.scalars(select(rep.c.id).where(rep.c.id.in_(task_reps(session, viewer))))
    return Whose(viewer.rep_id, frozenset(reps), frozenset(sight_of(session, viewer).territories))


def passed(session: Session, viewer: Viewer, whose: Whose, since: date) -> Touched:
    """What changed by itself since a day: assignments and ways to reach people that began or ended, days that came near
    or lie behind.

    Raises:
        StartOverError: too much of it.
    """
    until = max([viewer.day, *(force.day for force in sight_of(session, viewer).forces)])
    accounts = begun_or_ended(session, whose, since, until) if viewer.day > since else set()
    shown = accounts | reached_otherwise(session, since, viewer.day)
    if len(shown) > MOST_PASSING:
        raise StartOverError(f"{len(shown)} accounts came, went or changed since {since}: read everything anew.")
    days = set(days_between(*window(since))) ^ set(days_between(*window(viewer.day)))
    return Touched(shown, accounts, days)


def shown_and_gone(
    session: Session, viewer: Viewer, whose: Whose, touched: set[int], lost: set[int]
) -> tuple[set[int], set[int]]:
    """Which touched accounts the user's devices keep, and which they have to remove.

    Ids of accounts that the user can never have seen are not told.
    """
    if not touched:
        return set(), set()
    states = select(account.c.id, may_see_accounts(session, viewer), kept(session, viewer))
    there = session.execute(states.where(account.c.id.in_(touched))).all()
    shown = {row[0] for row in there if row[2]}
    hidden = touched - shown
    removed = touched - {row[0] for row in there}
    closed = {row[0] for row in there if row[1]} - shown
    return shown, removed | closed | hidden & lost | once_seen(session, whose, hidden)


def changed_sales(
    session: Session, viewer: Viewer, touched: Touched, concerned: set[int]
) -> tuple[list[Doc], list[int]]:
    """Sales that hang on no account of the device among those touched, themselves or by their account, and the rest.

    Ids of sales that the user can never have seen are not told: `concerned` are the accounts that the user saw.
    """
    of_accounts = opportunity.c.account_id.in_(touched.accounts)
    ids = touched.sales.keys() | set(
        session.scalars(select(opportunity.c.id).where(of_accounts)) if touched.accounts else ()
    )
    if not ids:
        return [], []
    rows = session.execute(
        select(opportunity.c.id, opportunity.c.account_id, may_see_opportunities(session, viewer)).where(
            opportunity.c.id.in_(ids)
        )
    )
    told = set(touched.lost_sales) | (ids if viewer.sees_all else set())
    told |= {sale for sale, accounts in touched.sales.items() if accounts & concerned}
    told |= {row[0] for row in rows if row[2] or row[1] in concerned}
    sales = sale_docs(session, viewer, opportunity.c.id.in_(ids), limit=None)
    return sales, sorted((told & ids) - {sale["id"] for sale in sales})


def first_few(by_row: Sequence[Touched], touched: Touched, concerned: set[int], limit: int) -> int:
    """Take changes in until they concern `limit` accounts of the user; says how many changes that were."""
    for taken, one in enumerate(by_row):
        if taken and len((touched.accounts | one.accounts) & concerned) > limit:
            return taken
        touched.add(one)
    return len(by_row)


def changed_days(session: Session, viewer: Viewer, touched: Touched) -> tuple[list[Doc], list[date]]:
    """The rep's days that were touched: those with something on them, and those with nothing or out of the window."""
    if viewer.rep_id is None:
        return [], []
    first, last = window(viewer.day)
    near = {day for day in touched.days if first - OLDEST <= day <= last}
    near |= days_at(session, viewer.rep_id, touched, first, last)
    days = day_docs(session, viewer.rep_id, [day for day in near if first <= day <= last])
    return days, sorted(near - {day["day"] for day in days})
