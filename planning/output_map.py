"""`plan.html`: the plan as a map."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.line_file import DrawnLines
from maps import (
    Accounts,
    BaseLine,
    Figures,
    MarkedLine,
    PlanView,
    Route,
    Zone,
)
from maps import RouteStop as MapStop
from maps import Transfer as MapTransfer
from planning.output_proof import proof_sentences
from planning.result import PlannedAccount, PlanResult, RepFigures, RouteDay


def plan_view(result: PlanResult) -> PlanView:
    """What the map shows of a plan."""
    shapes = {shape.zone: shape for shape in result.zones}
    before = {rep.rep: rep for rep in result.as_is.reps} if result.as_is else {}
    zones = []
    for rep in result.reps:
        shape = shapes.get(rep.zone)
        outline = shape.outline if shape and isinstance(shape.outline, Polygon | MultiPolygon) else Polygon()
        zones.append(
            Zone(
                name=str(rep.zone + 1),
                rep=rep.rep,
                outline=outline,
                figures=_figures(rep),
                label=shape.label if shape else rep.home,
                as_is=_figures(before[rep.rep]) if rep.rep in before else None,
            )
        )
    number = {rep.rep: rep.zone for rep in result.reps}
    return PlanView(
        title=result.title,
        accounts=_accounts(result.accounts),
        zones=tuple(zones),
        routes=tuple(_route(day, number[day.rep]) for day in result.days),
        transfers=tuple(MapTransfer(row.account, row.from_rep, row.to_rep, row.reason) for row in result.transfers),
        starts_on=result.starts_on,
        weeks=result.weeks,
        proof=proof_sentences(result),
        notes=(f"Travel times: {result.travel_source}.", *result.notes),
        attribution=result.attribution,
        basemap=tuple(BaseLine(road.line, "road" if road.main else "street") for road in result.roads),
        lines=() if result.barriers is None else tuple(barrier_lines(result.barriers)),
    )


def barrier_lines(barriers: DrawnLines) -> Iterator[MarkedLine]:
    """Barriers as lines over the map."""
    for line in barriers.lines:
        yield MarkedLine(shapely.get_coordinates(line)[:, ::-1])


def _accounts(accounts: tuple[PlannedAccount, ...]) -> Accounts:
    nowhere = float("nan")
    return Accounts(
        ids=tuple(account.id for account in accounts),
        names=tuple(account.name for account in accounts),
        lat=np.array([account.place.lat if account.place else nowhere for account in accounts]),
        lon=np.array([account.place.lon if account.place else nowhere for account in accounts]),
        zone=np.array([-1 if account.zone is None else account.zone for account in accounts], dtype=np.int32),
        status=tuple(account.status for account in accounts),
        why=tuple(account.why for account in accounts),
        visits_per_year=np.array([account.visits_per_year for account in accounts]),
        minutes=np.array([account.service_min for account in accounts]),
        address=tuple(
            ", ".join(filter(None, (account.address.line, account.address.postcode, account.address.city)))
            for account in accounts
        ),
        value=np.array([nowhere if account.value is None else account.value for account in accounts])
        if any(account.value is not None for account in accounts)
        else None,
    )


def _figures(rep: RepFigures) -> Figures:
    return Figures(
        accounts=rep.accounts,
        visits=rep.visits,
        service_h=rep.service_h,
        drive_h=rep.drive_h,
        workload_h=rep.workload_h,
        capacity_h=rep.capacity_h,
        deviation=rep.deviation,
        value=rep.value or None,
    )


def _route(day: RouteDay, zone: int) -> Route:
    return Route(
        zone=zone,
        date=day.date,
        stops=tuple(
            MapStop(stop.account, stop.sequence, f"{stop.arrive:%H:%M}", f"{stop.depart:%H:%M}", stop.drive_min)
            for stop in day.stops
        ),
        line=np.array([(place.lat, place.lon) for place in day.line]),
        starts=f"{day.starts_at:%H:%M}",
        ends=f"{day.ends_at:%H:%M}",
        lunch=f"{day.lunch[0]:%H:%M}–{day.lunch[1]:%H:%M}" if day.lunch else "",
        drive_min=day.drive_min,
    )
