"""Shapes of the answers about reps' days."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer, RouteOut
from api.schemas_assets import ServiceTaskOut
from api.schemas_tasks import TaskOut


class VisitOut(Answer):
    """A visit, planned or made."""

    id: int = Field(examples=[5])
    route_id: int | None = Field(examples=[9])
    sequence: int | None = Field(description="From 1; null when it has no place in the day", examples=[1])
    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    rep_id: int = Field(examples=[7])
    day: date = Field(examples=["2026-11-23"])
    state: str = Field(description="planned, done, skipped or cancelled", examples=["done"])
    outcome: str = Field(examples=["ordered"])
    why: str = Field(description="Why it was skipped or left out", examples=[""])
    done_at: datetime | None = Field(examples=["2026-11-23T09:31:00Z"])
    type: str | None = Field(description="Its type, see /api/activity-types", examples=["shelf_audit"])
    by_phone: bool = Field(description="By telephone or video", examples=[False])
    version: int = Field(examples=[2])


class ReportedOut(Answer):
    """A visit as it is now, and the act that made it so, to be undone with /api/batches/{batch_id}/undo."""

    visit: VisitOut
    batch_id: int = Field(examples=[12])


class DayPlannedOut(Answer):
    """The day as it is now, and the act that made it so."""

    route: RouteOut
    changed: tuple[int, ...] = Field(description="Visits that now follow another one than before", examples=[[5]])
    batch_id: int = Field(examples=[12])


class RankOut(Answer):
    """What makes the next best visit: the score is value x dueness x way."""

    value: float = Field(description="1: no value known; 2: the middle of those near", examples=[2.0])
    dueness: float = Field(description="1 on the day it falls due, more when late, less before", examples=[1.4])
    way: float = Field(description="1 without a detour, a half with one of 15 minutes", examples=[0.6])


class NearOut(Answer):
    """An account that could be taken in on the way."""

    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    line: str = Field(examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])
    lat: float = Field(examples=[52.54])
    lon: float = Field(examples=[13.39])
    service_s: int = Field(description="Length of a visit, seconds", examples=[1800])
    reason: str = Field(description="overdue, due, planned, left_out, contact or new", examples=["overdue"])
    on: date | None = Field(description="The day that goes with the reason", examples=["2026-11-12"])
    text: str = Field(description="What goes with the reason", examples=[""])
    extra_s: int = Field(description="Driving that it adds to the day, seconds", examples=[420])
    starts_at: datetime = Field(description="When the visit could begin", examples=["2026-11-23T11:10:00+01:00"])
    score: float = Field(description="How good a next visit it is: the product of the terms in rank", examples=[1.68])
    rank: RankOut


class NearbyOut(Answer):
    """What fits into the rest of a day, the shortest detour first."""

    day: date = Field(examples=["2026-11-23"])
    items: tuple[NearOut, ...]


class UnplannedOut(Answer):
    """Visits of an account that fell due and found no day in the plan."""

    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    visits: int = Field(examples=[1])
    reason: str = Field(examples=["no day has room for it and the way there (97% of the hours are taken)"])
    details: str = Field(
        description="What blocks one on each day, and the cheapest way to fit it in; empty where nobody looked",
        examples=[
            "2026-11-23: the day is full: would need 25 min more; the cheapest way to fit it in: on 2026-11-23, …"
        ],
    )


class AllUnplannedOut(Answer):
    """What of a rep's plan found no day, by name of the account."""

    items: tuple[UnplannedOut, ...]


class DayOffOut(Answer):
    """Why a rep does not work on a day."""

    kind: str = Field(description="weekday, holiday or absence", examples=["holiday"])
    name: str = Field(examples=["Tag der Deutschen Einheit"])


class WeekDayOut(Answer):
    """One day at a glance."""

    day: date = Field(examples=["2026-11-23"])
    off: DayOffOut | None
    visits: int = Field(examples=[8])
    done: int = Field(examples=[2])
    skipped: int = Field(examples=[0])
    drive_s: int = Field(examples=[7200])
    service_s: int = Field(examples=[18000])
    starts_at: datetime | None = Field(examples=["2026-11-23T08:30:00+01:00"])
    ends_at: datetime | None = Field(examples=["2026-11-23T16:40:00+01:00"])
    towns: tuple[str, ...] = Field(examples=[["Berlin"]])
    joined: int = Field(description="Of the visits: those that another rep leads", examples=[1])


