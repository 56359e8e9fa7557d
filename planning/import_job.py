"""Large files as jobs: comparing one with the record, and committing what was staged.

The file waits in the record (`Upload`) until it is staged. It is read and compared on a snapshot while the job
prepares, its rows go through the units, so that progress shows and a cancelled or killed worker leaves nothing half
done, and are staged in one transaction. Committing is one transaction anyway: a job, so that no request waits for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import delete, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ActKind, ImportState, Upload
from planning.import_fields import Setting
from planning.import_ready import Ready, made_ready
from planning.imports import Staging, commit_import, compared, get_import, keep_run, kind_of, staging
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.use_case import Asked, Prepared, Unit

upload = table_of(Upload)
AT_ONCE = 2_000
"""Rows of a unit."""
KEPT = timedelta(days=7)
"""How long a file waits for a job that failed or was cancelled to be taken up again."""


def keep_upload(session: Session, name: str, content: bytes, *, by: str, now: datetime) -> int:
    """Keep a file until a job has staged it, or for `KEPT`; returns its id."""
    session.execute(delete(upload).where(upload.c.made_at < now - KEPT))
    row = {"name": name, "content": content, "sha256": sha256(content).hexdigest(), "made_by": by, "made_at": now}
    (made,) = insert_all(session, Upload, [row])
    return made


def import_asked(upload_id: int, kind: str, setting: Setting) -> dict[str, Any]:
    """What a job of kind `import` is asked, as JSON."""
    return {
        "upload_id": upload_id,
        "of": kind,
        "columns": dict(setting.columns),
        "set": dict(setting.constants),
        "zone": str(setting.zone),
        "whole": setting.whole,
        "make_accounts": setting.make_accounts,
        "most_rows": setting.most_rows,
    }


class Import:
    """Stage a file: a unit for what it is as a whole, and one for every 2,000 rows."""

    act = ActKind.IMPORT
    limit_s = 300.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        kind = kind_of(str(what.get("of")))
        return f"Compare {upload_row(session, what, upload.c.name).name} ({kind.name}) with the record"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        kind = kind_of(str(asked.what.get("of")))
        row = upload_row(session, asked.what, upload.c.name, upload.c.content)
        setting = setting_of(asked)
        with TemporaryDirectory(prefix="bailiwick-") as folder:
            path = Path(folder) / row.name
            path.write_bytes(row.content)
            file = kind.read(path, setting)
        facts, rows = compared(session, kind, file, setting)
        whole = unit("the file", {"facts": facts | {"staged_at": asked.at.isoformat()}})
        parts = [
            unit(f"rows {number * AT_ONCE + 1:,} to {number * AT_ONCE + len(part):,}", {"rows": list(part)})
            for number, part in enumerate(batched(rows, AT_ONCE))
        ]
        return Prepared([whole, *parts])

    def run(self, shared: Any, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def ready(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> Staging:
        facts: dict[str, Any] = {}
        rows: list[Mapping[str, Any]] = []
        for value in results.values():
            facts |= value.get("facts", {})
            rows += value.get("rows", ())
        if not facts or len(rows) != sum(facts["counts"].values()):
            raise RefusedError("Not all of the file could be compared: ask for it again.")
        facts["staged_at"] = datetime.fromisoformat(facts["staged_at"])
        return staging(session.get_bind().dialect, facts, rows)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        made: Staging = asked.ready or self.ready(session, asked, results)
        session.execute(delete(upload).where(upload.c.id == asked.what["upload_id"]))
        return {"import_id": keep_run(session, made), "counts": made.facts["counts"]}


class ImportCommit:
    """Do what was staged, all of it in one act."""

    act = ActKind.IMPORT
    limit_s = 60.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        found = get_import(session, int(what.get("import_id", 0)))
        if found.state == ImportState.COMMITTED:
            raise RefusedError(f"Import {found.id} was committed already.")
        return f"Import of {found.source}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        self.title(session, asked.what)
        return Prepared([Unit("the act", {}, str(asked.what["import_id"]))])

    def run(self, shared: Any, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def ready(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> Ready:
        return made_ready(session, int(asked.what["import_id"]), asked.at)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        done = commit_import(session, int(asked.what["import_id"]), now=asked.at, ready=asked.ready)
        return {"import_id": done.id, "counts": dict(done.counts)}


def unit(name: str, value: dict[str, Any]) -> Unit:
    """A part with the fingerprint of what it holds."""
    return Unit(
        name, value, sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)).hexdigest()
    )


def setting_of(asked: Asked) -> Setting:
    """What was said besides the file."""
    what = asked.what
    plain = Setting(asked.by, asked.at, ZoneInfo(what["zone"]), what["columns"], what["set"])
    return replace(plain, whole=what["whole"], make_accounts=what["make_accounts"], most_rows=what["most_rows"])


def upload_row(session: Session, what: Mapping[str, Any], *columns: Any) -> Any:
    """The file that is asked about.

    Raises:
        MissingError: it is not there (any more).
    """
    row = session.execute(select(*columns).where(upload.c.id == what.get("upload_id"))).first()
    if row is None:
        raise MissingError(f"There is no file {what.get('upload_id')} waiting: send it again.")
    return row
