"""What a firm is called, and which firms belong together: names with dates, links with dates, families by ownership."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, delete, or_, select, text
from sqlmodel import Session

from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, AccountLink, AccountName, LinkKind, NameKind
from geo.address_fold import fold
from planning.edits import edit_row
from planning.name_spans import check_once
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, may_see_accounts, require_account

account, name_table, link = table_of(Account), table_of(AccountName), table_of(AccountLink)
LOCK = 7_202_611_210_002
"""Key of PostgreSQL's advisory lock under which one transaction at a time links firms."""


@dataclass(frozen=True, slots=True)
class NameView:
    """A name of an account, from one day until the day before another."""

    kind: NameKind
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class LinkView:
    """A firm belongs to another; `share` (0–1) is how much of it the owner has."""

    id: int
    account_id: int
    account: str
    to_account_id: int
    to_account: str
    kind: str
    share: float | None
    valid_from: date | None
    valid_to: date | None
    version: int


def names_of(session: Session, account_id: int, on: date | None = None) -> tuple[NameView, ...]:
    """The names of an account besides the one that is shown; `on` picks those of a day."""
    rows = NAMES_OF.rows(session, account=account_id)
    found = (NameView(NameKind(row.kind), row.name, row.valid_from, row.valid_to) for row in rows)
    return tuple(one for one in found if on is None or counts(one, on))


NAMES_OF = Often(select(name_table).where(name_table.c.account_id == bindparam("account")).order_by(name_table.c.id))


def counts(dated: "NameView | LinkView", on: date) -> bool:
    """True when a name or a link counts on a day; `planning.families.valid` for one that was read."""
    return (dated.valid_from is None or dated.valid_from <= on) and (dated.valid_to is None or dated.valid_to > on)


def set_names(session: Session, viewer: Viewer, account_id: int, version: int, names: Sequence[NameView]) -> None:
    """Replace the names of an account.

    Raises:
        MissingError: there is no such account for the viewer.
        StaleError: somebody changed the account since `version`.
        RefusedError: a name that ends before it begins, or that is there twice on a day.
    """
    require_account(session, viewer, account_id)
    for item in names:
        check_days(item.valid_from, item.valid_to, item.name)
    check_once(names)
    edit_row(session, account, account_id, version, {})
    session.execute(delete(name_table).where(name_table.c.account_id == account_id))
    rows = [
        {
            "account_id": account_id,
            "kind": item.kind,
            "name": item.name,
            "key": fold(item.name),
            "valid_from": item.valid_from,
            "valid_to": item.valid_to,
            "version": 1,
        }
        for item in names
    ]
    insert_all(session, AccountName, rows)


def check_days(valid_from: date | None, valid_to: date | None, what: str) -> None:
    """Refuse what ends before it begins."""
    if valid_from and valid_to and valid_to < valid_from:
        raise RefusedError(f"{what} ends before it begins: from {valid_from} to {valid_to}.")


def links_of(session: Session, viewer: Viewer, account_id: int, on: date | None = None) -> tuple[LinkView, ...]:
    """The links from and to an account, as far as the viewer sees both sides."""
    found = [LinkView(*row) for row in LINKS_OF.rows(session, account=account_id)]
    if on is not None:
        found = [one for one in found if counts(one, on)]
    if not found or viewer.sees_all:
        return tuple(found)
    sides = {side for one in found for side in (one.account_id, one.to_account_id)}
    seen = set(session.scalars(select(account.c.id).where(account.c.id.in_(sides), may_see_accounts(session, viewer))))
    return tuple(one for one in found if {one.account_id, one.to_account_id} <= seen)


def get_link(session: Session, viewer: Viewer, link_id: int) -> LinkView:
    """One link.

    Raises:
        MissingError: there is none with this id, or the viewer does not see both sides.
    """
    seen = [may_see_accounts(session, viewer, column) for column in (link.c.account_id, link.c.to_account_id)]
    row = session.execute(links().where(link.c.id == link_id, *seen)).first()
    if row is None:
        raise MissingError(f"There is no link {link_id}.")
    return LinkView(*row)


