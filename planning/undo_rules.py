"""What taking an act back must not do: go beyond what its user may change today, or leave what no edit could make.

The ledger restores rows (`crm.ledger.take_back`); it does not know what they mean.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.ledger import Conflict, Entry, UndoConflictError, named
from crm.tables import (
    Account,
    AccountLink,
    AccountShare,
    CreditSplit,
    FamilyGrant,
    LeadIntake,
    LinkKind,
    Opportunity,
    RepGrant,
    Role,
    Site,
    StageMove,
    Territory,
    User,
)
from planning.firms import check_circle, hold_links
from planning.holders import hold_tree, require_tree
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import BATCH
from planning.viewer import Viewer, may_see_accounts, may_see_opportunities

account, site, opportunity = table_of(Account), table_of(Site), table_of(Opportunity)
link, territory, move = table_of(AccountLink), table_of(Territory), table_of(StageMove)
OF_ADMINISTRATORS = frozenset(table_of(model).name for model in (User, RepGrant, FamilyGrant, LeadIntake))
"""Tables that only administrators write to."""
DIVIDED = {table_of(CreditSplit): "opportunity_id", table_of(AccountShare): "account_id"}
"""Dated shares, which add up to 1 on every day that has any, by the column of what is divided."""


def require_may_undo(session: Session, viewer: Viewer, made: Sequence[Entry]) -> None:
    """Go on only when the user could change today what these changes are about.

    Raises:
        MissingError: an account or a sale that the user does not see any more.
        RefusedError: users, what they see, or forms outside, and the user is no administrator.
    """
    if viewer.role is not Role.ADMIN and any(item.table in OF_ADMINISTRATORS for item in made):
        raise RefusedError("Only an administrator takes back what was done to users and forms outside.")
    if viewer.sees_all:
        return
    sales = touched(made, opportunity, "opportunity_id")
    hide(session, opportunity, sales, may_see_opportunities(session, viewer))
    of_sites = select(site.c.account_id).where(site.c.id.in_(touched(made, site, "site_id")))
    firms = touched(made, account, "account_id", "to_account_id") | set(session.scalars(of_sites))
    firms -= {item.row_id for item in made if item.table == account.name and item.before is None}
    hide(session, account, firms, may_see_accounts(session, viewer))


def touched(made: Iterable[Entry], table: Table, *columns: str) -> set[int]:
    """The ids of the rows of a table that were there before these changes, and changed or were referred to."""
    own = {item.row_id for item in made if item.table == table.name}
    new = {item.row_id for item in made if item.table == table.name and item.before is None}
    rows = [row for item in made for row in (item.before, item.after) if row is not None]
    return (own | {row[name] for row in rows for name in columns if row.get(name) is not None}) - new


def hide(session: Session, table: Table, ids: Iterable[int], seen: ColumnElement[bool]) -> None:
    """Answer as if the first of these rows were not there that is there and may not be seen."""
    for some in batched(sorted(ids), BATCH):
        here = table.c.id.in_(some)
        hidden = session.scalar(select(table.c.id).where(here, ~table.c.id.in_(select(table.c.id).where(here, seen))))
        if hidden is not None:
            raise MissingError(f"There is no {table.name} {hidden}.")


def hold(session: Session, made: Sequence[Entry]) -> None:
    """Let nobody else change meanwhile what `require_whole` looks at."""
    tables = {item.table for item in made}
    if link.name in tables:
        hold_links(session)
    if territory.name in tables:
        for plan_id in plans_of(made):
            hold_tree(session, plan_id)


def require_whole(session: Session, made: Sequence[Entry]) -> None:
    """Go on only when what was restored fits what was done since: call it after the changes were taken back.

    Raises:
        RefusedError: firms would own each other or territories lie below each other in a circle, or shares would not
            add up.
        UndoConflictError: a sale was moved on since.
    """
    links = [item.row_id for item in made if item.table == link.name and item.before is not None]
    for some in batched(links, BATCH):
        for row in session.execute(select(link).where(link.c.id.in_(some), link.c.kind == LinkKind.OWNER)).all():
            check_circle(session, row.account_id, row.to_account_id, row.valid_from, row.valid_to, but=row.id)
    for plan_id in plans_of(made):
        require_tree(session, plan_id)
    require_last_moves(session, made)
    for table, column in DIVIDED.items():
        require_sums(session, table, column, made)


def plans_of(made: Iterable[Entry]) -> list[int]:
    """The plans whose trees of territories are restored."""
    rows = (item.before for item in made if item.table == territory.name)
    return sorted({row["plan_id"] for row in rows if row is not None})


def require_last_moves(session: Session, made: Sequence[Entry]) -> None:
    """A sale is where its last move took it: a move is not taken back from under later ones."""
    moves = [item for item in made if item.table == move.name]
    since = {(item.after or item.before or {})["opportunity_id"]: item.id for item in moves}
    place = func.row_number().over(
        partition_by=move.c.opportunity_id, order_by=(move.c.moved_at.desc(), move.c.id.desc())
    )
    found: list[Conflict] = []
    for some in batched(sorted(since), BATCH):
        own = move.c.opportunity_id.in_(some)
        last = select(move.c.opportunity_id, move.c.to_stage_id, place.label("place")).where(own).subquery()
        elsewhere = (
            select(opportunity.c.id)
            .join(last, (last.c.opportunity_id == opportunity.c.id) & (last.c.place == 1))
            .where(last.c.to_stage_id != opportunity.c.stage_id)
        )
        rows = (Conflict(opportunity.name, row_id, ("stage_id",)) for row_id in session.scalars(elsewhere))
        found += [named(session, row, since[row.row_id]) for row in rows]
    if found:
        raise UndoConflictError(found)


def require_sums(session: Session, table: Table, column: str, made: Sequence[Entry]) -> None:
    """What is divided is divided whole on every day that it is."""
    rows = (item.after or item.before or {} for item in made if item.table == table.name)
    for some in batched(sorted({row[column] for row in rows}), BATCH):
        of: dict[int, list[Any]] = {}
        for row in session.execute(select(table).where(table.c[column].in_(some))):
            of.setdefault(row._mapping[column], []).append(row)
        for owner_id, spans in of.items():
            if day := next((day for day, share in sums(spans) if abs(share - 1) > 1e-6), None):
                what = column.removesuffix("_id").capitalize()
                raise RefusedError(f"{what} {owner_id} would not be divided whole from {day} on: undo all of the act.")


def sums(spans: Sequence[Any]) -> Iterator[tuple[Any, float]]:
    """The sum of the shares from each day on which one begins."""
    for day in sorted({row.valid_from for row in spans if row.valid_from != row.valid_to}):
        here = (row for row in spans if row.valid_from <= day and (row.valid_to is None or row.valid_to > day))
        yield day, sum(row.share for row in here)
