"""Meetings: which moments can be offered to a customer, and settling one, also with other reps.

A moment is free when the rep can get there and back in time between the visits of the day as they are ordered; one that
several reps need is free when it is for each of them. What is settled becomes a visit of the day with the time that was
promised, and nothing that is planned again later moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Site, Visit, VisitCompanion
from planning.cycle_clients import PUNCTUAL_S
from planning.day_plans import JOINT, DayQuestion, DayWish, ask_day, save_days
from planning.day_solver import AskedDay, AskedStop, Free, Roads, SolvedDay
from planning.day_state import PROMISED_WEIGHT, DayState, day_state
from planning.day_stops import added_sites, added_stop
from planning.joint_visits import reps_sharing
from planning.record_errors import RefusedError
from planning.record_rows import insert_all
from planning.rep_days import days_off, rep_hours
from planning.today import clock, midnight_of
from planning.viewer import Viewer, everything

visit, site = table_of(Visit), table_of(Site)

LONGEST_SEARCH_DAYS = 31
FARTHEST = timedelta(days=366)
"""So far ahead a meeting may be."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting at a site, beginning at `at_s` (seconds after midnight where the rep is) and `service_s` long."""

    site_id: int
    day: date
    at_s: int
    service_s: int
    text: str = ""
    companions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotView:
    """The meeting may begin at any moment from `from_at` to `until_at`; `extra_s`: driving it adds, of all reps."""

    day: date
    from_at: datetime
    until_at: datetime
    extra_s: int


@dataclass(frozen=True, slots=True)
class SlotsQuestion:
    """The stop to be placed, and the days of everybody who comes, rep by rep, on the days when all of them work."""

    stop: AskedStop
    states: tuple[tuple[DayState, ...], ...]
    asked: tuple[tuple[AskedDay, ...], ...]


def ask_slots(
    session: Session,
    viewer: Viewer,
    rep_id: int,
    site_id: int,
    first: date,
    last: date,
    *,
    service_s: int,
    companions: Sequence[int] = (),
    now: datetime,
    roads: Roads,
) -> SlotsQuestion:
    """The days on which a meeting could be, as questions.

    Raises:
        MissingError: there is no such rep or site for the viewer.
        RefusedError: too many days, days behind, or somebody who does not share the account.
    """
    if not 0 <= (last - first).days < LONGEST_SEARCH_DAYS:
        raise RefusedError(f"Moments are sought on 1 to {LONGEST_SEARCH_DAYS} days; got {first} to {last}.")
    require_near(last, now)
    state = day_state(session, viewer, rep_id, first, now=now)
    (row,) = added_sites(session, viewer, replace(state, open_visits=()), (site_id,), ())
    require_sharing(session, site_id, row.account_id, rep_id, companions, first)
    team = (rep_id, *companions)
    off = {day for one in team for day in days_off(session, rep_hours(session, one), first, last)}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    days = [day for day in days if day not in off]
    seen = everything(viewer.day)
    states = tuple(tuple(day_state(session, seen, one, day, now=now) for one in team) for day in days)
    open_days = [(known, asked) for known in states if (asked := rests(known, roads))]
    stop = replace(added_stop(row), service_s=service_s)
    return SlotsQuestion(stop, tuple(known for known, _ in open_days), tuple(asked for _, asked in open_days))


def require_near(day: date, now: datetime) -> None:
    """Go on only with a day that is not too far ahead.

    Raises:
        RefusedError: it is.
    """
    if day - now.date() > FARTHEST:
        raise RefusedError(f"A meeting lies {FARTHEST.days} days ahead at most; asked for {day}.")


def rests(states: Sequence[DayState], roads: Roads) -> tuple[AskedDay, ...]:
    """The rest of the day of each rep; none where the day of one of them is over."""
    try:
        return tuple(state.rest(roads=roads) for state in states)
    except RefusedError:
        return ()


def slot_views(question: SlotsQuestion, found: Sequence[Sequence[Sequence[Free]]]) -> tuple[SlotView, ...]:
    """When everybody can, by day and time; `found` are the slots of each rep on each of the question's days."""
    views = []
    for states, each in zip(question.states, found, strict=True):
        midnight = midnight_of(states[0].day, states[0].hours.zone)
        together = list(each[0])
        for state, slots in zip(states[1:], each[1:], strict=True):
            away_s = round((midnight_of(state.day, state.hours.zone) - midnight).total_seconds())
            here = [Free(slot.from_s + away_s, slot.to_s + away_s, slot.extra_s) for slot in slots]
            together = [
                Free(max(a.from_s, b.from_s), min(a.to_s, b.to_s), a.extra_s + b.extra_s)
                for a in together
                for b in here
                if max(a.from_s, b.from_s) <= min(a.to_s, b.to_s)
            ]
        for slot in sorted(together):
            times = clock(midnight, slot.from_s), clock(midnight, slot.to_s)
            views.append(SlotView(states[0].day, *times, slot.extra_s))
    return tuple(views)


