"""Who changes the record, when and why; every write begins with saying so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, insert, null, or_, select, text
from sqlmodel import Session

from crm.account_texts import follow_texts
from crm.columns import table_of
from crm.site_regions import follow_places
from crm.site_streets import follow_addresses
from crm.tables_accounts import Account, Site
from crm.tables_firms import AccountName
from crm.tables_ledger import ActKind, Change, ChangeBatch, SettledAct
from crm.tables_regions import RegionEdition

LINE = 7_202_611_220_700
"""Key of PostgreSQL's advisory lock under which one transaction at a time gives its acts and events their numbers."""
NUMBERED = insert(table_of(SettledAct)).values(batch_id=bindparam("batch_id"))
NUMBERED_IN_LINE = text(  # a number is taken for a row, and there is none before the lock is had
    "WITH line AS MATERIALIZED (SELECT pg_advisory_xact_lock(:key)) "
    "INSERT INTO settled_act (batch_id) SELECT CAST(:batch_id AS INTEGER) FROM line"
).bindparams(key=LINE)

ROOTS = tuple(table_of(model).name for model in (Account, AccountName, Site))
EDITION = table_of(RegionEdition).name
"""Tables on whose rows others follow: on editions when they came, on the others however they were touched."""
change = table_of(Change)
name_of_table = change.c.table_name + ""  # so that only the index on batches serves: SQLite would take that on tables
TOUCHED = (
    select(change.c.table_name, change.c.row_id)
    .where(
        change.c.batch_id == bindparam("batch"),
        or_(name_of_table.in_(ROOTS), and_(name_of_table == EDITION, change.c.before.is_(null()))),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of somebody; all its changes are one batch of the ledger. `undoes` is the batch that it takes back.

    `undoes_change` is the one change of that batch when only that is taken back.
    """

    by: str
    why: str
    at: datetime
    kind: ActKind = ActKind.EDIT
    undoes: int | None = None
    undoes_change: int | None = None


@contextmanager
def entered(session: Session, act: Act) -> Iterator[int]:
    """Open a batch for `act` in the transaction of `session`; yields its id, also in `session.info`."""
    batch = ChangeBatch(
        at=act.at,
        made_by=act.by,
        kind=act.kind,
        why=act.why,
        undoes_id=act.undoes,
        undoes_change_id=act.undoes_change,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    set_batch(session, batch.id)
    session.info["batch_id"] = batch.id
    yield batch.id
    session.flush()
    follow(session, batch.id)
    set_batch(session, None)
    settle(session, batch.id)


def follow(session: Session, batch_id: int) -> None:
    """Write what follows from the rows that an act has touched."""
    touched: dict[str, list[int]] = {name: [] for name in (*ROOTS, EDITION)}
    for name, row_id in session.execute(TOUCHED, {"batch": batch_id}):
        touched[name].append(row_id)
    accounts, names, sites, editions = (sorted(some) for some in touched.values())
    follow_texts(session, batch_id, accounts, parts=bool(names or sites))
    follow_addresses(session, sites)
    follow_places(session, sites, editions)


def in_line(session: Session, step: Callable[[Session], None]) -> None:
    """Have `step` write what is numbered in the order of the commits; it comes last in the act of this session."""
    session.info.setdefault("in_line", []).append(step)


def settle(session: Session, batch_id: int) -> None:
    """Number the act, and what else is numbered as the commits follow one another.

    From here to the commit no other transaction gives numbers. Who goes on from the last number read so misses none
    that a slower transaction writes under a smaller one. All else of the act is written, so that others wait no longer
    than the commit takes, and the wait cannot end in a deadlock with rows others hold. SQLite has one writer at a time
    anyway.
    """
    at_once = session.get_bind().dialect.name == "sqlite"
    session.execute(NUMBERED if at_once else NUMBERED_IN_LINE, {"batch_id": batch_id})
    for step in session.info.pop("in_line", ()):
        step(session)


def set_batch(session: Session, batch_id: int | None) -> None:
    """Tell the triggers of the ledger which batch the following changes belong to; None: no more changes."""
    if session.get_bind().dialect.name == "postgresql":
        value = "" if batch_id is None else str(batch_id)
        session.execute(text("SELECT set_config('bailiwick.batch', :batch, true)"), {"batch": value})
    else:
        session.execute(text("UPDATE ledger_now SET batch_id = :batch"), {"batch": batch_id})
