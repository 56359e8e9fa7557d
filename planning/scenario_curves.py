"""Asking for the transfers of a scenario, and finding what was computed for just this state of it before."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Job, JobState
from planning.jobs import OPEN, JobView, get_job
from planning.scenario_curve import fingerprint, transfers_of
from planning.scenarios import own_keys, scenario_state
from planning.viewer import Viewer

job = table_of(Job)
KIND = "scenario_curve"
LOOKED_AT = 30
"""So many of the last jobs of this kind are compared."""


def curve_of(session: Session, viewer: Viewer, scenario_id: int, tolerances: Sequence[float]) -> dict[str, Any]:
    """What is asked of the job: territories that are the viewer's to change, and a fingerprint of all that counts.

    Raises:
        MissingError, RefusedError: no such scenario, or nothing in it that could change hands.
    """
    _, state = scenario_state(session, viewer, scenario_id)
    keys = None if viewer.sees_all else sorted(own_keys(session, viewer, state.base, state.grounds))
    stamp = fingerprint(transfers_of(state, keys))
    return {"scenario_id": scenario_id, "tolerances": list(tolerances), "keys": keys, "inputs": stamp}


def known_curve(session: Session, viewer: Viewer, what: Mapping[str, Any]) -> JobView | None:
    """The job that computes just this already, or has done so; None where there is none that the viewer may see.

    Of another scenario it counts too when its territories and accounts are the same, such as of a copy.
    """
    sql = select(job.c.id, job.c.asked).where(
        job.c.kind == KIND, job.c.state.in_((*OPEN, JobState.DONE)), job.c.cancel_asked_at.is_(None)
    )
    if not viewer.sees_all:
        sql = sql.where(job.c.asked_by == viewer.name)
    names = ("tolerances", "keys", "inputs")
    wanted = [what[name] for name in names]
    for row in session.execute(sql.order_by(job.c.id.desc()).limit(LOOKED_AT)):
        if [row.asked.get(name) for name in names] == wanted:
            return get_job(session, viewer, row.id)
    return None
