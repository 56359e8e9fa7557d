"""Regions from a file as a job: the file is read and checked, and kept in one act that finds every site's region."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session

from crm.tables import ActKind
from geo.admin_regions import AdminRegion
from geo.errors import FrameError
from planning.import_job import upload, upload_row
from planning.record_errors import RefusedError
from planning.region_editions import NewEdition, ReadyEdition, keep_edition, ready_edition
from planning.use_case import Asked, Prepared, Unit

COLUMNS = ("code", "name", "parent")


def regions_in(name: str, content: bytes, columns: Mapping[str, str | None]) -> tuple[AdminRegion, ...]:
    """The regions of a file by its bytes.

    Raises:
        FrameError: with every fault.
    """
    from geo.admin_region_file import read_admin_regions

    with TemporaryDirectory(prefix="bailiwick-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_admin_regions(path, **{key: columns.get(key) for key in COLUMNS})


def faults_in(name: str, content: bytes, columns: Mapping[str, str | None]) -> tuple[str, ...]:
    """What is wrong with a file; run where the reading of files is loaded."""
    try:
        regions_in(name, content, columns)
    except FrameError as error:
        return error.faults
    return ()


def asked_regions(upload_id: int, new: NewEdition, columns: Mapping[str, str | None]) -> dict[str, Any]:
    """What a job of kind `admin_regions` is asked, as JSON."""
    facts = {"level": new.level, "title": new.title, "source": new.source, "valid_from": new.valid_from.isoformat()}
    return {"upload_id": upload_id, "columns": {key: columns.get(key) for key in COLUMNS}} | facts


class AdminRegions:
    """Keep the regions of an uploaded file."""

    act = ActKind.IMPORT
    limit_s = 300.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        file = upload_row(session, what, upload.c.name).name
        return f"Regions of level {what.get('level')} from {what.get('valid_from')} on, out of {file}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        row = upload_row(session, asked.what, upload.c.name, upload.c.content, upload.c.sha256)
        return Prepared([Unit("the file", (row.name, row.content, asked.what["columns"]), row.sha256)])

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        try:
            found = regions_in(*payload)
        except FrameError as error:
            return {"faults": list(error.faults)}
        return {"regions": [[one.code, one.name, one.parent, one.outline_wkb.hex()] for one in found]}

    def ready(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> ReadyEdition:
        what, (found,) = asked.what, results.values()
        if faults := found.get("faults"):
            raise RefusedError("; ".join(faults))
        regions = [AdminRegion(code, name, parent, bytes.fromhex(wkb)) for code, name, parent, wkb in found["regions"]]
        new = NewEdition(what["level"], what["title"], what["source"], date.fromisoformat(what["valid_from"]))
        return ready_edition(session, new, regions)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        ready: ReadyEdition = asked.ready or self.ready(session, asked, results)
        made, is_new = keep_edition(session, ready, by=asked.by, now=asked.at)
        session.execute(delete(upload).where(upload.c.id == asked.what["upload_id"]))
        return {"edition_id": made, "regions": len(ready.regions), "is_new": is_new}
