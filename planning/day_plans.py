"""Planning the rest of a rep's day again: from where the rep is, with a stop to make next, with stops to add.

What is done or skipped stays. A visit added today that was planned for a later day, no more than half its interval
ahead, is brought forward: it leaves that day, which is planned again without it. Service of faulty equipment that is
to be done comes in by itself, before ordinary visits where room is short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Route, Site, TerritoryPlan, Visit, VisitState
from geo.place import Place
from planning.day_solver import AskedDay, AskedStop, Roads, SolvedDay
from planning.day_state import CALL_S, SERVICE_S, DayState, day_state
from planning.plans_in_force import plan_on
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.record_rows import insert_all
from planning.service_tasks import DayTask, tasks_of_day
from planning.today import in_force
from planning.translate import line_wkb
from planning.viewer import Viewer, may_see_accounts

route, visit = table_of(Route), table_of(Visit)
site, account, plan = table_of(Site), table_of(Account), table_of(TerritoryPlan)


@dataclass(frozen=True, slots=True)
class DayWish:
    """What a rep asks for. `position` is where the rep is, `next_visit` the visit to make before all others,
    `add_sites` are to be visited too, `call_sites` to be called, `overtime_s` is how much longer than the shift the
    day may be."""

    position: Place | None = None
    next_visit: int | None = None
    add_sites: tuple[int, ...] = ()
    call_sites: tuple[int, ...] = ()
    overtime_s: int = 0


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A day, and what the solver is asked about it.

    `gives_up` is the visit that leaves the day for an earlier one, `for_key` what the earlier day calls it.
    `notes`: why stops are made, by key, where that is no ordinary visit.
    """

    state: DayState
    asked: AskedDay
    gives_up: int | None = None
    for_key: int = 0
    notes: Mapping[int, str] = field(default_factory=dict)


def ask_day(
    session: Session,
    viewer: Viewer,
    rep_id: int,
    day: date | None,
    wish: DayWish,
    *,
    now: datetime,
    roads: Roads,
) -> tuple[DayQuestion, ...]:
    """The day as a question, and after it the later days that give up a visit for it.

    Raises:
        MissingError: there is no such rep or site for the viewer.
        RefusedError: the day is over, or a wish cannot be meant.
    """
    state = day_state(session, viewer, rep_id, day, now=now)
    if wish.next_visit is not None and wish.next_visit not in {row.id for row in state.open_visits}:
        raise RefusedError(f"Visit {wish.next_visit} is not open on {state.day}.")
    tasks = tasks_of_day(session, state)
    if not state.open_visits and not tasks and not wish.add_sites and not wish.call_sites:
        raise RefusedError(f"Nothing is open on {state.day}: add an account first.")
    asked = state.rest(position=wish.position, overtime_s=wish.overtime_s, roads=roads)
    sites = added_sites(session, viewer, state, wish.add_sites, wish.call_sites)
    called = {*wish.call_sites, *(row.site_id for row in state.left if row.by_phone)}
    added = tuple(added_stop(row, by_phone=row.id in called) for row in sites)
    asked, notes = with_tasks(replace(asked, added=added, next_key=wish.next_visit), state, tasks)
    later = [found for row in sites if (found := brought_forward(session, viewer, state, row, now=now, roads=roads))]
    if len({question.state.day for question in later}) < len(later):
        raise RefusedError("Two of these are planned for the same later day: add one after the other.")
    return DayQuestion(state, asked, notes=notes), *later


