"""The units of a job in the database: which there are, what they came to, which are left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AttemptEnd, Job, JobAttempt, JobResult, JobUnit, UnitState
from planning.job_leases import Claim, hold
from planning.use_case import Unit

job, unit, result, attempt = table_of(Job), table_of(JobUnit), table_of(JobResult), table_of(JobAttempt)
AT_ONCE = 500
TEXT = 2000
"""Characters of an error that are kept."""


@dataclass(frozen=True, slots=True)
class UnitEnd:
    """How one attempt at one unit ended; `value` is what it came to.

    `counts`: the attempt is held against the unit. `gives_up`: there will be no other.
    """

    unit: int
    end: AttemptEnd
    worker: str
    wall_s: float = 0.0
    cpu_s: float = 0.0
    value: dict[str, Any] | None = None
    error: str = ""
    counts: bool = True
    gives_up: bool = False


def enter_units(session: Session, claim: Claim, units: Sequence[Unit]) -> dict[int, Unit]:
    """Write the units of a job, or compare them with those that are there; returns those left to do, by number.

    A unit of the same name and inputs keeps what it came to; a changed one is computed again, one that is gone is
    forgotten. Raises what `hold` does.

    Raises:
        ValueError: two units have the same name.
    """
    wanted = {one.name: one for one in units}
    if len(wanted) < len(units):
        raise ValueError("two units of a job have the same name")
    known = {row.name: row for row in session.execute(select(unit).where(unit.c.job_id == claim.job_id))}
    stale = [row.unit for name, row in known.items() if name not in wanted or row.inputs != wanted[name].inputs]
    forget(session, claim.job_id, stale)
    kept = {name: row for name, row in known.items() if row.unit not in set(stale)}
    number = max((row.unit for row in known.values()), default=0)
    fresh: list[dict[str, Any]] = []
    left: dict[int, Unit] = {}
    for name, one in wanted.items():
        if name in kept:
            if kept[name].state == UnitState.WAITING:
                left[kept[name].unit] = one
            continue
        number += 1
        left[number] = one
        fresh.append({"job_id": claim.job_id, "unit": number, "name": name, "inputs": one.inputs})
    for part in batched(fresh, AT_ONCE):
        session.execute(insert(JobUnit), part)
    hold(session, claim, **counts(session, claim.job_id))
    return left


def forget(session: Session, job_id: int, units: Iterable[int]) -> None:
    """Remove units with what they came to."""
    for part in batched(units, AT_ONCE):
        for table in (result, unit):
            session.execute(delete(table).where(table.c.job_id == job_id, table.c.unit.in_(part)))


def counts(session: Session, job_id: int) -> dict[str, int]:
    """How many units a job has, and how many are done and failed."""
    rows = session.execute(select(unit.c.state, func.count()).where(unit.c.job_id == job_id).group_by(unit.c.state))
    by_state = {row[0]: int(row[1]) for row in rows}
    done, failed = by_state.get(UnitState.DONE, 0), by_state.get(UnitState.FAILED, 0)
    return {"units": sum(by_state.values()), "units_done": done, "units_failed": failed}


def keep_ends(session: Session, claim: Claim, ends: Sequence[UnitEnd], now: datetime) -> bool:
    """Write how attempts ended and what they came to; True when the job was asked to stop. Raises what `hold` does.

    A result that is there already stays: of two computations of one unit only the first ever counts.
    """
    rows = [
        {"job_id": claim.job_id, "unit": one.unit, "lease": claim.lease, "worker": one.worker, "end": one.end}
        | {"error": one.error[:TEXT], "wall_s": one.wall_s, "cpu_s": one.cpu_s, "ended_at": now}
        for one in ends
    ]
    session.execute(insert(attempt), rows)
    new = keep_values(session, claim.job_id, [one for one in ends if one.value is not None])
    failed = 0
    for one in ends:
        waiting = (unit.c.job_id == claim.job_id, unit.c.unit == one.unit, unit.c.state == UnitState.WAITING)
        if one.unit in new:
            values: dict[str, Any] = {"state": UnitState.DONE, "done_at": now, "error": ""}
        elif one.end is AttemptEnd.DONE:
            continue
        else:
            values = {"error": one.error[:TEXT]} | ({"state": UnitState.FAILED} if one.gives_up else {})
        values["attempts"] = unit.c.attempts + int(one.counts)
        made: Any = session.execute(update(unit).where(*waiting).values(values))
        failed += made.rowcount if one.gives_up else 0
    progress = {"units_done": job.c.units_done + len(new), "units_failed": job.c.units_failed + failed}
    return hold(session, claim, **progress, **({"fruitless": 0} if new or failed else {}))


def keep_values(session: Session, job_id: int, ends: Sequence[UnitEnd]) -> set[int]:
    """Write results; returns the units that had none before."""
    if not ends:
        return set()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"job_id": job_id, "unit": one.unit, "value": one.value, "saved": False} for one in ends]
    sql = dialect.insert(result).on_conflict_do_nothing().returning(result.c.unit)
    return set(session.scalars(sql.values(rows)))


def unsaved(session: Session, job_id: int) -> dict[str, dict[str, Any]]:
    """What was computed and not saved yet, by name of the unit, in the order of the units."""
    sql = select(unit.c.name, result.c.value).join(
        result, (result.c.job_id == unit.c.job_id) & (result.c.unit == unit.c.unit)
    )
    rows = session.execute(sql.where(unit.c.job_id == job_id, result.c.saved.is_(False)).order_by(unit.c.unit))
    return {row.name: row.value for row in rows}


def mark_saved(session: Session, job_id: int) -> None:
    """Note that all results of a job are saved, and empty them."""
    own = update(result).where(result.c.job_id == bindparam("own"), result.c.saved.is_(False))
    session.execute(own.values(saved=True, value={}), {"own": job_id})


def forget_unsaved(session: Session, job_id: int, names: Sequence[str] | None = None) -> None:
    """Compute again whatever is not saved, or only the units of these names: the record has changed since."""
    sql = select(unit.c.unit, unit.c.name).join(
        result, (result.c.job_id == unit.c.job_id) & (result.c.unit == unit.c.unit)
    )
    rows = session.execute(sql.where(unit.c.job_id == job_id, result.c.saved.is_(False))).all()
    wanted = None if names is None else set(names)
    forget(session, job_id, [row.unit for row in rows if wanted is None or row.name in wanted])
