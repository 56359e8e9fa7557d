"""A small finished plan: two reps, three accounts each in their own square, and one account without a place."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shapely.geometry import box

from geo.address import Address
from geo.located import Level
from geo.place import Place
from planning.result import (
    PlannedAccount,
    PlanResult,
    RepFigures,
    RouteDay,
    RouteStop,
    Transfer,
    UnservedVisits,
    ZoneShape,
)

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def account(number: int, place: Place | None, zone: int | None, **more: Any) -> PlannedAccount:
    """Account `a1`, `a2`, … of rep 0 or 1."""
    facts: dict[str, Any] = {
        "id": f"a{number}",
        "row": number + 1,
        "name": f"Account {number}",
        "address": Address(line=f"Street {number}", city="Town", country="DE"),
        "place": place,
        "level": Level.GIVEN if place else Level.NONE,
        "zone": zone,
        "rep": None if zone is None else f"Rep {zone}",
        "visits_per_year": 12.0,
        "service_min": 30.0,
        "value": 100.0 * number,
        "segment": "A",
        "current_rep": None,
        "locked": False,
        "status": "unplaced" if zone is None else "planned",
        "why": "no coordinates and no address" if zone is None else "nearest to the middle",
    }
    return PlannedAccount(**(facts | more))


def route(rep: int, day: date, stops: tuple[int, ...], places: tuple[Place, ...]) -> RouteDay:
    """Visits of half an hour from nine, half an hour apart."""
    nine = datetime.combine(day, time(9))
    return RouteDay(
        rep=f"Rep {rep}",
        date=day,
        starts_at=nine - timedelta(minutes=30),
        ends_at=nine + timedelta(hours=len(stops)),
        stops=tuple(
            RouteStop(
                sequence=number + 1,
                account=position,
                arrive=nine + timedelta(hours=number),
                start=nine + timedelta(hours=number),
                depart=nine + timedelta(hours=number, minutes=30),
                drive_min=30.0,
                service_min=30.0,
            )
            for number, position in enumerate(stops)
        ),
        drive_min=30.0 * (len(stops) + 1),
        lunch=None,
        line=places,
        proven=True,
    )


def small_plan(starts_on: date = MONDAY, **more: Any) -> PlanResult:
    """Rep 0 works 10–11° east, rep 1 the square east of it; both at 50–51° north. Rep 0 works on Monday and Wednesday."""
    places = [Place(50.25 + 0.25 * (n % 3), 10.5 + n // 3) for n in range(6)]
    accounts = (*(account(n + 1, places[n], n // 3) for n in range(6)), account(7, None, None))
    reps = tuple(
        RepFigures(
            rep=f"Rep {zone}",
            zone=zone,
            home=Place(50.5, 10.5 + zone),
            home_assumed=True,
            accounts=3,
            visits=4,
            service_h=2.0,
            drive_h=3.0,
            workload_h=5.0,
            capacity_h=80.0,
            value=600.0 + 900 * zone,
            deviation=0.0,
            hours_a_year=130.0,
        )
        for zone in range(2)
    )
    days = (
        route(0, starts_on, (0, 1), tuple(places[:2])),
        route(0, starts_on + timedelta(days=2), (2, 0), (places[2], places[0])),
        route(1, starts_on, (3, 4, 5), tuple(places[3:6])),
    )
    facts: dict[str, Any] = {
        "title": "Two squares",
        "source": "squares.csv",
        "accounts": accounts,
        "rejected": 0,
        "reps": reps,
        "zones": tuple(ZoneShape(z, f"Rep {z}", box(10 + z, 50, 11 + z, 51), Place(50.5, 10.5 + z)) for z in range(2)),
        "days": days,
        "unserved": (UnservedVisits(2, "Rep 0", 1, "the day is full"),),
        "transfers": (Transfer(5, "Rep 9", "Rep 1", "lies among the accounts of Rep 1", 6.0, 600.0),),
        "scenarios": (),
        "visits_due": 8,
        "max_deviation": 0.0,
        "certificate": None,
        "tolerance": 0.05,
        "starts_on": starts_on,
        "weeks": 1,
        "seed": 0,
        "travel_source": "estimated: straight line",
        "travel_estimated": True,
        "attribution": "",
        "notes": ("travel times are estimated",),
        "defaults": {"service_min": "30"},
    }
    return PlanResult(**(facts | more))
