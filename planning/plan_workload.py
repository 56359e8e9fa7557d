"""What the territories of a plan ask of their reps, each figure with how it is known, and how even that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from balancing.fairness import Evenness, evenness
from balancing.workload import Basis, rolled_up
from crm.columns import table_of
from crm.tables import Rep, Territory, Workload
from planning.overview import PlanView
from planning.viewer import Viewer, may_see_territories

territory, rep, workload = table_of(Territory), table_of(Rep), table_of(Workload)

WEEKS = ("accounts", "visits", "service_h", "access_h", "drive_h", "admin_h", "workload_h", "capacity_h")
YEAR = ("hours_a_year", "visits_a_year", "work_h_a_year", "net_h_a_year")
MONEY = ("value", "potential", "gap")
SUMMED = (*WEEKS, *YEAR, *MONEY)


@dataclass(frozen=True, slots=True)
class WorkloadView:
    """One territory's work over the plan's weeks and in a year; hours, `deviation` a share of the rep's part.

    `access_h` is part of `service_h`; administration is in `work_h_a_year`, measured against `net_h_a_year`, and not
    in `workload_h`, which is measured against the hours in the field. None: the plan was saved without it.
    """

    territory_id: int
    territory: str
    zone: int
    rep_id: int
    rep: str
    deviation: float
    accounts: int
    visits: int
    service_h: float
    access_h: float | None
    drive_h: float
    admin_h: float | None
    workload_h: float
    capacity_h: float
    hours_a_year: float
    visits_a_year: float | None
    work_h_a_year: float | None
    net_h_a_year: float | None
    value: float
    potential: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class TerritorySum:
    """A territory that others lie below: the sum of all of them."""

    territory_id: int
    territory: str
    accounts: int
    visits: int
    workload_h: float
    capacity_h: float
    hours_a_year: float
    value: float


def plan_workloads(session: Session, viewer: Viewer, plan_id: int) -> tuple[WorkloadView, ...]:
    """What each territory of a plan asks that the viewer may see, in order of the zones."""
    sql = (
        select(
            *(territory.c.id, territory.c.name, territory.c.zone, rep.c.id, rep.c.name),
            *(workload.c[name] for name in ("deviation", *SUMMED)),
        )
        .select_from(workload)
        .join(territory, territory.c.id == workload.c.territory_id)
        .join(rep, rep.c.id == workload.c.rep_id)
        .where(territory.c.plan_id == plan_id, may_see_territories(session, viewer))
        .order_by(territory.c.zone)
    )
    return tuple(WorkloadView(*row) for row in session.execute(sql))


def sums_above(
    session: Session, viewer: Viewer, plan_id: int, items: Sequence[WorkloadView]
) -> tuple[TerritorySum, ...]:
    """The territories above these in the tree, each the sum of what lies below it and may be seen."""
    names = ("accounts", "visits", "workload_h", "capacity_h", "hours_a_year", "value")
    tree = select(territory.c.id, territory.c.name, territory.c.parent_id).where(
        territory.c.plan_id == plan_id, may_see_territories(session, viewer)
    )
    rows = {str(row.id): row for row in session.execute(tree.order_by(territory.c.id))}
    parent = {name: str(row.parent_id) for name, row in rows.items() if row.parent_id is not None}
    own: dict[str, tuple[Any, ...]] = {
        str(item.territory_id): tuple(getattr(item, name) for name in names) for item in items
    }

    def plus(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(a + b for a, b in zip(left, right, strict=True))

    sums = rolled_up(own, parent, plus)
    above = [name for name in rows if name in sums and name not in own]
    return tuple(TerritorySum(rows[name].id, rows[name].name, *sums[name]) for name in above)


def plan_evenness(items: Sequence[WorkloadView]) -> tuple[Evenness, ...]:
    """How evenly hours, visits, value, potential and gap lie on the reps, each against the rep's hours in the field."""
    capacity: dict[str, float] = {}
    for item in items:
        capacity[item.rep] = max(capacity.get(item.rep, 0.0), item.capacity_h)
    most = max(capacity.values(), default=0.0)
    if not items or min(capacity.values()) <= 0:
        return ()
    share = {rep: hours / most for rep, hours in capacity.items()}
    found = []
    for metric, field in (("hours", "workload_h"), ("visits", "visits"), *((name, name) for name in MONEY)):
        amount = dict.fromkeys(capacity, 0.0)
        for item in items:
            amount[item.rep] += max(float(getattr(item, field) or 0), 0.0)
        if any(amount.values()):
            found.append(evenness(metric, amount, share))
    return tuple(found)


def bases(plan: PlanView) -> dict[str, str]:
    """How each figure of a plan's workload is known."""
    travel = Basis.ESTIMATED if plan.travel_estimated else Basis.PLANNED
    known = dict.fromkeys(("visits", "service_h", "access_h", "admin_h", "capacity_h", "net_h_a_year"), Basis.PLANNED)
    known |= dict.fromkeys(("drive_h", "workload_h", "deviation"), travel)
    known |= dict.fromkeys(("hours_a_year", "visits_a_year", "work_h_a_year", "potential", "gap"), Basis.ESTIMATED)
    known |= dict.fromkeys(("accounts", "value"), Basis.MEASURED)
    return {name: basis.value for name, basis in known.items()}
