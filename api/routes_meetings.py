"""Meetings: moments that can be offered, and settling one; how a rep drives."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator
from sqlmodel import Session

from api.change import ChangingMatched
from api.dependencies import LARGEST_ID, Now, Read, RowId
from api.etag import with_etag
from api.jobs_asked import accepted
from api.problems import also
from api.rates import SOLVES
from api.routes_days import Latitude, Longitude
from api.routes_people import Id
from api.routes_today import as_route
from api.schemas import Answer, RouteOut
from api.schemas_jobs import JobOut
from api.settings import Settings
from api.signed_in import OFFICE, Seen
from api.writing import Edit, KeyText, Line, Records, answered, digest
from crm.act import Act
from geo.place import Place
from planning.day_solver import Roads, slots_of, solve_day
from planning.meetings import Meeting, ask_meeting, ask_slots, save_meeting, slot_views
from planning.once import Key, recall
from planning.rep_driving import get_driving, set_driving
from planning.solver_process import Solver
from planning.today import rep_route
from planning.vehicles import MOST_CAPACITY, MOST_RELOAD_MIN, Driving, Vehicle
from planning.viewer import Viewer

router = APIRouter(prefix="/api", tags=["days"])

DAY_S = 86_400
BEHIND = also(409, "The days lie behind.")


class SlotOut(Answer):
    """A meeting may begin at any moment from one to the other."""

    day: date = Field(examples=["2026-11-24"])
    from_at: datetime = Field(examples=["2026-11-24T10:10:00+01:00"])
    until_at: datetime = Field(examples=["2026-11-24T11:25:00+01:00"])
    extra_s: int = Field(description="Driving that it adds, of all who come, seconds", examples=[600])


class SlotsOut(Answer):
    """What can be offered, by day and time."""

    items: tuple[SlotOut, ...]


class MeetingIn(Edit):
    """A meeting at a site of an account."""

    site_id: Id = Field(examples=[17])
    day: date = Field(examples=["2026-11-24"])
    at_s: int = Field(ge=0, lt=DAY_S, description="Begins; seconds after midnight where the rep is", examples=[37800])
    service_s: int = Field(ge=60, le=DAY_S // 2, description="Its length, seconds", examples=[2700])
    text: Line = Field(default="", description="What it is about", examples=["autumn range"])
    companion_ids: tuple[Id, ...] = Field(default=(), max_length=20, description="Who comes along", examples=[[8]])


class MeetingOut(Answer):
    """The visit that the meeting became, its day, and the act that made it so."""

    visit_id: int = Field(examples=[31])
    route: RouteOut
    batch_id: int = Field(examples=[12])


class CrewDaysIn(Edit):
    """Which crews go, and when."""

    rep_ids: tuple[Id, ...] = Field(min_length=1, max_length=500, description="The crews", examples=[[7, 8]])
    starts_on: date | None = Field(default=None, description="Tomorrow without it", examples=["2026-11-24"])
    days: int = Field(default=10, ge=1, le=31, examples=[10])


class DrivingIn(Edit):
    """How a rep drives; without `vehicle_capacity` loads do not matter."""

    vehicle_capacity: int | None = Field(default=None, ge=1, le=MOST_CAPACITY, description="Units", examples=[40])
    depot_lat: Latitude | None = Field(default=None, description="Where it is filled; home without it", examples=[52.5])
    depot_lon: Longitude | None = Field(default=None, examples=[13.4])
    reload_s: int = Field(default=1800, ge=0, le=60 * MOST_RELOAD_MIN, description="Filling it", examples=[1800])
    starts_at_depot: bool = Field(default=False, description="The day begins there", examples=[True])
    most_drive_s: int | None = Field(default=None, ge=0, le=DAY_S, description="A day, at most", examples=[18000])
    overtime_price: float = Field(
        default=1.0, ge=0, le=100, description="A second of overtime, in seconds of driving", examples=[2.0]
    )

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        if (self.depot_lat is None) != (self.depot_lon is None):
            raise ValueError("depot_lat and depot_lon belong together")
        if self.vehicle_capacity is None and (self.depot_lat is not None or self.starts_at_depot):
            raise ValueError("a depot needs a vehicle_capacity")
        return self


class DrivingOut(Answer):
    """How a rep drives."""

    rep_id: int = Field(examples=[7])
    vehicle_capacity: int | None = Field(examples=[40])
    depot_lat: float | None = Field(examples=[52.5])
    depot_lon: float | None = Field(examples=[13.4])
    reload_s: int = Field(examples=[1800])
    starts_at_depot: bool = Field(examples=[True])
    most_drive_s: int | None = Field(examples=[18000])
    overtime_price: float = Field(examples=[2.0])
    version: int = Field(description="Of the rep, for If-Match", examples=[1])


@router.get("/reps/{rep_id}/slots", responses=BEHIND)
def read_slots(
    request: Request,
    read: Read,
    now: Now,
    viewer: Seen,
    rep_id: RowId,
    site_id: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    first: date,
    last: date,
    service_s: Annotated[int, Query(ge=60, le=DAY_S // 2, description="Length of the meeting, seconds")] = 1800,
    companion_id: Annotated[list[Id] | None, Query(max_length=20, description="Who comes along")] = None,
) -> SlotsOut:
    """Moments that can be offered for a meeting: free, and with time to get there and on; for all who come."""
    roads, solver = means(request)
    team = tuple(dict.fromkeys(companion_id or ()))
    question = ask_slots(
        read, viewer, rep_id, site_id, first, last, service_s=service_s, companions=team, now=now, roads=roads
    )
    read.close()
    days = [day for each in question.asked for day in each]
    flat = iter(solver(slots_of, days, question.stop) if days else ())
    found = [[next(flat) for _ in each] for each in question.asked]
    return SlotsOut.model_validate({"items": slot_views(question, found)})


@router.post("/reps/{rep_id}/meetings", status_code=201, response_model=MeetingOut, dependencies=[SOLVES])
def settle_meeting(
    request: Request,
    read: Read,
    db: Records,
    now: Now,
    viewer: Seen,
    rep_id: RowId,
    body: MeetingIn,
    key: KeyText = None,
) -> Response:
    """Settle a meeting: it becomes a visit at that moment in the day of the rep, and of all who come along."""
    said = body.model_dump_json()
    if key and (before := recall(read, viewer.name, Key(key, digest(request, said)))):
        return Response(before.body, before.status, media_type="application/json")
    roads, solver = means(request)
    team = tuple(dict.fromkeys(body.companion_ids))
    meeting = Meeting(body.site_id, body.day, body.at_s, body.service_s, body.text, team)
    questions = ask_meeting(read, viewer, rep_id, meeting, now=now, roads=roads)
    read.close()
    answers = [solver(solve_day, question.asked) for question in questions]

    def work(session: Session) -> MeetingOut:
        made = save_meeting(session, questions, answers, meeting, viewer, now=now)
        route = as_route(rep_route(session, viewer, rep_id, meeting.day, now=now))
        return MeetingOut(visit_id=made, route=route, batch_id=session.info["batch_id"])

    return answered(request, db, Act(viewer.name, body.why or "Meeting settled", now), key, said, work, 201)


@router.post("/crew-days", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES])
def plan_crew_days(
    request: Request, db: Records, now: Now, viewer: Seen, body: CrewDaysIn, key: KeyText = None
) -> Response:
    """Plan open service and field steps into the free days of mobile crews, by region, due date and skill: a job."""
    what = body.model_dump(mode="json", exclude={"why"})
    return accepted(request, db, viewer, now, key, "crews", what, why=body.why)


def means(request: Request) -> tuple[Roads, Solver]:
    """What days are planned with here."""
    settings: Settings = request.app.state.settings
    return Roads(settings.region, settings.traffic), request.app.state.solver


@router.get("/reps/{rep_id}/driving")
@with_etag
def read_driving(db: Read, viewer: Seen, rep_id: RowId) -> DrivingOut:
    """What a rep's vehicle carries, where it is filled, and how far a day may drive."""
    return driving_of(db, viewer, rep_id)


@router.put("/reps/{rep_id}/driving", response_model=DrivingOut, dependencies=[OFFICE])
def write_driving(change: ChangingMatched, rep_id: RowId, body: DrivingIn) -> Response:
    """Say how a rep drives, if the rep is still at the version in If-Match; days count it when planned next."""
    depot = None if body.depot_lat is None or body.depot_lon is None else Place(body.depot_lat, body.depot_lon)
    vehicle = None
    if body.vehicle_capacity is not None:
        vehicle = Vehicle(body.vehicle_capacity, depot, body.reload_s, body.starts_at_depot)
    driving = Driving(vehicle, body.most_drive_s, body.overtime_price)

    def work(session: Session) -> DrivingOut:
        set_driving(session, change.viewer, rep_id, change.version, driving)
        return driving_of(session, change.viewer, rep_id)

    return change.answered(body, work)


def driving_of(session: Session, viewer: Viewer, rep_id: int) -> DrivingOut:
    """The shape of the answer."""
    return DrivingOut.model_validate(get_driving(session, viewer, rep_id))
