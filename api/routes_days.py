"""A rep works through a day: done, skipped, planned again from here; what lies near; the week; absences."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import Now, Read, RowId
from api.problems import PreconditionNeededError
from api.rates import SOLVES
from api.routes_people import Id, Long
from api.routes_today import Day, as_route, read_day
from api.schemas_days import (
    AbsenceOut,
    AbsencesOut,
    AgendaOut,
    AllUnplannedOut,
    DayFactOut,
    DayPlannedOut,
    NearbyOut,
    ReportedOut,
    VisitOut,
    WeekOut,
)
from api.settings import Settings
from api.signed_in import Seen
from api.writing import Edit, IfMatch, KeyText, Line, Records, answered, digest, read_version
from crm.act import Act
from geo.place import Place
from planning.agenda import rep_agenda
from planning.day_fact import day_fact
from planning.day_page import rep_unplanned
from planning.day_plans import DayWish, ask_day, save_days
from planning.day_solver import Roads, near_day, solve_day
from planning.near_due import ask_near, near_views
from planning.once import Key, recall
from planning.record_errors import StaleError
from planning.rep_days import add_absence, get_absence, list_absences, remove_absence
from planning.solver_process import Solver
from planning.today import rep_route
from planning.viewer import Viewer
from planning.visits import Report, finish_visit, get_visit, skip_visit
from planning.weeks import rep_week

router = APIRouter(prefix="/api", tags=["days"])

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class DoneIn(Edit):
    """What came of a visit."""

    outcome: Line = Field(description="A code of the list outcome", examples=["ordered"])
    type: Line | None = Field(
        default=None, description="What kind of visit it was; as planned without it", examples=["shelf_audit"]
    )
    text: Long = Field(default="", examples=["Wants samples of the autumn range"])
    next_contact_on: date | None = Field(default=None, examples=["2026-12-07"])
    at: AwareDatetime | None = Field(
        default=None, description="When it ended; now without it", examples=["2026-11-23T09:31:00Z"]
    )


class SkipIn(Edit):
    """Why a visit is not made; `why` says it, a code of the list skip_reason where that has codes."""

    why: Line = Field(min_length=1, description="The reason", examples=["closed"])


class PositionIn(Edit):
    """Where the rep is."""

    lat: Latitude = Field(examples=[52.54])
    lon: Longitude = Field(examples=[13.39])


class DayPlanIn(Edit):
    """How to plan the rest of a day again; an empty body plans from the visit made last."""

    day: date | None = Field(default=None, description="Today where the rep is, without it", examples=["2026-11-23"])
    position: PositionIn | None = Field(default=None, description="Where the rep is, where that is not the last visit")
    next_visit_id: Id | None = Field(default=None, description="To be made before all others", examples=[5])
    add_site_ids: tuple[Id, ...] = Field(default=(), max_length=20, examples=[[17]])
    call_site_ids: tuple[Id, ...] = Field(
        default=(), max_length=20, description="To be called instead of visited: no way leads to them", examples=[[18]]
    )
    overtime_s: int = Field(default=0, ge=0, le=6 * 3600, description="Longer than the shift by", examples=[1800])


class AbsenceIn(Edit):
    """Days on which a rep is away, both ends included."""

    first_on: date = Field(examples=["2026-12-21"])
    last_on: date = Field(examples=["2026-12-31"])
    reason: Line = Field(default="", examples=["leave"])


@router.post("/visits/{visit_id}/done", response_model=ReportedOut)
def report_done(change: ChangingMatched, visit_id: RowId, body: DoneIn) -> Response:
    """Report a visit done, with what came of it, if it is still at the version in If-Match."""
    report = Report(body.outcome, body.text, body.next_contact_on, body.at, body.type or None)

    def work(session: Session) -> ReportedOut:
        finish_visit(session, change.viewer, visit_id, change.version, report, now=change.now)
        return reported(session, change.viewer, visit_id)

    return change.answered(body, work, said=f"{change.version} {body.model_dump_json()}", otherwise="Visit done")


@router.post("/visits/{visit_id}/skip", response_model=ReportedOut)
def report_skipped(change: ChangingMatched, visit_id: RowId, body: SkipIn) -> Response:
    """Say that a visit is not made, and why, if it is still at the version in If-Match."""

    def work(session: Session) -> ReportedOut:
        skip_visit(session, change.viewer, visit_id, change.version, body.why)
        return reported(session, change.viewer, visit_id)

    return change.answered(
        body, work, said=f"{change.version} {body.model_dump_json()}", why=f"Visit skipped: {body.why}"
    )


def reported(session: Session, viewer: Viewer, visit_id: int) -> ReportedOut:
    """The visit after an act, and the act."""
    found = VisitOut.model_validate(get_visit(session, viewer, visit_id))
    return ReportedOut(visit=found, batch_id=session.info["batch_id"])


@router.post("/reps/{rep_id}/day-plans", status_code=201, response_model=DayPlannedOut, dependencies=[SOLVES])
def plan_day_again(
    request: Request,
    read: Read,
    db: Records,
    now: Now,
    viewer: Seen,
    rep_id: RowId,
    body: DayPlanIn,
    version: IfMatch = None,
    key: KeyText = None,
) -> Response:
    """Plan the rest of a day again: from where the rep is, with a visit to make next, with accounts to add.

    If-Match names the version of the day's route; a day on which nothing was planned yet needs none.
    """
    settings: Settings = request.app.state.settings
    solver: Solver = request.app.state.solver
    asked = f"{version or ''} {body.model_dump_json()}"
    if key and (before := recall(read, viewer.name, Key(key, digest(request, asked)))):
        return Response(before.body, before.status, media_type="application/json")
    position = Place(body.position.lat, body.position.lon) if body.position else None
    added, called = (tuple(dict.fromkeys(ids)) for ids in (body.add_site_ids, body.call_site_ids))
    wish = DayWish(position, body.next_visit_id, added, called, body.overtime_s)
    questions = ask_day(read, viewer, rep_id, body.day, wish, now=now, roads=Roads(settings.region, settings.traffic))
    require_version(version, questions[0].state.version, f"The day {questions[0].state.day}")
    read.close()
    answers = [solver(solve_day, question.asked) for question in questions]

    def work(session: Session) -> DayPlannedOut:
        save_days(session, questions, answers, viewer, now=now)
        route = as_route(rep_route(session, viewer, rep_id, questions[0].state.day, now=now))
        changed = tuple(sorted(key for key in answers[0].changed if key > 0))
        return DayPlannedOut(route=route, changed=changed, batch_id=session.info["batch_id"])

    act = Act(viewer.name, body.why or "Day planned again", now)
    return answered(request, db, act, key, asked, work, 201)


def require_version(given: str | None, present: int, what: str) -> None:
    """Go on only with the present version of a day that has one.

    Raises:
        PreconditionNeededError: none was given.
        StaleError: another.
    """
    if given is None:
        if present:
            raise PreconditionNeededError("Say which version you read: If-Match with the version in quotes.")
        return
    if read_version(given) != present:
        raise StaleError(what, present)


@router.get("/reps/{rep_id}/near-and-due")
def read_near(
    request: Request,
    read: Read,
    now: Now,
    viewer: Seen,
    rep_id: RowId,
    day: Annotated[date | None, Query(description="Today where the rep is, without it")] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    order: Annotated[Literal["detour", "best"], Query(description="best: by value x dueness x way")] = "detour",
) -> NearbyOut:
    """Accounts that are due and fit into the rest of the day, each with the driving it would add and its score."""
    settings: Settings = request.app.state.settings
    solver: Solver = request.app.state.solver
    position = Place(lat, lon) if lat is not None and lon is not None else None
    question = ask_near(read, viewer, rep_id, day, position, now=now, roads=Roads(settings.region, settings.traffic))
    read.close()
    fits = solver(near_day, question.asked, question.stops) if question.candidates else []
    return NearbyOut.model_validate(
        {"day": question.state.day, "items": near_views(question, fits, best_first=order == "best")}
    )


@router.get("/reps/{rep_id}/weeks/{day}")
def read_week(read: Read, now: Now, viewer: Seen, rep_id: RowId, day: Day) -> WeekOut:
    """The week in which a day lies, day by day."""
    return WeekOut.model_validate(rep_week(read, viewer, rep_id, read_day(day), now=now))


@router.get("/reps/{rep_id}/plan-fact/{day}")
def read_day_fact(read: Read, now: Now, viewer: Seen, rep_id: RowId, day: Day) -> DayFactOut:
    """A rep's day as planned against as done: order, times, what was skipped and why, what was visited besides."""
    return DayFactOut.model_validate(day_fact(read, viewer, rep_id, read_day(day), now=now))


