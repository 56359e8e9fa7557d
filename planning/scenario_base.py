"""What a scenario stands on: the sites of a plan as arrays, its territories, and the hours of both.

Reading a hundred thousand sites takes longer than any edit of a border may, so the last few plans are remembered for as
long as the ledger tells of no change in what they were read from.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Assignment,
    Change,
    HolderRole,
    Site,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Workload,
)
from planning.plans_in_force import covers
from planning.record_errors import MissingError

account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
territory, holder, workload = table_of(Territory), table_of(TerritoryHolder), table_of(Workload)
plan, change = table_of(TerritoryPlan), table_of(Change)

NOBODY = -1
WEEKS_A_YEAR = 52
REMEMBERED = 6
READ_FROM = ("account", "site", "assignment", "territory", "territory_holder", "territory_plan", "workload")
WINDOW = 5_000
"""So many changes are looked at again, because on PostgreSQL a change may appear after one with a higher id."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A territory of a scenario. `outline` is WKB (EPSG:4326); hours are over the plan's weeks.

    `drive_h` is the driving that a visit costs in it on average. `comes_from` is the territory it was split from.
    """

    name: str
    rep_id: int | None
    outline: bytes | None
    drive_h: float
    capacity_h: float
    comes_from: int | None = None

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in Ground.__dataclass_fields__} | {
            "outline": None if self.outline is None else self.outline.hex()
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Ground":
        """From JSON."""
        outline = data["outline"]
        return cls(**(data | {"outline": None if outline is None else bytes.fromhex(outline)}))


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan measured for a territory over its weeks, in hours; zeros where it measured nothing."""

    visits: float = 0.0
    service_h: float = 0.0
    drive_h: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The sites (n,) of a plan in order of their ids, and its territories by key, which is their zone in the plan.

    `zone` (n,) is a key, -1 for sites that lie in no territory. `ids`: the row of each territory in the record.
    Visits and service are a year's. Latitude and longitude are NaN where nothing is known.
    """

    plan_id: int
    weeks: int
    site: NDArray[np.int64]
    account: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    visits: NDArray[np.float64]
    service_h: NDArray[np.float64]
    value: NDArray[np.float64]
    zone: NDArray[np.int32]
    locked: NDArray[np.bool_]
    territories: dict[int, Ground]
    planned: dict[int, Planned]
    ids: dict[int, int]

    def rows_of(self, sites: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of these ids.

        Raises:
            MissingError: one of them is not there.
        """
        rows = np.searchsorted(self.site, sites)
        known = (rows < len(self.site)) & (self.site[np.minimum(rows, len(self.site) - 1)] == sites)
        if not known.all():
            raise MissingError(f"There is no site {int(sites[~known][0])}.")
        return np.asarray(rows, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Seen:
    """How much of the ledger a base was read after: of the changes above `floor` so many concern it."""

    floor: int
    count: int


_kept: "OrderedDict[tuple[str, int], tuple[_Seen, Base]]" = OrderedDict()
_lock = Lock()


def read_base(session: Session, plan_id: int) -> Base:
    """The sites and territories of a plan as they are now.

    Raises:
        MissingError: there is no such plan, or it was never in force and has no territories.
    """
    key = (session.get_bind().engine.url.render_as_string(hide_password=False), plan_id)
    with _lock:
        held = _kept.get(key)
    if held and _count(session, held[0].floor) == held[0].count:
        return held[1]
    floor = max(0, (session.scalar(select(func.max(change.c.id))) or 0) - WINDOW)
    seen = _Seen(floor, _count(session, floor))
    base = _read(session, plan_id)
    with _lock:
        _kept[key] = (seen, base)
        _kept.move_to_end(key)
        while len(_kept) > REMEMBERED:
            _kept.popitem(last=False)
    return base


def _count(session: Session, floor: int) -> int:
    told = select(func.count()).where(change.c.id > floor, change.c.table_name.in_(READ_FROM))
    return int(session.scalar(told) or 0)


def _read(session: Session, plan_id: int) -> Base:
    row = session.execute(select(plan.c.weeks, plan.c.valid_from, plan.c.starts_on).where(plan.c.id == plan_id)).first()
    if row is None:
        raise MissingError(f"There is no plan {plan_id}.")
    grounds, planned, ids = _territories(session, plan_id)
    number = {row_id: key for key, row_id in ids.items()}
    open_now = (assignment.c.plan_id == plan_id) & assignment.c.valid_to.is_(None)
    if session.scalar(select(plan.c.valid_to).where(plan.c.id == plan_id)) is not None:  # as it ended
        open_now = (assignment.c.plan_id == plan_id) & _last(plan_id)
    sql = (
        select(site.c.id, site.c.account_id, site.c.lat, site.c.lon, site.c.visits_per_year, site.c.service_s)
        .add_columns(account.c.value, assignment.c.territory_id, assignment.c.locked)
        .join(account, account.c.id == site.c.account_id)
        .outerjoin(assignment, (assignment.c.site_id == site.c.id) & open_now)
        .order_by(site.c.id)
    )
    rows = session.execute(sql).all()
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 9
    known = np.array([NOBODY if key is None else number.get(key, NOBODY) for key in columns[7]], dtype=np.int32)

    def numbers(column: Any) -> NDArray[np.float64]:
        return np.array(column, dtype=np.float64)  # None becomes NaN

    return Base(
        plan_id=plan_id,
        weeks=row.weeks,
        site=np.array(columns[0], dtype=np.int64),
        account=np.array(columns[1], dtype=np.int64),
        lat=numbers(columns[2]),
        lon=numbers(columns[3]),
        visits=numbers(columns[4]),
        service_h=numbers(columns[5]) / 3600,
        value=np.nan_to_num(numbers(columns[6])),
        zone=known,
        locked=np.array([bool(held) for held in columns[8]], dtype=np.bool_),
        territories=grounds,
        planned=planned,
        ids=ids,
    )


def _last(plan_id: int) -> Any:
    """The assignments with which a plan that is over ended."""
    ended = select(plan.c.valid_to).where(plan.c.id == plan_id).scalar_subquery()
    return (assignment.c.valid_to == ended) & (assignment.c.valid_from < ended)


def _territories(session: Session, plan_id: int) -> tuple[dict[int, Ground], dict[int, Planned], dict[int, int]]:
    """The territories that nothing lies below in the tree, by key."""
    above = select(territory.c.parent_id).where(territory.c.plan_id == plan_id, territory.c.parent_id.is_not(None))
    row = session.execute(select(plan.c.valid_from, plan.c.starts_on).where(plan.c.id == plan_id)).one()
    held = (
        (holder.c.territory_id == territory.c.id)
        & (holder.c.role == HolderRole.PRIMARY)
        & (holder.c.valid_to.is_(None) | covers(holder, row.valid_from or row.starts_on))
    )
    sql = (
        select(territory.c.id, territory.c.zone, territory.c.name, territory.c.outline_wkb, holder.c.rep_id)
        .add_columns(*(workload.c[name] for name in ("visits", "service_h", "drive_h", "capacity_h")))
        .outerjoin(holder, held)
        .outerjoin(workload, workload.c.territory_id == territory.c.id)
        .where(territory.c.plan_id == plan_id, territory.c.id.not_in(above))
        .order_by(territory.c.zone, holder.c.valid_from)  # of two holders the later one counts
    )
    rows = session.execute(sql).all()
    capacities = [row.capacity_h for row in rows if row.capacity_h]
    usual_h = sum(capacities) / len(capacities) if capacities else 1.0
    grounds = {
        row.zone: Ground(
            name=row.name,
            rep_id=row.rep_id,
            outline=row.outline_wkb,
            drive_h=row.drive_h / row.visits if row.visits else 0.0,
            capacity_h=row.capacity_h or usual_h,
        )
        for row in rows
    }
    planned = {row.zone: Planned(row.visits or 0, row.service_h or 0.0, row.drive_h or 0.0) for row in rows}
    usual_drive = [ground.drive_h for ground in grounds.values() if ground.drive_h]
    mean_drive = sum(usual_drive) / len(usual_drive) if usual_drive else 0.0
    for key, ground in grounds.items():
        if not ground.drive_h:
            grounds[key] = replace(ground, drive_h=mean_drive)
    return grounds, planned, {row.zone: row.id for row in rows}
