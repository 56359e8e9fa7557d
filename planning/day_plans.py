"""Planning the rest of a rep's day again: from where the rep is, with a stop to make next, with stops to add.

What is done or skipped stays. A visit added today that was planned for a later day, no more than half its interval
ahead, is brought forward: it leaves that day, which is planned again without it. Service of faulty equipment that is
to be done comes in by itself, before ordinary visits where room is short.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Route, Site, TerritoryPlan, Visit, VisitState
from geo.place import Place
from planning.day_solver import AskedDay, Roads, SolvedDay
from planning.day_state import DayState, day_state
from planning.day_stops import able_for, added_sites, added_stop, with_tasks
from planning.due_contacts import contacts_of_day
from planning.plans_in_force import plan_on
from planning.record_errors import RefusedError, StaleError
from planning.record_rows import insert_all
from planning.service_tasks import tasks_of_day
from planning.today import in_force
from planning.translate import line_wkb
from planning.type_rules import types_of_sites
from planning.viewer import Viewer

route, visit = table_of(Route), table_of(Visit)
site, account, plan = table_of(Site), table_of(Account), table_of(TerritoryPlan)

KEPT_NOTES = ("meeting", "task ", "service task ")
"""Why a visit is made stays with it where it begins so; other notes are made anew."""
JOINT = 0
"""Key of a visit with somebody else that has no id yet."""


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
    `notes`: why stops are made, by key, where that is no ordinary visit. `promised`: from and until when a stop is now
    promised to begin, by key.
    """

    state: DayState
    asked: AskedDay
    gives_up: int | None = None
    for_key: int = 0
    notes: Mapping[int, str] = field(default_factory=dict)
    promised: Mapping[int, tuple[int, int]] = field(default_factory=dict)


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
    tasks = contacts_of_day(session, state) | tasks_of_day(session, state)
    if not (state.open_visits or state.joined or tasks or wish.add_sites or wish.call_sites):
        raise RefusedError(f"Nothing is open on {state.day}: add an account first.")
    asked = state.rest(position=wish.position, overtime_s=wish.overtime_s, roads=roads)
    sites = added_sites(session, viewer, state, wish.add_sites, wish.call_sites)
    called = {*wish.call_sites, *(row.site_id for row in state.left if row.by_phone)}
    needs = {row.id: able_for(session, row.account_id, state) for row in sites}
    added = tuple(added_stop(row, by_phone=row.id in called, skills=needs[row.id]) for row in sites)
    asked, notes = with_tasks(replace(asked, added=(*asked.added, *added), next_key=wish.next_visit), state, tasks)
    later = [found for row in sites if (found := brought_forward(session, viewer, state, row, now=now, roads=roads))]
    if len({question.state.day for question in later}) < len(later):
        raise RefusedError("Two of these are planned for the same later day: add one after the other.")
    kept = {row.id: row.why for row in state.open_visits if row.why.startswith(KEPT_NOTES)}
    return DayQuestion(state, asked, notes=kept | notes), *later


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
        RefusedError: a visit whose moment is settled finds no room.
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
    with_others = {row.id for row in state.joined} | {JOINT}
    own_stops = [stop for stop in answer.stops if stop.key not in with_others]
    for number, stop in enumerate(own_stops, start=last_number(state) + 1):
        times = {"arrive_s": stop.arrive_s, "start_s": stop.start_s, "depart_s": stop.depart_s, "drive_s": stop.drive_s}
        wanted[stop.key] = times | {
            "sequence": number,
            "state": VisitState.PLANNED,
            "why": question.notes.get(stop.key, ""),
        }
    left = [
        *own_left_out(state, answer, with_others),
        *([(question.gives_up, why)] if question.gives_up is not None else []),
    ]
    for key, reason in left:
        wanted[key] = {"sequence": None, "state": VisitState.CANCELLED, "why": reason}
    for added in question.asked.added:
        if added.key not in with_others:
            wanted[added.key]["by_phone"] = added.by_phone
    for key, (from_s, until_s) in question.promised.items():
        wanted[key] |= {"promised_from_s": from_s, "promised_until_s": until_s}
    wanted = {again.get(key, key): values for key, values in wanted.items()}
    change_visits(session, known, {key: values for key, values in wanted.items() if key in known})
    types = types_of_sites(session, [-key for key in wanted if key not in known], state.day)
    for key, values in wanted.items():
        if key not in known:
            blank = dict.fromkeys(("arrive_s", "start_s", "depart_s", "drive_s", "done_at"))
            blank["type"] = None if values.get("by_phone") else types.get(-key)
            insert_all(session, Visit, [blank | own | values | {"site_id": -key, "outcome": "", "version": 1}])


def own_left_out(state: DayState, answer: SolvedDay, with_others: Collection[int]) -> list[tuple[int, str]]:
    """The rep's own visits that found no room.

    Raises:
        RefusedError: a visit with somebody else found none: that one is not for this day to drop.
    """
    names = {row.id: f"The joint visit at {row.account}" for row in state.joined}
    for key, reason in answer.left_out:
        if key in with_others:
            raise RefusedError(
                f"{names.get(key, 'The joint visit')} finds no room in the day of {state.hours.name}: {reason}."
            )
    return list(answer.left_out)


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