@router.get("/reps/{rep_id}/agenda/{day}")
def read_agenda(read: Read, now: Now, viewer: Seen, rep_id: RowId, day: Day) -> AgendaOut:
    """What a rep has to do by a day besides the route: clients to be in touch with, tasks, service of equipment."""
    return AgendaOut.model_validate(rep_agenda(read, viewer, rep_id, read_day(day), now=now))


@router.get("/reps/{rep_id}/unplanned/{day}")
def read_unplanned(read: Read, now: Now, viewer: Seen, rep_id: RowId, day: Day) -> AllUnplannedOut:
    """Visits of the rep that found no day in the plan in force on a day, each with what blocks it and a way out."""
    items = rep_unplanned(read, viewer, rep_id, read_day(day), now=now)
    return AllUnplannedOut.model_validate({"items": items})


@router.get("/reps/{rep_id}/absences")
def read_absences(read: Read, viewer: Seen, rep_id: RowId) -> AbsencesOut:
    """When a rep is away, the latest first."""
    return AbsencesOut.model_validate({"items": list_absences(read, viewer, rep_id)})


@router.post("/reps/{rep_id}/absences", status_code=201, response_model=AbsenceOut)
def make_absence(change: Changing, rep_id: RowId, body: AbsenceIn) -> Response:
    """Write down that a rep is away. Visits planned on these days stay until somebody moves them."""

    def work(session: Session) -> AbsenceOut:
        made = add_absence(session, change.viewer, rep_id, body.first_on, body.last_on, body.reason)
        return AbsenceOut.model_validate(get_absence(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.post("/absences/{absence_id}/remove", response_model=AbsenceOut)
def take_absence_back(change: ChangingMatched, absence_id: RowId, body: Edit) -> Response:
    """Take an absence back, if it is still at the version in If-Match; answers with what it was."""

    def work(session: Session) -> AbsenceOut:
        return AbsenceOut.model_validate(remove_absence(session, change.viewer, absence_id, change.version))

    return change.answered(body, work, said=f"{change.version} {body.model_dump_json()}")
