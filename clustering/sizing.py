"""Sales force sizing: how many reps a market needs, and what each number of them costs and brings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from clustering.band import Tolerance
from clustering.build import build_zones
from clustering.errors import InvalidProblem
from clustering.problem import ZoneProblem
from geo.limits import Limits

Floats = NDArray[np.float64]
TOUR = 0.7124  # length of a shortest tour through n chance points: 0.7124 × sqrt(n × area)
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What has to be done, for each of n accounts.

    xy_m (n, 2) metres; visits (n,) a year; visit_h (n,) hours inside a visit; access_h (n,) hours for parking and
    waiting at each; contribution (n,) margin a year when all its visits are made, or None when it is not known.
    """

    xy_m: Floats
    visits: Floats
    visit_h: Floats
    access_h: Floats | float = 0.0
    contribution: Floats | None = None

    def __post_init__(self) -> None:
        n = len(self.xy_m)
        for name in ("visits", "visit_h", "access_h", "contribution"):
            given = getattr(self, name)
            if given is None:
                continue
            values = np.array(np.broadcast_to(np.asarray(given, dtype=np.float64), (n,)))
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise InvalidProblem(f"{name} must be 0 or more for every account")
            object.__setattr__(self, name, values)


@dataclass(frozen=True, slots=True)
class Staffing:
    """What one rep is: net days in the field a year, hours a day door to door, share of time for administration.

    Roads are `detour` times the straight line, driven at `speed_kmh`; cost_per_rep a year, cost_per_km driven.
    """

    net_days: float = 200.0
    hours_per_day: float = 8.0
    admin_share: float = 0.15
    speed_kmh: float = 50.0
    detour: float = 1.3
    cost_per_rep: float = 80_000.0
    cost_per_km: float = 0.35

    def __post_init__(self) -> None:
        if not (self.net_days > 0 and self.hours_per_day > 0 and self.speed_kmh > 0 and 0 <= self.admin_share < 1):
            raise InvalidProblem(f"days, hours and speed must be above 0 and admin_share below 1, got {self}")

    @property
    def field_hours(self) -> float:
        """Hours a year for visits and driving."""
        return self.net_days * self.hours_per_day * (1 - self.admin_share)


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """One number of reps. Hours and km a year over all of them; use = needed / available hours, mean and largest.

    served: share of the visits that fit; contribution and marginal (against one rep fewer) where potential is known.
    """

    reps: int
    service_h: float
    drive_h: float
    admin_h: float
    km: float
    mean_use: float
    largest_use: float
    served: float
    cost: float
    contribution: float | None = None
    marginal: float | None = None


@dataclass(frozen=True, slots=True)
class Sizing:
    """The curve, the recommended number of reps and why."""

    choices: tuple[SizeChoice, ...]
    recommended: int
    reason: str
    assumptions: Staffing = field(default_factory=Staffing)


def size_zones(
    market: Market, staffing: Staffing | None = None, *, reps: Sequence[int] | None = None, seed: int = 0
) -> Sizing:
    """Cost (and contribution, where potential is known) against the number of reps.

    For each number zones of equal work are built; a zone's driving is its tours through neighbouring accounts
    (Beardwood, Halton & Hammersley 1959) and the way there and back every day (Daganzo 1984); hours a year =
    visits × (duration + access) + driving + administration. Without potential the recommendation is the fewest reps
    whose fullest zone fits its year; with it, the number of largest contribution less cost.

    reps: the numbers to look at; by default up to 12 around what the work suggests.
    """
    staffing = staffing or Staffing()
    service_h = market.visits * (market.visit_h + market.access_h)
    counts = _counts(market, staffing, service_h) if reps is None else sorted(set(reps))
    if not counts or counts[0] < 1 or counts[-1] > len(market.xy_m):
        raise InvalidProblem(f"numbers of reps must lie between 1 and {len(market.xy_m)}, got {list(counts)}")
    choices = [_choice(market, staffing, service_h, count, seed) for count in counts]
    return _recommend(_with_marginals(choices), staffing)


def _counts(market: Market, staffing: Staffing, service_h: Floats) -> list[int]:
    """Numbers from somewhat too few to amply enough, guessed from service hours and a first look at the driving."""
    least = max(1, math.ceil(float(service_h.sum()) / staffing.field_hours))
    first = _choice(market, staffing, service_h, min(least, len(market.xy_m)), 0)
    middle = max(1.0, (first.service_h + first.drive_h) / staffing.field_hours)
    low, high = max(1, math.floor(0.7 * middle)), math.ceil(1.5 * middle) + 1
    step = max(1, math.ceil((high - low) / (MOST_CHOICES - 1)))
    return [count for count in range(low, high + 1, step) if count <= len(market.xy_m)] or [len(market.xy_m)]


