"""What was changed, by whom and why; and taking it back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.ledger import VERSION, Entry, entries, entry, take_back
from crm.tables import (
    Account,
    AccountKey,
    AccountLink,
    AccountName,
    AccountPerson,
    ActKind,
    Assignment,
    Change,
    ChangeBatch,
    Consent,
    ContactPoint,
    CreditSplit,
    Opportunity,
    Person,
    PersonKey,
    Site,
    Task,
)
from planning.opportunities import get_opportunity
from planning.people import get_person
from planning.record_errors import MissingError, RefusedError
from planning.undo_rules import hold, require_may_undo, require_whole
from planning.viewer import Viewer, may_see_accounts, require_account

change, batch = table_of(Change), table_of(ChangeBatch)
account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
merged, name_table, link = table_of(AccountKey), table_of(AccountName), table_of(AccountLink)
person, merged_person, role = table_of(Person), table_of(PersonKey), table_of(AccountPerson)
point, consent = table_of(ContactPoint), table_of(Consent)
opportunity, task, credit = table_of(Opportunity), table_of(Task), table_of(CreditSplit)


@dataclass(frozen=True, slots=True)
class BatchView:
    """One act: its changes were made together and can be undone together. `undone_by` is the batch that did so."""

    id: int
    at: datetime
    made_by: str
    kind: str
    why: str
    undoes: int | None
    undoes_change: int | None
    undone_by: int | None
    changes: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One row that was added, changed or removed; `fields` holds, by column, what it was and what it became."""

    id: int
    batch_id: int
    at: datetime
    made_by: str
    why: str
    table: str
    row_id: int
    act: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Rows, newest first; `after` is the id to go on from, None on the last page."""

    rows: tuple[T, ...]
    after: int | None


def may_see_batches(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `batch`: who does not see everything sees what they did themselves."""
    return true() if viewer.sees_all else batch.c.made_by == viewer.name


def list_batches(session: Session, viewer: Viewer, *, after: int, limit: int) -> Page[BatchView]:
    """Acts, the newest first, those with ids below `after` (0: from the newest)."""
    sql = batches().where(may_see_batches(viewer)).order_by(batch.c.id.desc()).limit(limit + 1)
    if after:
        sql = sql.where(batch.c.id < after)
    found = [view(session, row) for row in session.execute(sql)]
    return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def get_batch(session: Session, viewer: Viewer, batch_id: int) -> BatchView:
    """One act.

    Raises:
        MissingError: there is none with this id, or none that the viewer may see.
    """
    row = session.execute(batches().where(batch.c.id == batch_id, may_see_batches(viewer))).first()
    if row is None:
        raise MissingError(f"There is no batch {batch_id}.")
    return view(session, row)


def batches() -> Select[Any]:
    """Acts with the number of their changes."""
    made = select(func.count()).where(change.c.batch_id == batch.c.id).scalar_subquery()
    return select(batch, made.label("changes"))


def view(session: Session, row: Any) -> BatchView:
    """A row as a value."""
    return BatchView(
        id=row.id,
        at=row.at,
        made_by=row.made_by,
        kind=row.kind,
        why=row.why,
        undoes=row.undoes_id,
        undoes_change=row.undoes_change_id,
        undone_by=undone_by(session, row.id),
        changes=row.changes,
    )


def undone_by(session: Session, batch_id: int, change_id: int | None = None) -> int | None:
    """The act that took this one back (or just this change of it) and still stands; None when there is none."""
    whole = batch.c.undoes_change_id.is_(None)
    taken = whole if change_id is None else or_(whole, batch.c.undoes_change_id == change_id)
    others = batch.c.id != session.info.get("batch_id", 0)  # not the undo that is just being made
    sql = select(batch.c.id).where(batch.c.undoes_id == batch_id, taken, others).order_by(batch.c.id.desc())
    return next((int(made) for made in session.scalars(sql) if undone_by(session, made) is None), None)


def batch_changes(session: Session, viewer: Viewer, batch_id: int, *, after: int, limit: int) -> Page[ChangeView]:
    """The changes of an act, in the order they were made, those with ids above `after`.

    Raises:
        MissingError: there is no such act.
    """
    get_batch(session, viewer, batch_id)
    sql = changes().where(change.c.batch_id == batch_id, change.c.id > after).order_by(change.c.id)
    found = [change_view(row) for row in session.execute(sql.limit(limit + 1))]
    return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def account_history(session: Session, viewer: Viewer, account_id: int, *, after: int, limit: int) -> Page[ChangeView]:
    """What happened to an account, its names, links, sites and their assignments: the newest first, then ids below
    `after`.

    What happened to accounts that were merged into it is part of it.

    Raises:
        MissingError: no such account was ever there, or none that the viewer may see.
    """
    if not viewer.sees_all:
        require_account(session, viewer, account_id)
    found = newest_changes(session, changes_of_account(account_id), after=after, limit=limit)
    if not found.rows and not after:
        raise MissingError(f"There is no account {account_id}.")
    return found


def changes_of_account(account_id: int) -> ColumnElement[bool]:
    """A condition on `change`: rows of an account, also of those that were merged into it."""
    sites = select(site.c.id).where(site.c.account_id == account_id)
    were = select(merged.c.was_id).where(merged.c.account_id == account_id)
    return or_(
        of_rows(account, [account_id]),
        of_rows(account, were),
        of_rows(site, sites),
        of_rows(assignment, select(assignment.c.id).where(assignment.c.site_id.in_(sites))),
        *hung_on(account, account_id, {name_table: "account_id", link: "account_id"}),
        of_rows(link, select(link.c.id).where(link.c.to_account_id == account_id)),
    )


