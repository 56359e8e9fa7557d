"""From a finished plan to rows of the record: the only place where the two meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from crm.tables import AccountState, HolderRole, PlanState, TerritoryPlan, VisitState
from geo.located import Located
from geo.place import Place
from planning.kept_wishes import wishes_as_json
from planning.site_places import place_values
from planning.vehicles import vehicle_columns
from planning.working_time import WorkingTime

if TYPE_CHECKING:
    from planning.result import PlannedAccount, PlanResult, RouteDay, UnservedVisits

Row = dict[str, Any]
"""One row to insert, by column."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids in the database of what a plan names otherwise: sites by position, reps by name, territories by zone.

    `visit_type` are the types of visits at the sites, by id; sites without one are left out.
    """

    plan: int
    site: Sequence[int]
    rep: Mapping[str, int]
    territory: Mapping[int, int]
    visit_type: Mapping[int, str] = field(default_factory=dict)


def account_row(account: "PlannedAccount", now: datetime) -> Row:
    """The firm."""
    return {
        "external_id": account.id,
        "name": account.name or account.id,
        "state": AccountState.ACTIVE,
        "segment": account.segment,
        "industry": account.industry,
        "value": account.value,
        "potential": account.potential,
        "created_at": now,
    }


def site_row(account: "PlannedAccount", account_id: int) -> Row:
    """The place it is visited at."""
    address, place = account.address, account.place
    return {
        "account_id": account_id,
        "line": address.line,
        "city": address.city,
        "postcode": address.postcode,
        "region": address.region,
        "country": address.country,
        **place_values(account.located or Located(place, account.level, 0.0, "")),
        "why": account.why if account.zone is None else "",
        "visits_per_year": account.visits_per_year,
        "service_s": round(account.service_min * 60),
        "last_visit_on": account.last_visit,
        "opening_hours": account.opening_hours,
        "wishes": wishes_as_json(account.wishes),
    }


def rep_rows(result: "PlanResult", time_zone: str) -> list[Row]:
    """Everyone the plan names: the reps it plans, and those who only hold accounts today."""
    rows: dict[str, Row] = {}
    for rep in result.reps:
        rows[rep.rep] = {"home_lat": rep.home.lat, "home_lon": rep.home.lon, "home_assumed": rep.home_assumed}
        rows[rep.rep] |= working_columns(rep.works or WorkingTime()) | vehicle_columns(rep.vehicle)
    homeless = {"home_lat": None, "home_lon": None, "home_assumed": False} | working_columns(WorkingTime())
    homeless |= vehicle_columns(None)
    for transfer in result.transfers:
        for name in filter(None, (transfer.from_rep, transfer.to_rep)):
            rows.setdefault(name, homeless)
    return [{"external_id": name, "name": name, "time_zone": time_zone} | row for name, row in rows.items()]


def working_columns(works: WorkingTime) -> Row:
    """Working time as columns of a rep."""
    return {
        "weekdays": "".join(str(day) for day in sorted(works.weekdays)),
        "shift_start_s": works.shift_start_s,
        "shift_end_s": works.shift_end_s,
        "holidays": works.holidays,
    }


def absence_rows(result: "PlanResult", ids: Ids) -> list[Row]:
    """The days off of every rep, those in a row as one absence."""
    rows: list[Row] = []
    for rep in result.reps:
        for day in sorted(rep.works.days_off if rep.works else ()):
            last = rows[-1] if rows and rows[-1]["rep_id"] == ids.rep[rep.rep] else None
            if last is not None and last["last_on"] + timedelta(days=1) == day:
                last["last_on"] = day
            else:
                rows.append({"rep_id": ids.rep[rep.rep], "first_on": day, "last_on": day, "reason": "", "version": 1})
    return rows


def plan_row(result: "PlanResult", now: datetime, *, publish: bool) -> TerritoryPlan:
    """The plan itself, published or as a draft."""
    proof = result.certificate
    return TerritoryPlan(
        title=result.title,
        source=result.source,
        state=PlanState.PUBLISHED if publish else PlanState.DRAFT,
        starts_on=result.starts_on,
        weeks=result.weeks,
        valid_from=result.starts_on if publish else None,
        seed=result.seed,
        tolerance=result.tolerance,
        max_deviation=result.max_deviation,
        visits_due=result.visits_due,
        visits_planned=result.visits_planned,
        visits_unserved=result.visits_unserved,
        cost=proof.cost if proof else None,
        bound=proof.bound if proof else None,
        gap=proof.gap if proof else None,
        holds_for=proof.holds_for if proof else "",
        travel_source=result.travel_source,
        travel_estimated=result.travel_estimated,
        attribution=result.attribution,
        notes=list(result.notes),
        defaults=dict(result.defaults),
        created_at=now,
    )


def territory_rows(result: "PlanResult", plan: int) -> list[Row]:
    """One per rep's zone, with its outline where one was drawn."""
    shapes = {shape.zone: shape for shape in result.zones}
    rows = []
    for rep in result.reps:
        row: Row = {"plan_id": plan, "zone": rep.zone, "name": rep.rep}
        row |= dict.fromkeys(("outline_wkb", "min_lat", "min_lon", "max_lat", "max_lon", "label_lat", "label_lon"))
        if (shape := shapes.get(rep.zone)) and not shape.outline.is_empty:
            min_lon, min_lat, max_lon, max_lat = shape.outline.bounds
            row |= {"min_lat": min_lat, "min_lon": min_lon, "max_lat": max_lat, "max_lon": max_lon}
            row |= {"label_lat": shape.label.lat, "label_lon": shape.label.lon, "outline_wkb": shape.outline.wkb}
        rows.append(row)
    return rows