def _choice(market: Market, staffing: Staffing, service_h: Floats, reps: int, seed: int) -> SizeChoice:
    problem = ZoneProblem(market.xy_m, service_h, reps, Tolerance(0.05), weight=np.maximum(market.visits, 1e-9))
    plan = build_zones(problem, limits=Limits(iterations=1), seed=seed)
    drive_h, km, served, gained = 0.0, 0.0, 0.0, 0.0
    needed = np.zeros(reps)
    for zone in range(reps):
        rows = np.flatnonzero(plan.zone == zone)
        zone_km = _yearly_km(market, staffing, rows, plan.centres_m[zone], float(service_h[rows].sum()))
        zone_h = zone_km / staffing.speed_kmh
        needed[zone] = service_h[rows].sum() + zone_h
        part, value = _what_fits(market, service_h[rows], zone_h, rows, staffing.field_hours)
        km, drive_h, served, gained = km + zone_km, drive_h + zone_h, served + part, gained + value
    visits = max(float(market.visits.sum()), 1e-300)
    return SizeChoice(
        reps=reps,
        service_h=float(service_h.sum()),
        drive_h=drive_h,
        admin_h=staffing.net_days * staffing.hours_per_day * staffing.admin_share * reps,
        km=km,
        mean_use=float(needed.mean()) / staffing.field_hours,
        largest_use=float(needed.max()) / staffing.field_hours,
        served=served / visits,
        cost=staffing.cost_per_rep * reps + staffing.cost_per_km * km,
        contribution=None if market.contribution is None else gained,
    )


def _yearly_km(market: Market, staffing: Staffing, rows: NDArray[np.intp], centre_m: Floats, service_h: float) -> float:
    """Kilometres a year in one zone: from account to account, and out and back each day."""
    visits = float(market.visits[rows].sum())
    if visits == 0:
        return 0.0
    away_m = np.sqrt(((market.xy_m[rows] - centre_m) ** 2).sum(axis=1))
    hop_km = staffing.detour * TOUR * math.sqrt(_area_m2(market.xy_m[rows]) / len(rows)) / 1000
    haul_km = staffing.detour * 2 * float(market.visits[rows] @ away_m) / visits / 1000
    day_h = staffing.hours_per_day * (1 - staffing.admin_share)
    left_h = max(day_h - haul_km / staffing.speed_kmh, 0.25 * day_h)
    days = (service_h + visits * hop_km / staffing.speed_kmh) / left_h
    return visits * hop_km + days * haul_km


def _area_m2(xy_m: Floats) -> float:
    if len(xy_m) < 3:
        return 0.0
    try:
        return float(ConvexHull(xy_m).volume)  # of a plane figure this is its area
    except QhullError:
        return 0.0


def _what_fits(
    market: Market, service_h: Floats, drive_h: float, rows: NDArray[np.intp], hours: float
) -> tuple[float, float]:
    """Visits and contribution that fit into a rep's hours, best contribution (else most visits) per hour first."""
    total_h = float(service_h.sum()) + drive_h
    value = market.visits[rows] if market.contribution is None else market.contribution[rows]
    if total_h <= hours or total_h == 0:
        return float(market.visits[rows].sum()), float(value.sum())
    need = service_h * (total_h / max(float(service_h.sum()), 1e-300))
    order = np.argsort(-value / np.maximum(need, 1e-300), kind="stable")
    before = np.cumsum(need[order]) - need[order]
    part = np.clip((hours - before) / np.maximum(need[order], 1e-300), 0, 1)
    return float(part @ market.visits[rows][order]), float(part @ value[order])


def _with_marginals(choices: list[SizeChoice]) -> list[SizeChoice]:
    told = choices[:1]
    for fewer, more in pairwise(choices):
        if more.contribution is None or fewer.contribution is None:
            told.append(more)
            continue
        rise = (more.contribution - fewer.contribution) / (more.reps - fewer.reps)
        told.append(replace(more, marginal=rise))
    return told


def _recommend(choices: list[SizeChoice], staffing: Staffing) -> Sizing:
    if choices[0].contribution is not None:
        best = max(choices, key=lambda choice: ((choice.contribution or 0.0) - choice.cost, -choice.reps))
        surplus = (best.contribution or 0.0) - best.cost
        reason = f"{best.reps} reps leave the most after their cost: {surplus:,.0f} a year, {best.served:.0%} of visits"
        return Sizing(tuple(choices), best.reps, reason, staffing)
    fitting = [choice for choice in choices if choice.largest_use <= 1]
    if fitting:
        best = fitting[0]
        reason = f"{best.reps} is the fewest reps compared whose fullest zone fits its year ({best.largest_use:.0%})"
    else:
        best = choices[-1]
        reason = f"even {best.reps} reps cannot do it all: the fullest zone needs {best.largest_use:.0%} of its year"
    return Sizing(tuple(choices), best.reps, reason, staffing)
