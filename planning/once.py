"""Doing something once, however often it is asked: the answer is kept beside its effect, in the same transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlmodel import Session

from crm.act import Act, entered
from crm.columns import table_of
from crm.database import Database
from crm.tables import KeptAnswer
from planning.record_errors import OtherUseError, RefusedError

KEPT = timedelta(hours=24)
"""How long an answer is kept."""

kept = table_of(KeptAnswer)


@dataclass(frozen=True, slots=True)
class Key:
    """An Idempotency-Key, and what the request that carried it was, as a digest."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status and the text of the body."""

    status: int
    body: str


def once(
    database: Database, act: Act, key: Key | None, work: Callable[[Session], Answer], *, in_ledger: bool = True
) -> Answer:
    """Do `work` as `act` in one transaction; with a key that was seen before, give the answer of that time instead.

    What changes drafts only is no act of the ledger (`in_ledger`).

    Raises:
        OtherUseError: the key came with another request before.
        RefusedError: the first request with this key is still being worked on.
    """
    with database.write() as session:
        if key and (before := recall(session, act.by, key)):
            return before
        with entered(session, act) if in_ledger else nullcontext():
            answer = work(session)
        if key:
            session.execute(delete(kept).where(kept.c.at < act.at - KEPT))
            session.add(
                KeptAnswer(
                    asked_by=act.by,
                    key=key.key,
                    fingerprint=key.fingerprint,
                    status=answer.status,
                    body=answer.body,
                    at=act.at,
                )
            )
        return answer


def recall(session: Session, asked_by: str, key: Key) -> Answer | None:
    """The answer kept for this key; None when it is new. On PostgreSQL two requests with one key exclude each other."""
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        if not session.scalar(lock, {"name": f"{asked_by}\n{key.key}"}):
            raise RefusedError("The first request with this Idempotency-Key is still being worked on.")
    row = session.execute(select(kept).where(kept.c.asked_by == asked_by, kept.c.key == key.key)).first()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise OtherUseError("This Idempotency-Key came with another request before; take a new one.")
    return Answer(row.status, row.body)
