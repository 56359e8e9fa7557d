"""Who changes the record, when and why; every write begins with saying so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text
from sqlmodel import Session

from crm.columns import table_of
from crm.site_regions import follow_places
from crm.tables_ledger import ActKind, ChangeBatch, SettledAct

LINE = 7_202_611_220_700
"""Key of PostgreSQL's advisory lock under which one transaction at a time gives its acts and events their numbers."""


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
    for step in session.info.pop("at_the_end", ()):
        step(session)
    follow_places(session, batch.id)
    stand_in_line(session)
    session.execute(insert(table_of(SettledAct)), {"batch_id": batch.id})
    set_batch(session, None)


def at_the_end(session: Session, step: Callable[[Session], None]) -> None:
    """Have `step` done last in the act that is open in this session, before it is committed."""
    session.info.setdefault("at_the_end", []).append(step)


def stand_in_line(session: Session) -> None:
    """From here to the commit no other transaction gives numbers: they follow one another as the commits do.

    Who goes on from the last number read so misses none that a slower transaction writes under a smaller one. Coming
    last in the act, the wait cannot end in a deadlock with rows others hold. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LINE})


def set_batch(session: Session, batch_id: int | None) -> None:
    """Tell the triggers of the ledger which batch the following changes belong to; None: no more changes."""
    if session.get_bind().dialect.name == "postgresql":
        value = "" if batch_id is None else str(batch_id)
        session.execute(text("SELECT set_config('bailiwick.batch', :batch, true)"), {"batch": value})
    else:
        session.execute(text("UPDATE ledger_now SET batch_id = :batch"), {"batch": batch_id})
