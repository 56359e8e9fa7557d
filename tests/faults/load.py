"""Work for storms: a kind of job, as another package would add it, whose every unit leaves one note in the record."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.tables import Activity, ActivityKind, ActKind
from geo.plug_ins import plug_ins
from planning.use_case import Asked, Prepared, Unit
from planning.use_cases import use_case

KIND = "storm"


class Load:
    """`units` units of `seconds`, every other of which computes all the while; the rest wait."""

    act = ActKind.EDIT
    limit_s = 60.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        return f"Storm of {what['units']} units"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        numbers = range(1, asked.what["units"] + 1)
        return Prepared([Unit(f"unit {number}", number, "1") for number in numbers], shared=asked.what["seconds"])

    def run(self, shared: float, payload: int) -> dict[str, Any]:
        until = time.process_time() + shared
        if payload % 2:
            time.sleep(shared)
        while not payload % 2 and time.process_time() < until:
            sum(range(1000))
        return {"number": payload}

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        for name in results:
            note = Activity(account_id=asked.what["account"], kind=ActivityKind.NOTE, at=asked.at, made_by=asked.by)
            note.text = note_of(asked.job_id, name)
            session.add(note)
        session.flush()
        return answer(len(results), sum(result["number"] for result in results.values()))


def answer(units: int, total: int) -> dict[str, int]:
    """What a job answers that saved so many units with these numbers."""
    return {"units": units, "sum": total}


def note_of(job_id: int, unit: str) -> str:
    """The text by which a note says which unit of which job left it."""
    return f"job {job_id} {unit}"


@contextmanager
def offered(folder: Path) -> Iterator[None]:
    """Offer this as an installed package does: here, and to processes whose path has `plug_in(folder)` on it."""
    facts = plug_in(folder) / "storm_load-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: storm-load\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[bailiwick.use_cases]\n{KIND} = tests.faults.load:Load\n")
    sys.path.append(str(facts.parent))
    plug_ins.cache_clear()
    try:
        yield
    finally:
        sys.path.remove(str(facts.parent))
        plug_ins.cache_clear()
        use_case.cache_clear()


def plug_in(folder: Path) -> Path:
    """Where the package lies that is made in `folder`."""
    return folder / "plug_in"