def holder_rows(result: "PlanResult", ids: Ids) -> list[Row]:
    """The rep of each zone as its primary holder from the first day of the plan."""
    return [
        {
            "territory_id": ids.territory[rep.zone],
            "rep_id": ids.rep[rep.rep],
            "role": HolderRole.PRIMARY,
            "valid_from": result.starts_on,
        }
        for rep in result.reps
    ]


def assignment_rows(result: "PlanResult", ids: Ids) -> list[Row]:
    """The territory of every account that has one, from the first day of the plan; key accounts stay in theirs."""
    return [
        {
            "plan_id": ids.plan,
            "site_id": ids.site[position],
            "territory_id": ids.territory[account.zone],
            "locked": account.locked or account.key_owner is not None,
            "reason": account.why,
            "valid_from": result.starts_on,
        }
        for position, account in enumerate(result.accounts)
        if account.zone is not None
    ]


def workload_rows(result: "PlanResult", ids: Ids) -> list[Row]:
    """What each territory asks of its rep."""
    same = ("accounts", "visits", "service_h", "drive_h", "workload_h", "capacity_h", "value", "deviation")
    more = year_figures(result)
    return [
        {name: getattr(rep, name) for name in (*same, "hours_a_year")}
        | {"territory_id": ids.territory[rep.zone], "rep_id": ids.rep[rep.rep]}
        | more.get(rep.zone, {})
        for rep in result.reps
    ]


def year_figures(result: "PlanResult") -> dict[int, Row]:
    """By zone: what goes to access and administration in the weeks planned, and the year's figures."""
    if result.workload is None:
        return {}
    rows: dict[int, Row] = {}
    for year in result.workload.years:
        weeks = [week.work for week in result.workload.weeks if week.zone == year.zone]
        rows[year.zone] = {
            "access_h": sum(work.access_s for work in weeks) / 3600,
            "admin_h": sum(work.admin_s for work in weeks) / 3600,
            "visits_a_year": year.work.visits,
            "work_h_a_year": year.work.total_s / 3600,
            "net_h_a_year": year.net_s / 3600,
            "potential": year.sales.potential,
            "gap": year.sales.gap,
        }
    return rows


def transfer_rows(result: "PlanResult", ids: Ids) -> list[Row]:
    """The account transfers the plan suggests; an account that nobody had before changes no hands."""
    return [
        {
            "plan_id": ids.plan,
            "site_id": ids.site[transfer.account],
            "from_rep_id": ids.rep[transfer.from_rep],
            "to_rep_id": ids.rep[transfer.to_rep],
            "reason": transfer.reason,
            "hours": transfer.hours,
            "value": transfer.value,
        }
        for transfer in result.transfers
        if transfer.from_rep
    ]


def unserved_rows(unserved: Sequence["UnservedVisits"], ids: Ids) -> list[Row]:
    """The visits that found no day."""
    return [
        {
            "plan_id": ids.plan,
            "site_id": ids.site[row.account],
            "rep_id": ids.rep[row.rep],
            "visits": row.visits,
            "reason": row.reason,
            "details": row.details,
        }
        for row in unserved
    ]


def route_rows(days: Sequence["RouteDay"], ids: Ids) -> list[Row]:
    """One per rep and day."""
    return [route_row(day, ids) for day in days]


def route_row(day: "RouteDay", ids: Ids) -> Row:
    """A day with its times as seconds after its own midnight, and its line as WKB."""
    start, end = day.lunch or (None, None)
    return {
        "plan_id": ids.plan,
        "rep_id": ids.rep[day.rep],
        "day": day.date,
        "start_s": second_of(day.date, day.starts_at),
        "end_s": second_of(day.date, day.ends_at),
        "drive_s": round(day.drive_min * 60),
        "lunch_start_s": second_of(day.date, start) if start else None,
        "lunch_end_s": second_of(day.date, end) if end else None,
        "proven": day.proven,
        "line_wkb": line_wkb(day.line),
    }


def line_wkb(line: Sequence[Place]) -> bytes | None:
    """The way to draw; None when it is not even two points."""
    from shapely import LineString, to_wkb

    if len(line) < 2:
        return None
    wkb: bytes = to_wkb(LineString([(place.lon, place.lat) for place in line]))
    return wkb


def visit_rows(days: Sequence["RouteDay"], ids: Ids, routes: Sequence[int]) -> list[Row]:
    """The planned visits of every route, in order; `routes` are the ids of the days."""
    return [
        {
            "route_id": route,
            "sequence": stop.sequence,
            "site_id": ids.site[stop.account],
            "rep_id": ids.rep[day.rep],
            "day": day.date,
            "state": VisitState.PLANNED,
            "arrive_s": second_of(day.date, stop.arrive),
            "start_s": second_of(day.date, stop.start),
            "depart_s": second_of(day.date, stop.depart),
            "drive_s": round(stop.drive_min * 60),
            "by_phone": stop.by_phone,
            "type": None if stop.by_phone else ids.visit_type.get(ids.site[stop.account]),
        }
        for route, day in zip(routes, days, strict=True)
        for stop in day.stops
    ]


def second_of(day: date, moment: datetime) -> int:
    """Seconds after the local midnight of `day`; past 86,400 after the next one."""
    return round((moment - datetime.combine(day, time())).total_seconds())