def with_tasks(asked: AskedDay, state: DayState, tasks: Mapping[int, DayTask]) -> tuple[AskedDay, dict[int, str]]:
    """The day with its service tasks, at stops that it has or in stops of their own; and the notes by key of stop."""
    there = {row.site_id: row.id for row in state.open_visits if not row.by_phone}
    by_key = {there.get(site_id, -site_id): task for site_id, task in tasks.items()}
    known = {stop.key for stop in (*asked.stops, *asked.added)}
    extra = tuple(added_stop(task.row) for key, task in by_key.items() if key not in known)

    def weighed(stops: Sequence[AskedStop]) -> tuple[AskedStop, ...]:
        return tuple(
            stop if stop.by_phone or stop.key not in by_key else replace(stop, weight=by_key[stop.key].weight)
            for stop in stops
        )

    asked = replace(asked, stops=weighed(asked.stops), added=weighed((*asked.added, *extra)))
    called = {stop.key for stop in asked.added if stop.by_phone}
    return asked, {key: task.note for key, task in by_key.items() if key not in called}


def added_sites(
    session: Session, viewer: Viewer, state: DayState, visits: Sequence[int], calls: Sequence[int]
) -> list[Any]:
    """The sites to add, in the order asked for; one that is called need not have a place."""
    ids = (*visits, *calls)
    columns = (*(site.c.id, site.c.lat, site.c.lon, site.c.service_s, site.c.opening_hours, site.c.visits_per_year),)
    seen = may_see_accounts(session, viewer, site.c.account_id)
    sql = select(*columns, account.c.name.label("account")).join(account, account.c.id == site.c.account_id)
    found = {row.id: row for row in session.execute(sql.where(site.c.id.in_(ids), seen))}
    here = {row.site_id for row in state.open_visits}
    for site_id in ids:
        if site_id not in found:
            raise MissingError(f"There is no site {site_id}.")
        if site_id in here:
            raise RefusedError(f"{found[site_id].account} is in the day already.")
        if site_id in visits and site_id in calls:
            raise RefusedError(f"{found[site_id].account} is either visited or called, not both.")
        if found[site_id].lat is None and site_id in visits:
            raise RefusedError(f"Nobody knows where {found[site_id].account} is: set its place first.")
    return [found[site_id] for site_id in dict.fromkeys(ids)]


def added_stop(row: Any, *, by_phone: bool = False) -> AskedStop:
    """A site to add; its key is its id, negative, so that it is no visit's. A call is no longer than `CALL_S`."""
    place, service_s = None if row.lat is None else Place(row.lat, row.lon), row.service_s or SERVICE_S
    service_s = min(service_s, CALL_S) if by_phone else service_s
    return AskedStop(-row.id, place, service_s, row.opening_hours, by_phone, row.account)


def brought_forward(
    session: Session, viewer: Viewer, state: DayState, row: Any, *, now: datetime, roads: Roads
) -> DayQuestion | None:
    """The later day from which an added visit is taken, planned without it; None where it is a visit more."""
    if not row.visits_per_year:
        return None
    until = state.day + timedelta(days=365.25 / row.visits_per_year / 2)
    sql = (
        select(visit.c.id, visit.c.day)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(visit.c.site_id == row.id, visit.c.rep_id == state.hours.rep_id, visit.c.state == VisitState.PLANNED)
        .where(visit.c.day > state.day, visit.c.day <= until, in_force())
        .order_by(visit.c.day)
    )
    found = session.execute(sql.limit(1)).first()
    if found is None:
        return None
    later = day_state(session, viewer, state.hours.rep_id, found.day, now=now)
    asked = later.rest(roads=roads)
    kept = tuple(stop for stop in asked.stops if stop.key != found.id)
    return DayQuestion(later, replace(asked, stops=kept), gives_up=found.id, for_key=-row.id)


def save_days(
    session: Session, questions: Sequence[DayQuestion], answers: Sequence[SolvedDay], viewer: Viewer, *, now: datetime
) -> None:
    """Write the days as they were solved.

    Raises:
        StaleError: something in one of the days was changed since the question was asked.
        RefusedError: no plan is in force on a day on which nothing was planned before.
    """
    first, no_room = questions[0].state, {key for key, _ in answers[0].left_out}
    for question, answer in zip(questions, answers, strict=True):
        if question.for_key in no_room:
            continue
        state = question.state
        present = day_state(session, viewer, state.hours.rep_id, state.day, now=now)
        if (present.version, present.versions) != (state.version, state.versions):
            raise StaleError(f"The day {state.day}", present.version)
        save_day(session, question, answer, why=f"brought forward to {first.day}")