class WeekOut(Answer):
    """Monday to Sunday."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    today: date = Field(description="Where the rep is", examples=["2026-11-23"])
    days: tuple[WeekDayOut, ...]


class AbsenceOut(Answer):
    """Days on which a rep is away, both ends included."""

    id: int = Field(examples=[3])
    rep_id: int = Field(examples=[7])
    first_on: date = Field(examples=["2026-12-21"])
    last_on: date = Field(examples=["2026-12-31"])
    reason: str = Field(examples=["leave"])
    version: int = Field(examples=[1])


class AbsencesOut(Answer):
    """The absences of a rep, the latest first."""

    items: tuple[AbsenceOut, ...]


class StopFactOut(Answer):
    """A planned visit and what became of it."""

    visit_id: int = Field(examples=[5])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    sequence: int | None = Field(
        description="In the planned order, from 1; null for a visit that another rep leads", examples=[1]
    )
    led_by: str = Field(description="The rep who leads it, where this one comes along", examples=[""])
    starts_at: datetime = Field(description="As planned", examples=["2026-11-23T09:00:00+01:00"])
    departs_at: datetime = Field(description="As planned", examples=["2026-11-23T09:30:00+01:00"])
    state: str = Field(description="planned, done, skipped or cancelled", examples=["done"])
    done_at: datetime | None = Field(description="When it ended, as reported", examples=["2026-11-23T09:41:00+01:00"])
    place: int | None = Field(description="In the order in which visits were made, from 1", examples=[2])
    late_s: int | None = Field(description="Ended so much later than planned; below 0: sooner", examples=[660])
    outcome: str = Field(examples=["ordered"])
    why: str = Field(description="Why it was skipped", examples=[""])


class ExtraVisitOut(Answer):
    """A visit made that was not on the day's route."""

    account_id: int = Field(examples=[44])
    account: str = Field(examples=["Kiosk am Tor"])
    done_at: datetime = Field(examples=["2026-11-23T11:10:00+01:00"])
    place: int = Field(description="In the order in which visits were made, from 1", examples=[3])
    outcome: str = Field(examples=["met"])
    lat: float | None = Field(examples=[52.54])
    lon: float | None = Field(examples=[13.39])


class WayOut(Answer):
    """From home through visits in order and home again."""

    straight_m: int = Field(description="In straight lines", examples=[41200])
    estimated_drive_s: int = Field(description="Driving that straight lines let expect", examples=[5400])


class DueContactOut(Answer):
    """A client who was promised a contact, and nobody has been in touch since."""

    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    site_id: int = Field(description="The first of the account's", examples=[17])
    on: date = Field(description="Promised for this day", examples=["2026-11-20"])
    visit_on: date | None = Field(description="Day of the next visit planned", examples=[None])


class AgendaOut(Answer):
    """What a rep has to do by a day besides the visits of the route, the oldest first."""

    rep_id: int = Field(examples=[7])
    day: date = Field(examples=["2026-11-23"])
    contacts: tuple[DueContactOut, ...]
    tasks: tuple[TaskOut, ...]
    service: tuple[ServiceTaskOut, ...] = Field(description="Faults of equipment at the rep's outlets")


class DayFactOut(Answer):
    """A rep's day, planned and done; done is what was reported, since no positions are kept."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    day: date = Field(examples=["2026-11-23"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    planned: int = Field(description="Visits of the day as planned last, those of others included", examples=[9])
    done: int = Field(description="Of the planned ones", examples=[7])
    skipped: int = Field(examples=[1])
    on_time: int = Field(description="Ended within 15 minutes of their planned end", examples=[5])
    out_of_order: int = Field(description="Fewest visits without which the rest kept the planned order", examples=[1])
    mean_off_s: int | None = Field(description="Mean distance from the planned end, sooner or later", examples=[540])
    planned_drive_s: int | None = Field(description="What the plan reckons with; null: no route", examples=[7200])
    planned_way: WayOut
    made_way: WayOut = Field(description="Through the visits made, extra ones included, in the order of their reports")
    stops: tuple[StopFactOut, ...]
    extra: tuple[ExtraVisitOut, ...]