def links() -> Select[Any]:
    """Links with the names of both sides, in the order of `LinkView`."""
    owned, owner = account.alias("owned"), account.alias("owner")
    return (
        select(
            *(link.c.id, link.c.account_id, owned.c.name, link.c.to_account_id, owner.c.name),
            *(link.c.kind, link.c.share, link.c.valid_from, link.c.valid_to, link.c.version),
        )
        .join(owned, owned.c.id == link.c.account_id)
        .join(owner, owner.c.id == link.c.to_account_id)
    )


LINKS_OF = Often(
    links()
    .where(or_(link.c.account_id == bindparam("account"), link.c.to_account_id == bindparam("account")))
    .order_by(link.c.id)
)


def add_link(
    session: Session,
    viewer: Viewer,
    account_id: int,
    to_account_id: int,
    kind: LinkKind,
    *,
    share: float | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> int:
    """Say that a firm belongs to another; returns the link's id.

    Raises:
        MissingError: one of the accounts is not there for the viewer.
        RefusedError: an account and itself, an owner that is owned in a circle, or days in the wrong order.
    """
    for one in (account_id, to_account_id):
        require_account(session, viewer, one)
    if account_id == to_account_id:
        raise RefusedError("A firm cannot belong to itself.")
    check_days(valid_from, valid_to, "The link")
    hold_links(session)
    if kind is LinkKind.OWNER:
        check_circle(session, account_id, to_account_id, valid_from, valid_to, viewer=viewer)
    row = {
        "account_id": account_id,
        "to_account_id": to_account_id,
        "kind": kind,
        "share": share,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "version": 1,
    }
    (made,) = insert_all(session, AccountLink, [row])
    return made


def edit_link(session: Session, viewer: Viewer, link_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change the share or the days of a link.

    Raises:
        MissingError: there is no such link for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: it would close a circle of owners, or the days are in the wrong order.
    """
    before = get_link(session, viewer, link_id)
    valid_from = values.get("valid_from", before.valid_from)
    valid_to = values.get("valid_to", before.valid_to)
    check_days(valid_from, valid_to, "The link")
    hold_links(session)
    if before.kind == LinkKind.OWNER:
        ends = before.account_id, before.to_account_id
        check_circle(session, *ends, valid_from, valid_to, but=link_id, viewer=viewer)
    edit_row(session, link, link_id, version, values)


def hold_links(session: Session) -> None:
    """Let nobody else link firms until this transaction ends: two links may close a circle that neither closes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def check_circle(
    session: Session,
    account_id: int,
    owner_id: int,
    valid_from: date | None,
    valid_to: date | None,
    but: int | None = None,
    *,
    viewer: Viewer | None = None,
) -> None:
    """Refuse an owner that belongs to the account itself on some day of the link; firms that `viewer` sees are named.

    Goes up from the owner along links whose days overlap, narrowing the days with each step: a way back to the account
    with a day left is a circle on that day.
    """
    first, last = valid_from or date.min, valid_to or date.max
    ways: list[tuple[int, date, date, tuple[int, ...]]] = [(owner_id, first, last, (account_id, owner_id))]
    seen: set[tuple[int, date, date]] = set()
    while ways:
        firm, begin, end, path = ways.pop()
        if firm == account_id:
            since = f" from {begin} on" if begin > date.min else ""
            raise RefusedError(f"{' → '.join(called(session, viewer, path))} would own each other in a circle{since}.")
        if (firm, begin, end) in seen:
            continue
        seen.add((firm, begin, end))
        above = select(link).where(link.c.account_id == firm, link.c.kind == LinkKind.OWNER, link.c.id != (but or 0))
        for row in session.execute(above):
            begins, ends = max(begin, row.valid_from or date.min), min(end, row.valid_to or date.max)
            if begins < ends:
                ways.append((row.to_account_id, begins, ends, (*path, row.to_account_id)))


def called(session: Session, viewer: Viewer | None, accounts: Sequence[int]) -> list[str]:
    """Names of accounts as far as the viewer sees them, numbers of the others."""
    if viewer is None:
        return [f"Account {one}" for one in accounts]
    sql = select(account.c.id, account.c.name).where(account.c.id.in_(accounts), may_see_accounts(session, viewer))
    names = {row.id: row.name for row in session.execute(sql)}
    return [names.get(one) or f"Account {one}" for one in accounts]