def save_day(session: Session, question: DayQuestion, answer: SolvedDay, *, why: str) -> None:
    """One day: first every changed visit gives up its number, then they get their new ones."""
    state = question.state
    own = {"route_id": route_row(session, question, answer), "rep_id": state.hours.rep_id, "day": state.day}
    known = {row.id: row for row in (*state.open_visits, *state.left)}
    again = {-row.site_id: row.id for row in state.left if row.state == VisitState.CANCELLED}
    wanted: dict[int, dict[str, Any]] = {}
    for number, stop in enumerate(answer.stops, start=last_number(state) + 1):
        times = {"arrive_s": stop.arrive_s, "start_s": stop.start_s, "depart_s": stop.depart_s, "drive_s": stop.drive_s}
        wanted[stop.key] = times | {
            "sequence": number,
            "state": VisitState.PLANNED,
            "why": question.notes.get(stop.key, ""),
        }
    left = [*answer.left_out, *([(question.gives_up, why)] if question.gives_up is not None else [])]
    for key, reason in left:
        wanted[key] = {"sequence": None, "state": VisitState.CANCELLED, "why": reason}
    for added in question.asked.added:
        wanted[added.key]["by_phone"] = added.by_phone
    wanted = {again.get(key, key): values for key, values in wanted.items()}
    change_visits(session, known, {key: values for key, values in wanted.items() if key in known})
    for key, values in wanted.items():
        if key not in known:
            blank = dict.fromkeys(("arrive_s", "start_s", "depart_s", "drive_s", "done_at"))
            insert_all(session, Visit, [blank | own | values | {"site_id": -key, "outcome": "", "version": 1}])


def last_number(state: DayState) -> int:
    """The highest number of a visit that is behind."""
    return max((row.sequence for row in state.closed), default=0)


def change_visits(session: Session, known: Mapping[int, Any], wanted: Mapping[int, Mapping[str, Any]]) -> None:
    """Bring visits to what is wanted of them; what is the same already stays untouched."""
    differ = {
        key: values
        for key, values in wanted.items()
        if any(getattr(known[key], name) != value for name, value in values.items())
    }
    freed = [key for key, values in differ.items() if values["sequence"] != known[key].sequence]
    if freed:
        session.execute(update(visit).where(visit.c.id.in_(freed)).values(sequence=None))
    for key, values in differ.items():
        session.execute(update(visit).where(visit.c.id == key).values(**values, version=visit.c.version + 1))


def route_row(session: Session, question: DayQuestion, answer: SolvedDay) -> int:
    """The route with its new times; returns its id."""
    state, before = question.state, question.state.route
    done = [row for row in state.closed if row.state == VisitState.DONE]
    lunch = answer.lunch
    if before is not None and question.asked.fed:
        lunch = before.lunch_start_s, before.lunch_end_s
    values: dict[str, Any] = {
        "start_s": before.start_s if before is not None and done else answer.start_s,
        "end_s": answer.end_s,
        "drive_s": answer.drive_s + sum(row.drive_s for row in done),
        "lunch_start_s": lunch[0] if lunch else None,
        "lunch_end_s": lunch[1] if lunch else None,
        "proven": answer.proven,
        "line_wkb": line_wkb(answer.line),
    }
    if before is not None:
        session.execute(update(route).where(route.c.id == before.id).values(**values, version=route.c.version + 1))
        return int(before.id)
    force = plan_on(session, state.day, exactly=True)
    if force is None:
        raise RefusedError(f"No plan is in force on {state.day}: publish one first.")
    own = {"plan_id": force.plan_id, "rep_id": state.hours.rep_id, "day": state.day, "version": 1}
    (made,) = insert_all(session, Route, [values | own])
    return made
