"""A finished plan: what files, maps and the record are filled from.

Accounts, reps and zones are referred to by their position in the tuples of `PlanResult`; ids are looked up there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from shapely.geometry.base import BaseGeometry

from geo.address import Address
from geo.line_file import DrawnLines
from geo.located import Level, Located
from geo.place import Place
from geo.road_lines import RoadLine
from planning.account_wishes import NO_WISHES, Wishes
from planning.result_quality import PlanQuality, PlanRobustness
from planning.vehicles import Vehicle
from planning.working_time import WorkingTime
from planning.workload_figures import TeamWorkload

Status = Literal["planned", "unplaced"]


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """One account that was read: where it is, whose it is and why; `zone` is None while it has no usable place.

    `key_owner` as in `AccountRow`: not None for a key account. `skills` are what its rep must have.
    """

    id: str
    row: int
    name: str
    address: Address
    place: Place | None
    level: Level
    zone: int | None
    rep: str | None
    visits_per_year: float
    service_min: float
    value: float | None
    segment: str
    current_rep: str | None
    locked: bool
    status: Status
    why: str
    located: Located | None = None
    """How the place was found, with all that speaks for and against it."""
    last_visit: date | None = None
    opening_hours: str = ""
    industry: str = ""
    potential: float | None = None
    key_owner: str | None = None
    skills: frozenset[str] = frozenset()
    wishes: Wishes = NO_WISHES
    visit_type: str | None = None

    @property
    def review(self) -> tuple[str, ...]:
        """Why a person should look at the place; empty when nobody needs to."""
        return self.located.review if self.located else ()


@dataclass(frozen=True, slots=True)
class RepFigures:
    """Workload over the weeks planned, in hours; `deviation` is workload ÷ (capacity share of the total) − 1.

    `additive_h`: the load the territory was built on, hours per account summed before these weeks were planned.
    """

    rep: str
    zone: int
    home: Place
    home_assumed: bool
    accounts: int
    visits: int
    service_h: float
    drive_h: float
    workload_h: float
    capacity_h: float
    value: float
    deviation: float
    hours_a_year: float
    additive_h: float | None = None
    works: WorkingTime | None = None
    vehicle: Vehicle | None = None


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One visit on a day; `sequence` counts from 1, times are local to the rep, `drive_min` leads here."""

    sequence: int
    account: int
    arrive: datetime
    start: datetime
    depart: datetime
    drive_min: float
    service_min: float
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class RouteDay:
    """One rep's day from door to door; `line` is the way to draw, `proven` says that no shorter day exists."""

    rep: str
    date: date
    starts_at: datetime
    ends_at: datetime
    stops: tuple[RouteStop, ...]
    drive_min: float
    lunch: tuple[datetime, datetime] | None
    line: tuple[Place, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A visit made by telephone or video; `start` is local to the rep."""

    rep: str
    account: int
    start: datetime
    minutes: float


@dataclass(frozen=True, slots=True)
class UnservedVisits:
    """Visits that fell due and found no place, with the reason; `details`: every day's block and the cheapest way."""

    account: int
    rep: str
    visits: int
    reason: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """A zone as it is drawn; `outline` in EPSG:4326."""

    zone: int
    rep: str
    outline: BaseGeometry
    label: Place


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """One district (level 1), region (level 2) and so on: `below` names what it is made of, `zones` its territories.

    Hours over the weeks planned are sums over the territories; `deviation` is workload ÷ mean of its level − 1.
    """

    level: int
    name: str
    below: tuple[str, ...]
    zones: tuple[int, ...]
    accounts: int
    workload_h: float
    capacity_h: float
    value: float
    deviation: float
    outline: BaseGeometry


@dataclass(frozen=True, slots=True)
class Transfer:
    """An account that should change hands; `hours` a year and `value` go with it."""

    account: int
    from_rep: str
    to_rep: str
    reason: str
    hours: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to hold the territories, measured by really planning its weeks: as it is, repaired or rebuilt."""

    name: str
    reps: tuple[RepFigures, ...]
    visits_due: int
    visits_planned: int
    max_deviation: float
    transfers: int
    scattered: int
    owner: tuple[int | None, ...]
    note: str = ""

    @property
    def drive_h(self) -> float:
        return sum(rep.drive_h for rep in self.reps)


@dataclass(frozen=True, slots=True)
class PlanCertificate:
    """How far the zones are from a bound, and what that bound holds for; `gap` is a share of the bound."""

    bound: float
    gap: float
    cost: float
    holds_for: str


@dataclass(frozen=True, slots=True)
class PlanResult:
    """Everything one planning run found out."""

    title: str
    source: str
    accounts: tuple[PlannedAccount, ...]
    rejected: int
    reps: tuple[RepFigures, ...]
    zones: tuple[ZoneShape, ...]
    days: tuple[RouteDay, ...]
    unserved: tuple[UnservedVisits, ...]
    transfers: tuple[Transfer, ...]
    scenarios: tuple[Scenario, ...]
    visits_due: int
    max_deviation: float
    certificate: PlanCertificate | None
    tolerance: float
    starts_on: date
    weeks: int
    seed: int
    travel_source: str
    travel_estimated: bool
    attribution: str
    travel_error: float | None = None
    """Share by which half of the estimated durations were off where the estimate was fitted."""
    workload: TeamWorkload | None = None
    """What the territories ask of every rep, a year and week by week."""
    quality: PlanQuality | None = None
    """Form and balance of the territories in figures."""
    robustness: PlanRobustness | None = None
    """What noise would do and what locks cost, where that was asked for."""
    roads: tuple[RoadLine, ...] = field(default=(), compare=False, repr=False)
    """Roads to draw under the map, where there is a region."""
    barriers: DrawnLines | None = field(default=None, compare=False, repr=False)
    """Lines that no territory may straddle, to draw on the map."""
    districts: tuple[DistrictFigures, ...] = ()
    notes: tuple[str, ...] = ()
    calls: tuple[PlannedCall, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Figures that nobody gave, by name, with the value that was used."""

    @property
    def driving(self) -> str:
        """What to say beside every figure of driving: where it comes from, or how far off an estimate usually is."""
        if not self.travel_estimated:
            return "driving by road"
        within = "" if self.travel_error is None else f", half of all trips within ±{self.travel_error:.0%}"
        return f"driving estimated{within}"

    def district_of(self, zone: int | None, level: int = 1) -> str:
        """The name of the district a territory belongs to; "" where there are none."""
        return next((each.name for each in self.districts if each.level == level and zone in each.zones), "")

    @property
    def as_is(self) -> Scenario | None:
        """The current territories as measured, when the file named current reps."""
        return next((scenario for scenario in self.scenarios if scenario.name == "as is"), None)

    @property
    def visits_planned(self) -> int:
        return sum(len(day.stops) for day in self.days)

    @property
    def visits_unserved(self) -> int:
        return sum(row.visits for row in self.unserved)
