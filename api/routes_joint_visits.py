"""Visits that several reps make together."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import ChangingMatched
from api.dependencies import Now, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.routes_people import Id
from api.schemas_owners import CompanionsOut, JointVisitsOut
from api.signed_in import Seen
from api.writing import Edit
from planning.joint_visits import companions_of, joined_visits, set_companions
from planning.viewer import Viewer, require_rep
from planning.visits import get_visit

router = APIRouter(prefix="/api", tags=["days"])

LONGEST_DAYS = 366


class CompanionsIn(Edit):
    """Who comes along on a visit."""

    rep_ids: list[Id] = Field(max_length=20, examples=[[8]])


@router.get("/visits/{visit_id}/companions")
@with_etag
def read_companions(db: Read, viewer: Seen, visit_id: RowId) -> CompanionsOut:
    """Who comes along on a visit."""
    return as_companions(db, viewer, visit_id)


@router.put("/visits/{visit_id}/companions", response_model=CompanionsOut)
def write_companions(change: ChangingMatched, visit_id: RowId, body: CompanionsIn) -> Response:
    """Say who comes along on a visit: exactly these reps, who share the account on that day (any sales force)."""

    def work(session: Session) -> CompanionsOut:
        set_companions(session, change.viewer, visit_id, change.version, body.rep_ids)
        return as_companions(session, change.viewer, visit_id)

    return change.answered(body, work)


@router.get("/reps/{rep_id}/joint-visits")
def read_joint_visits(
    db: Read,
    now: Now,
    viewer: Seen,
    rep_id: RowId,
    first: Annotated[date | None, Query(description="[today]")] = None,
    last: Annotated[date | None, Query(description="[four weeks on]")] = None,
) -> JointVisitsOut:
    """The visits of others on which a rep comes along."""
    begin = first or now.date()
    end = last or min(begin, date.max - timedelta(days=28)) + timedelta(days=27)
    if not 0 <= (end - begin).days < LONGEST_DAYS:
        raise BadFieldError("query.last", f"Expected a day no earlier than `first` and within {LONGEST_DAYS} days.")
    require_rep(db, viewer, rep_id)
    return JointVisitsOut.model_validate({"items": joined_visits(db, rep_id, begin, end)})


def as_companions(session: Session, viewer: Viewer, visit_id: int) -> CompanionsOut:
    """Those of a visit, with its version."""
    found = get_visit(session, viewer, visit_id)
    items = [{"rep_id": key, "rep": name} for key, name in companions_of(session, visit_id).items()]
    facts = {"visit_id": visit_id, "rep_id": found.rep_id, "version": found.version, "items": items}
    return CompanionsOut.model_validate(facts)