def require_sharing(
    session: Session, site_id: int, account_id: int, rep_id: int, companions: Sequence[int], day: date
) -> None:
    """Go on only where everybody who comes along shares the account.

    Raises:
        RefusedError: the rep who leads is among them, or one of them does not share it.
    """
    if rep_id in companions:
        raise RefusedError(f"Rep {rep_id} leads the meeting; name those who come along.")
    sharing = reps_sharing(session, site_id, account_id, day) if companions else {}
    if others := [one for one in companions if one not in sharing]:
        raise RefusedError(f"Rep {others[0]} does not share the account on {day}.")


def ask_meeting(
    session: Session, viewer: Viewer, rep_id: int, meeting: Meeting, *, now: datetime, roads: Roads
) -> tuple[DayQuestion, ...]:
    """The rep's day with the meeting in it, then the days of those who come along, then later days that give one up.

    Raises:
        MissingError: there is no such rep or site for the viewer.
        RefusedError: the moment is behind, somebody does not work that day or does not share the account.
    """
    require_near(meeting.day, now)
    state = day_state(session, viewer, rep_id, meeting.day, now=now)
    if state.now_s is not None and meeting.at_s < state.now_s:
        raise RefusedError("The meeting would begin in the past.")
    there = next((row.id for row in state.open_visits if row.site_id == meeting.site_id and not row.by_phone), None)
    wish = DayWish(add_sites=() if there is not None else (meeting.site_id,))
    own, *later = ask_day(session, viewer, rep_id, meeting.day, wish, now=now, roads=roads)
    key = -meeting.site_id if there is None else there
    begins = meeting.at_s, meeting.at_s + PUNCTUAL_S
    changed = {"begins": begins, "service_s": meeting.service_s, "weight": PROMISED_WEIGHT}
    stops, added = (
        tuple(replace(one, **changed) if one.key == key else one for one in some)  # type: ignore[arg-type]
        for some in (own.asked.stops, own.asked.added)
    )
    notes = {**own.notes, key: f"meeting: {meeting.text}" if meeting.text else "meeting"}
    asked = replace(own.asked, stops=stops, added=added)
    own = replace(own, asked=asked, notes=notes, promised={key: begins})
    stop = next(one for one in (*stops, *added) if one.key == key)
    joined = [beside(session, state, one, stop, now=now, roads=roads) for one in meeting.companions]
    if meeting.companions:
        account_id = account_of(session, meeting.site_id)
        require_sharing(session, meeting.site_id, account_id, rep_id, meeting.companions, meeting.day)
    return own, *joined, *later


def account_of(session: Session, site_id: int) -> int:
    """The account of a site that is there."""
    return int(session.execute(select(site.c.account_id).where(site.c.id == site_id)).scalar_one())


def beside(
    session: Session, leader: DayState, rep_id: int, stop: AskedStop, *, now: datetime, roads: Roads
) -> DayQuestion:
    """The day of somebody who comes along, with the meeting at the same moment.

    Raises:
        RefusedError: the rep does not work that day.
    """
    hours = rep_hours(session, rep_id)
    off = days_off(session, hours, leader.day, leader.day).get(leader.day)
    if off is not None:
        why = f"{off.kind} {off.name}".strip() if off.kind != "weekday" else "a day off"
        raise RefusedError(f"{hours.name} does not work on {leader.day}: {why}.")
    state = day_state(session, everything(leader.day), rep_id, leader.day, now=now)
    away_s = round((midnight_of(leader.day, leader.hours.zone) - midnight_of(state.day, hours.zone)).total_seconds())
    assert stop.begins is not None
    begins = stop.begins[0] + away_s, stop.begins[1] + away_s
    asked = state.rest(roads=roads)
    return DayQuestion(state, replace(asked, added=(*asked.added, replace(stop, key=JOINT, begins=begins))))


def save_meeting(
    session: Session,
    questions: Sequence[DayQuestion],
    answers: Sequence[SolvedDay],
    meeting: Meeting,
    viewer: Viewer,
    *,
    now: datetime,
) -> int:
    """Write the days with the meeting in them; returns the id of its visit.

    Raises:
        StaleError: something in one of the days was changed since the question was asked.
        RefusedError: there is no room for the meeting at that moment, and why.
    """
    own = questions[0]
    (key,) = own.promised
    for left, reason in answers[0].left_out:
        if left == key:
            raise RefusedError(f"There is no room for the meeting then: {reason}.")
    save_days(session, questions, answers, viewer, now=now)
    rep_id = own.state.hours.rep_id
    sql = select(visit.c.id).where(
        visit.c.site_id == meeting.site_id,
        visit.c.rep_id == rep_id,
        visit.c.day == meeting.day,
        visit.c.sequence.is_not(None),
        visit.c.promised_from_s == meeting.at_s,
    )
    made = int(session.execute(sql).scalars().one())
    insert_all(session, VisitCompanion, [{"visit_id": made, "rep_id": one, "version": 1} for one in meeting.companions])
    return made
