"""An export as a job: what a user sees, or the whole record, as the file that `planning.export` would send at once.

It is asked with `user`, the name of whoever may fetch it, or with nothing by the command line: the whole record. A unit
is 20,000 rows of a table. All units are read on one snapshot; a job that is taken up again keeps those of tables that
have not changed since, and reads the others on its own. The file waits in the record, in pieces (`planning.exports`),
so that every server finds it and it goes with the rights of who asked.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session

from crm.backup import Member
from crm.columns import table_of
from crm.export import Chosen, contents_of, exported
from crm.export_table import PART, TableFile
from crm.tables import ActKind, Job, JobUnit, SettledAct
from crm.tables_ledger import NOT_IN_LEDGER
from planning.export import chosen_for
from planning.exports import (
    SEEN,
    Packed,
    PackedTable,
    forget_others,
    keep_packed,
    keep_piece,
    packed_ids,
    pieces_of,
    require_user,
    rights_of,
    seen_ids,
    viewer_named,
)
from planning.record_errors import RefusedError
from planning.use_case import Asked, Desk, MovedError, Prepared, Unit

job, unit_table, settled = table_of(Job), table_of(JobUnit), table_of(SettledAct)
PIECE = 1024 * 1024
"""Bytes, at least, of what is kept together."""


@dataclass(slots=True)
class Sheets:
    """The tables on the job's snapshot, as far as they have been read."""

    connection: Connection
    job_id: int
    user: str | None
    rights: str
    seen: bytes
    most_bytes: int
    chosen: Chosen | None
    tables: Mapping[str, Table]
    open: dict[str, TableFile] = field(default_factory=dict)
    packed: int = 0

    def file(self, name: str, part: int, desk: Desk) -> TableFile:
        """The file of a table, ready for one of its parts."""
        if name not in self.open:
            condition = None if self.chosen is None else self.chosen[name]
            self.open = {name: TableFile(self.connection, self.tables[name], condition)}
        file = self.open[name]
        if file.following != part:
            file.skip(desk.look(lambda session: kept_parts(session, self.job_id, name, part)))
        return file


class Export:
    """One unit for every 20,000 rows of a table."""

    act = ActKind.EDIT
    limit_s = 3600.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        if odd := what.keys() - {"user"}:
            raise RefusedError(f"This takes only user=NAME, got {', '.join(sorted(odd))}.")
        if what.get("user") is None:
            return "Export of the whole record"
        name = str(require_user(session, what["user"]).name)
        own = (job.c.kind == "export", job.c.asked_by == name, job.c.ended_at.is_(None))
        if (going := session.scalar(select(job.c.id).where(*own).limit(1))) is not None:
            raise RefusedError(f"Job {going} makes an export for {name} already.")
        return f"Export of what {name} sees"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        viewer = viewer_named(session, asked.what, asked.at.date())
        chosen, connection = chosen_for(session, viewer), session.connection()
        tables = {table.name: table for table in exported(connection, chosen)}
        rights, state = rights_of(session, viewer), state_of(session)
        units: list[Unit] = []
        for name, table in tables.items():
            count = select(func.count()).select_from(table)
            rows = int(session.scalar(count if chosen is None else count.where(chosen[name])) or 0)
            stamp = f"{rights} {asked.at.isoformat() if name in NOT_IN_LEDGER else state}"
            units += [Unit(unit_name(name, part), (name, part), stamp) for part in range(rows // PART + 1)]
        user = asked.what.get("user")
        ids = packed_ids(seen_ids(session, viewer))
        sheets = Sheets(connection, asked.job_id, user, rights, ids, asked.here.export_bytes, chosen, tables)
        return Prepared(units, sheets)

    def read(self, shared: Sheets, number: int, payload: tuple[str, int], desk: Desk) -> dict[str, Any]:
        name, part = payload
        if not shared.open:
            desk.write(lambda session: begin(session, shared))
        file = shared.file(name, part, desk)
        before, pieces, waiting = file.rows, 0, b""
        for piece in file.part():
            waiting += piece
            if len(waiting) >= PIECE:
                keep(desk, shared, number, pieces, waiting)
                pieces, waiting = pieces + 1, b""
        keep(desk, shared, number, pieces, waiting)
        value = {"table": name, "part": part, "unit": number, "rows": file.rows - before, "rights": shared.rights}
        if file.following is None:
            value |= {"checks": asdict(file.checks), "member": asdict(file.member)}
        return value

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        viewer = viewer_named(session, asked.what, asked.at.date())
        rights = rights_of(session, viewer)
        if any(value["rights"] != rights for value in results.values()):
            raise MovedError("What the user may see has changed.")
        user = asked.what.get("user")
        tables = packed_tables(results)
        members = {one.name: Member(**one.member) for one in tables}
        whole = chosen_for(session, viewer) is None
        contents = contents_of(session.connection(), members, complete=whole, seen_by="" if whole else viewer.name)
        made = Packed(asdict(contents), tables, rights, user)
        keep_packed(session, asked.job_id, made)
        forget_others(session, asked.job_id, user, done=True)
        return {
            "rows": sum(one.rows for one in members.values()),
            "tables": len(tables),
            "bytes": made.size,
            "complete": whole,
            "until": (asked.at + asked.here.keep_exports).isoformat(),
        }


def begin(session: Session, shared: Sheets) -> None:
    """Make room for the file, and keep what is seen on its snapshot: whoever fetches it has to see that still."""
    forget_others(session, shared.job_id, shared.user, done=False)
    keep_piece(session, shared.job_id, SEEN, 0, shared.seen)


def keep(desk: Desk, shared: Sheets, unit: int, number: int, content: bytes) -> None:
    """Keep a piece.

    Raises:
        RefusedError: the file becomes larger than it may.
    """
    shared.packed += len(content)
    if shared.packed > shared.most_bytes:
        raise RefusedError(
            f"The export is larger than {shared.most_bytes:,} bytes (BAILIWICK_MAX_EXPORT_BYTES): "
            "`bailiwick export FILE` writes one of any size."
        )
    desk.write(lambda session: keep_piece(session, shared.job_id, unit, number, content))


def unit_name(table: str, part: int) -> str:
    """A part of a table, for people."""
    return f"{table}, from row {part * PART + 1:,}"


def kept_parts(session: Session, job_id: int, table: str, parts: int) -> list[list[bytes]]:
    """The first parts of a table, which this job made before."""
    names = [unit_name(table, part) for part in range(parts)]
    rows = session.execute(
        select(unit_table.c.name, unit_table.c.unit).where(unit_table.c.job_id == job_id, unit_table.c.name.in_(names))
    )
    numbers = {row.name: row.unit for row in rows}
    return [list(pieces_of(session, job_id, numbers[name])) for name in names]


def packed_tables(results: Mapping[str, dict[str, Any]]) -> list[PackedTable]:
    """Which units make up each table's file, by name of the table."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    for value in results.values():
        by_table.setdefault(value["table"], []).append(value)
    made = []
    for name, parts in sorted(by_table.items()):
        parts.sort(key=lambda value: int(value["part"]))
        made.append(PackedTable(name, [value["unit"] for value in parts], parts[-1]["checks"], parts[-1]["member"]))
    return made


def state_of(session: Session) -> str:
    """The last act of the ledger; whatever the ledger follows is the same as long as this is."""
    return f"act {session.scalar(select(func.max(settled.c.number))) or 0}"
