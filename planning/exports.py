"""Files that the job `export` has made, as they wait in the record: for whom, how long, and piece by piece.

Only who asked may fetch one, as long as they still see what they saw when it was made. It goes after a while, with the
next one of the same user, and with the user's right to sign in.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.export import Contents, last_pieces
from crm.tables import ExportPiece, Job, JobState, Record, Role, User
from crm.zip_stream import Checks, ZipStream
from planning.export import chosen_for
from planning.record_errors import MissingError, RefusedError
from planning.viewer import Viewer, everything, sight_of

job, piece, user = table_of(Job), table_of(ExportPiece), table_of(User)
WHOLE = 0
"""The unit whose piece says what the file is."""
SEEN = -1
"""The unit whose piece holds what the user saw then."""
ROOTS = ("account", "person", "lead", "opportunity", "task")
"""The tables that all else in an export of what somebody sees hangs on, besides `rights_of`."""


@dataclass(frozen=True, slots=True)
class PackedTable:
    """A table's file: the units whose pieces it is made of, its checks, and what the manifest says of it."""

    name: str
    units: list[int]
    checks: dict[str, int]
    member: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file that waits: its manifest, its tables, whose it is (None: the operator's), and what they saw."""

    contents: dict[str, Any]
    tables: list[PackedTable]
    rights: str
    user: str | None

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        made = ZipStream()
        for table in self.tables:
            made.begin(f"{table.name}.csv")
            made.end(Checks(**table.checks))
        last_pieces(made, Contents(**self.contents))
        return made.at


def viewer_named(session: Session, what: Mapping[str, Any], day: date) -> Viewer:
    """The user for whom an export is made; the operator where none is named.

    Raises:
        RefusedError: there is no such user, or they may not sign in any more.
    """
    if what.get("user") is None:
        return everything(day)
    row = require_user(session, what["user"])
    return Viewer(row.id, row.name, Role(row.role), row.rep_id, day)


def require_user(session: Session, name: object) -> Any:
    """The row of the user of this name, who may sign in.

    Raises:
        RefusedError: there is none.
    """
    row = session.execute(select(user).where(user.c.name == str(name), user.c.active)).first()
    if row is None:
        raise RefusedError(f"There is no user {name!r} who may sign in.")
    return row


def rights_of(session: Session, viewer: Viewer) -> str:
    """A fingerprint of what decides which rows the viewer sees."""
    seen: tuple[Any, ...] = (viewer.role.value,)
    if not viewer.sees_all:
        sight = sight_of(session, viewer)
        seen = (*seen, *(sorted(part) for part in (sight.reps, sight.territories, sight.heads)))
    return sha256(repr(seen).encode()).hexdigest()


def seen_ids(session: Session, viewer: Viewer) -> dict[str, list[int]]:
    """The ids, in order, of what the viewer sees of each of `ROOTS`; none where nothing can go out of sight."""
    chosen = None if viewer.sees_all else chosen_for(session, viewer)
    if chosen is None:
        return {}
    tables = {name: Record.metadata.tables[name].c.id for name in ROOTS}
    return {name: list(session.scalars(select(key).where(chosen[name]).order_by(key))) for name, key in tables.items()}


def packed_ids(ids: Mapping[str, list[int]]) -> bytes:
    """Ids by their distances, which takes a byte or two for each."""
    apart = {name: [b - a for a, b in pairwise([0, *some])] for name, some in ids.items()}
    return zlib.compress(json.dumps(apart).encode())


def all_still_seen(session: Session, viewer: Viewer, content: bytes) -> bool:
    """True when nothing in `packed_ids` went out of the viewer's sight; what came into it does not count."""
    now = seen_ids(session, viewer)
    then = json.loads(zlib.decompress(content))
    return all(set(accumulate(apart)) <= set(now.get(name, ())) for name, apart in then.items())


def keep_piece(session: Session, job_id: int, unit: int, number: int, content: bytes) -> None:
    """Keep a piece; the first of a unit takes the place of whatever an attempt that did not end had kept."""
    if number == 0:
        session.execute(delete(piece).where(piece.c.job_id == job_id, piece.c.unit == unit))
    session.add(ExportPiece(job_id=job_id, unit=unit, number=number, content=content))


def keep_packed(session: Session, job_id: int, made: Packed) -> None:
    """Keep what the file is, and drop pieces of units that are not in it."""
    units = {SEEN, *(number for table in made.tables for number in table.units)}
    there = set(session.scalars(select(piece.c.unit).where(piece.c.job_id == job_id).distinct()))
    for number in there - units:
        session.execute(delete(piece).where(piece.c.job_id == job_id, piece.c.unit == number))
    keep_piece(session, job_id, WHOLE, 0, json.dumps(asdict(made)).encode())


def pieces_of(session: Session, job_id: int, unit: int) -> Iterator[bytes]:
    """The pieces of a unit, one at a time."""
    number = 0
    while (content := session.scalar(one_piece(job_id, unit, number))) is not None:
        yield bytes(content)
        number += 1


def one_piece(job_id: int, unit: int, number: int) -> Select[bytes]:
    """A piece by its key."""
    return select(piece.c.content).where(piece.c.job_id == job_id, piece.c.unit == unit, piece.c.number == number)


def kept_export(session: Session, viewer: Viewer, job_id: int) -> Packed:
    """The file that a job has made for the viewer.

    Raises:
        MissingError: there is none, it is somebody else's, or it was forgotten.
        RefusedError: the viewer sees other things now than when it was made.
    """
    made = packed_of(session, job_id)
    if made is None or made.user != viewer.name:
        raise MissingError(f"There is no file of a job {job_id} for you: it may be too old, or not finished.")
    then = session.scalar(one_piece(job_id, SEEN, 0))
    if made.rights != rights_of(session, viewer) or not (then and all_still_seen(session, viewer, bytes(then))):
        raise RefusedError("What you may see has changed since this export was made: ask for another.")
    return made


def packed_of(session: Session, job_id: int) -> Packed | None:
    """What a job's file is; None when there is none."""
    done = exists().where(job.c.id == job_id, job.c.state == JobState.DONE)
    text = session.scalar(one_piece(job_id, WHOLE, 0).where(done))
    if text is None:
        return None
    said = json.loads(bytes(text))
    return Packed(said["contents"], [PackedTable(**one) for one in said["tables"]], said["rights"], said["user"])


def file_pieces(database: Database, job_id: int, made: Packed) -> Iterator[bytes]:
    """The file, piece by piece, on a snapshot of its own: it may be forgotten meanwhile.

    Raises:
        MissingError: it has been forgotten before the first piece was taken.
    """
    with database.read() as session:
        if packed_of(session, job_id) != made:
            raise MissingError(f"The file of job {job_id} has been forgotten.")
        zipped = ZipStream()
        for table in made.tables:
            yield zipped.begin(f"{table.name}.csv")
            for unit in table.units:
                yield from pieces_of(session, job_id, unit)
            yield zipped.end(Checks(**table.checks))
        yield last_pieces(zipped, Contents(**made.contents))


def fetch_export(database: Database, job_id: int, path: Path) -> Contents:
    """Write the file of a job to `path`, which only its owner may read: for the command line and notebooks.

    Raises:
        MissingError: there is none, or none any more.
    """
    with database.read() as session:
        made = packed_of(session, job_id)
    if made is None:
        raise MissingError(f"Job {job_id} has no file: it is not finished, no export, or too old.")
    fresh = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in file_pieces(database, job_id, made):
                file.write(part)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return Contents(**made.contents)


def forget_others(session: Session, job_id: int, name: str | None, *, done: bool) -> None:
    """Drop what other jobs that are over have kept for a user; only what came to nothing where not `done`."""
    over = select(job.c.id).where(job.c.kind == "export", job.c.id != job_id, job.c.ended_at.is_not(None))
    over = over.where(job.c.asked_by == ("bailiwick" if name is None else name))
    if not done:
        over = over.where(job.c.state != JobState.DONE)
    session.execute(delete(piece).where(piece.c.job_id.in_(over)))


def forget_exports(session: Session, before: datetime) -> None:
    """Drop the files of jobs that ended before a moment."""
    old = select(job.c.id).where(job.c.ended_at.is_not(None), job.c.ended_at < before)
    session.execute(delete(piece).where(piece.c.job_id.in_(old)))


def forget_all_exports(session: Session, name: str | None = None) -> None:
    """Drop every file, or every one that somebody asked for: what is in it may not be had any more."""
    own = select(job.c.id).where(job.c.asked_by == name)
    session.execute(delete(piece) if name is None else delete(piece).where(piece.c.job_id.in_(own)))