def person_history(session: Session, viewer: Viewer, person_id: int, *, after: int, limit: int) -> Page[ChangeView]:
    """What happened to a person, the ways to reach them, what they agreed to and their roles that the viewer may see.

    Raises:
        MissingError: there is no such person for the viewer.
    """
    get_person(session, viewer, person_id)
    where = func.coalesce(change.c.after["account_id"].as_integer(), change.c.before["account_id"].as_integer())
    own = or_(
        of_rows(person, [person_id]),
        of_rows(person, select(merged_person.c.was_id).where(merged_person.c.person_id == person_id)),
        *hung_on(person, person_id, {role: "person_id", point: "person_id", consent: "person_id"}),
    )
    seen = or_(change.c.table_name != role.name, may_see_accounts(session, viewer, where))
    return newest_changes(session, and_(own, seen), after=after, limit=limit)


def sale_history(session: Session, viewer: Viewer, opportunity_id: int, *, after: int, limit: int) -> Page[ChangeView]:
    """What happened to a sale, its tasks and its division among reps.

    Raises:
        MissingError: there is no such sale for the viewer.
    """
    get_opportunity(session, viewer, opportunity_id)
    own = or_(
        of_rows(opportunity, [opportunity_id]),
        *hung_on(opportunity, opportunity_id, {task: "opportunity_id", credit: "opportunity_id"}),
    )
    return newest_changes(session, own, after=after, limit=limit)


def of_rows(table: Table, ids: Any) -> ColumnElement[bool]:
    """A condition on `change`: one of these rows of a table."""
    return and_(change.c.table_name == table.name, change.c.row_id.in_(ids))


def hung_on(table: Table, row_id: int, tables: Mapping[Table, str]) -> Iterator[ColumnElement[bool]]:
    """Conditions on `change`: rows of other tables that hang on a row by the column named.

    Those that are there are found by their ids. One that is gone was removed by an edit of the row it hung on (all of
    them are replaced at once, and the row counts on): only those acts are looked through.
    """
    act, made = batch.alias("act"), change.alias("made")
    edits = (
        select(made.c.batch_id)
        .join(act, act.c.id == made.c.batch_id)
        .where(made.c.table_name == table.name, made.c.row_id == row_id, act.c.kind.in_((ActKind.EDIT, ActKind.UNDO)))
    )
    for other, column in tables.items():
        yield of_rows(other, select(other.c.id).where(other.c[column] == row_id))
        yield and_(
            change.c.table_name == other.name,
            change.c.batch_id.in_(edits),
            or_(*(row[column].as_integer() == row_id for row in (change.c.before, change.c.after))),
        )


def newest_changes(session: Session, own: ColumnElement[bool], *, after: int, limit: int) -> Page[ChangeView]:
    """The changes that fit, the newest first, those with ids below `after` (0: from the newest)."""
    sql = changes().where(own).order_by(change.c.id.desc()).limit(limit + 1)
    if after:
        sql = sql.where(change.c.id < after)
    found = [change_view(row) for row in session.execute(sql)]
    return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def changes() -> Select[Any]:
    """Changes with the act they belong to."""
    return select(change, batch.c.at, batch.c.made_by, batch.c.why).join(batch, batch.c.id == change.c.batch_id)


def change_view(row: Any) -> ChangeView:
    """A row as a value: only the fields that differ."""
    made = entry(row._mapping)
    act = "added" if made.before is None else "removed" if made.after is None else "changed"
    return ChangeView(
        row.id, row.batch_id, row.at, row.made_by, row.why, made.table, made.row_id, act, differences(made)
    )


def differences(made: Entry) -> dict[str, tuple[Any, Any]]:
    """Old and new value of the fields that differ, pictures of ground left out (they are not for reading)."""
    before, after = dict(made.before or {}), dict(made.after or {})
    pairs = {name: (before.get(name), after.get(name)) for name in before | after}
    return {
        name: pair
        for name, pair in pairs.items()
        if pair[0] != pair[1] and not any(isinstance(value, bytes) for value in pair) and name not in ("id", VERSION)
    }


def undo(session: Session, viewer: Viewer, batch_id: int, change_id: int | None = None) -> int:
    """Take back an act, or one change of it, within another act that says so; returns how many changes.

    Raises:
        MissingError: there is no such act, no such change in it, or it is about what the viewer does not see any more.
        RefusedError: it was undone already, is none that can be, or leaves what no edit could make.
        crm.ledger.UndoConflictError: something was changed again since.
    """
    if get_batch(session, viewer, batch_id).kind == ActKind.UPGRADE:
        raise RefusedError(f"Batch {batch_id} is what was there before the ledger began; it cannot be undone.")
    if already := undone_by(session, batch_id, change_id):
        raise RefusedError(f"Batch {batch_id} was undone already, by batch {already}.")
    made = entries(session, batch_id, change_id)
    if not made:
        what = "changed nothing" if change_id is None else f"has no change {change_id}"
        raise MissingError(f"Batch {batch_id} {what}.")
    require_may_undo(session, viewer, made)
    hold(session, made)
    take_back(session, made)
    require_whole(session, made)
    return len(made)
