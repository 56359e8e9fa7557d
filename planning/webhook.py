"""Delivering events to another program: in their order, signed, again and again until it has taken them.

The messages are those of Standard Webhooks (standardwebhooks.com, version 1): the id of an event stays the same however
often it is sent, so that who gets one twice can tell. The place is a setting of the machine and not of users: nobody
can have the server knock at doors inside the network.
"""

import base64
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.tables import Event, EventReader
from planning.events import EventView, list_events
from planning.hook import Hook, key_of

log = logging.getLogger("bailiwick.events")

reader, event = table_of(EventReader), table_of(Event)

AT_ONCE = 50
LOOK_S = 2.0
"""Between two looks for new events."""
ANSWER_S = 10.0
"""The longest the other side may take for one event."""
HELD = timedelta(seconds=60 + ANSWER_S * AT_ONCE)
"""So long nobody else delivers; a worker that died holds it no longer."""
FIRST_REST = timedelta(seconds=10)
LONGEST_REST = timedelta(hours=6)

Send = Callable[[str, Mapping[str, str], bytes], None]


def message(hook: Hook, one: EventView, now: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body of an event, signed."""
    said = {"type": one.kind, "timestamp": one.at.isoformat(), "data": data_of(one)}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    name, stamp = message_id(one), str(int(now.timestamp()))
    digest = hmac.new(key_of(hook.secret), f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return headers, body


def message_id(one: EventView) -> str:
    """What an event is called outside: the same for ever, and no other's even where a restored record gives ids again.

    Who takes events knows those by their ids that were sent before the restore, and would let new ones pass.
    """
    return f"evt_{one.id}_{round(one.at.timestamp() * 1000):x}"


def host_of(url: str) -> str:
    """Where events go, for the log: paths and names in such addresses may be secrets."""
    return urlsplit(url).hostname or "?"


def data_of(one: EventView) -> dict[str, Any]:
    """What an event is about."""
    return {"subject": one.subject, "subject_id": one.subject_id, "batch_id": one.batch_id, **one.data}


def keep_delivering(database: Database, hook: Hook, clock: Callable[[], datetime], stopping: threading.Event) -> None:
    """Deliver until stopped; a database that is away is waited for."""
    while not stopping.is_set():
        try:
            sent = deliver(database, hook, clock)
        except DBAPIError as error:
            log.warning("events wait for the database: %s", str(error.orig).strip())
            sent = 0
        except Exception:  # a fault of the program: what is not delivered waits, and is tried again
            log.exception("events could not be delivered")
            sent = 0
        if sent < AT_ONCE:
            stopping.wait(LOOK_S)


def deliver(database: Database, hook: Hook, clock: Callable[[], datetime], send: Send | None = None) -> int:
    """Send what has not been delivered yet, as far as the other side takes it; returns how many events.

    The first time it begins with what happens from now on.
    """
    began = clock()
    with database.read() as session:
        row = session.execute(select(reader).where(reader.c.url == hook.url)).first()
        newest = session.scalar(select(func.max(event.c.id))) or 0
    if row is None:
        begin(database, hook.url, newest)
        return 0
    if row.after_id >= newest or not held(database, row.id, began):
        return 0
    after, failed, error = row.after_id, False, ""
    with database.read() as session:
        after = session.scalar(select(reader.c.after_id).where(reader.c.id == row.id)) or 0
        waiting = list_events(session, after=after, limit=AT_ONCE)
    sent = 0
    for one in waiting:
        try:
            (send or post)(hook.url, *message(hook, one, clock()))
        except (OSError, HTTPException) as problem:
            failed, error = True, f"{type(problem).__name__}: {problem}"[:300]
            log.warning("event %d was not taken by %s: %s", one.id, host_of(hook.url), error)
            break
        sent, after = sent + 1, one.id
    with database.write() as session:
        note(session, row.id, after, row.failures + 1 if failed and not sent else int(failed), error, clock())
    return sent


def begin(database: Database, url: str, after: int) -> None:
    """Write down from where on events are delivered to a place; nothing when another worker just has."""
    with suppress(IntegrityError), database.write() as session:
        session.add(EventReader(url=url, after_id=after))


def held(database: Database, reader_id: int, now: datetime) -> bool:
    """Take the delivery for a while; False when somebody else is at it or the other side has to rest."""
    with database.write() as session:
        free = (reader.c.id == reader_id, or_(reader.c.not_before.is_(None), reader.c.not_before <= now))
        made: Any = session.execute(update(reader).where(*free).values(not_before=now + HELD))
        return bool(made.rowcount)


def note(session: Session, reader_id: int, after: int, failures: int, error: str, now: datetime) -> None:
    """Write down how far it came, and when to go on."""
    rest = None if not failures else now + min(LONGEST_REST, FIRST_REST * 2 ** min(failures - 1, 12))
    values = {"after_id": after, "failures": failures, "error": error, "not_before": rest}
    session.execute(update(reader).where(reader.c.id == reader_id).values(values))


class Stay(HTTPRedirectHandler):
    """Follows nobody elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Send one message.

    Raises:
        OSError: it was not taken: no answer, or one that is no success.
    """
    asked = Request(url, data=body, headers=dict(headers), method="POST")
    try:
        with build_opener(Stay).open(asked, timeout=ANSWER_S) as answer:  # nosec B310
            answer.read(1024)
    except HTTPError as error:
        raise OSError(f"answered {error.code}") from error
