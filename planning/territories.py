"""Territories whose planned hours, driving included, are balanced.

What an account costs in driving is known only once its weeks are planned, and it depends on the territory it lies in.
So: estimate the driving, build zones, plan every rep's weeks, take the driving that came out as the next estimate, and
build again, until the measured hours of every rep lie within the band.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from clustering import Tolerance, ZonePlan, ZoneProblem, build_zones
from geo.travel import TravelTimes
from planning.demand import Demand
from planning.measure import Measure, RepWeeks, deviations
from planning.options import PlanOptions
from planning.staff import Rep, capacity_shares

ROUNDS = 6
INNER_SHARE = 0.5
"""Zones are built to this share of the band; the rest is for the driving, which is known only afterwards."""


@dataclass(frozen=True, slots=True, eq=False)
class Territories:
    """A division of the accounts among the reps, measured. `owner` (m,); `zones` None where it was not built here."""

    owner: NDArray[np.int32]
    weeks: tuple[RepWeeks, ...]
    deviation: NDArray[np.float64]
    zones: ZonePlan | None = None
    problem: ZoneProblem | None = None
    rep_of_zone: NDArray[np.int32] | None = None
    rounds: int = 0

    @property
    def max_deviation(self) -> float:
        return float(np.abs(self.deviation).max(initial=0.0))


def estimated_drive_s(demand: Demand, reps: int, travel: TravelTimes) -> NDArray[np.float64]:
    """A first guess of the driving per visit: three times the way to the second nearest account, and a share of the
    way from the middle of a zone. Seconds, (m,); replaced by measured driving after the first round.
    """
    sample = np.linspace(0, len(demand) - 1, min(len(demand), 60)).astype(int)
    matrix = travel.matrix([demand.places[index] for index in sample])
    apart = matrix.distance_m > 0
    pace = float(matrix.duration_s[apart].sum() / max(matrix.distance_m[apart].sum(), 1)) if apart.any() else 0.09
    near_m = cKDTree(demand.xy_m).query(demand.xy_m, k=min(3, len(demand)))[0].reshape(len(demand), -1)[:, -1]
    radius_m = float(np.sqrt(np.prod(np.ptp(demand.xy_m, axis=0) + 1) / reps / np.pi))
    return np.asarray(pace * (3 * near_m + 0.2 * radius_m), dtype=np.float64)


def build_territories(measure: Measure, *, start: NDArray[np.int32] | None = None) -> Territories:
    """Build, plan, re-estimate and build again until the measured hours lie within the band; the best round wins."""
    demand, options, reps = measure.demand, measure.options, measure.reps
    shares = capacity_shares(reps)
    drive_s = estimated_drive_s(demand, len(reps), measure.travel)
    load = demand.expected_service_s(options.weeks) + demand.expected_visits(options.weeks) * drive_s
    locked = None
    if start is not None and demand.locked.any():
        locked = np.where(demand.locked, start, -1).astype(np.int32)
    best: Territories | None = None
    zone = start if locked is not None and start is not None and start.min() >= 0 else None  # zones are the reps' own
    for number in range(1, ROUNDS + 1):
        problem = _zone_problem(demand, options, shares, load, locked)
        zones = build_zones(problem, seed=options.seed, start=zone)
        zone = zones.zone
        rep_of_zone = _reps_of_zones(reps, demand, zones, locked is not None, start)
        owner = rep_of_zone[zones.zone].astype(np.int32)
        weeks = measure.all(owner, f"planning days, round {number}")
        found = Territories(
            owner, weeks, deviations(weeks, shares), zones, problem, rep_of_zone.astype(np.int32), number
        )
        if best is None or found.max_deviation < best.max_deviation:
            best = found
        if found.max_deviation <= options.tolerance:
            break
        load = measured_load(demand, weeks, options.weeks, load)
    assert best is not None
    return best


def _zone_problem(
    demand: Demand,
    options: PlanOptions,
    shares: NDArray[np.float64],
    load: NDArray[np.float64],
    locked: NDArray[np.int32] | None,
) -> ZoneProblem:
    return ZoneProblem(
        xy_m=demand.xy_m,
        load=load,
        zones=len(shares),
        band=Tolerance(options.tolerance * INNER_SHARE),
        share=shares,
        locked=locked,
    )


def measured_load(
    demand: Demand, weeks: tuple[RepWeeks, ...], horizon: int, before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Seconds per account over `horizon` weeks, (m,): summed over a rep's accounts they are the hours measured.

    Within a rep, driving is shared out by visits; accounts of a rep without any hours keep the load they had.
    """
    load, visits, service_s = before.copy(), demand.expected_visits(horizon), demand.expected_service_s(horizon)
    for rep in weeks:
        members = rep.members
        raw = service_s[members] + visits[members] * rep.drive_s / max(rep.visits_due, 1)
        if raw.sum() > 0 and rep.workload_s > 0:
            load[members] = raw * rep.workload_s / raw.sum()
    return load


def _reps_of_zones(
    reps: tuple[Rep, ...], demand: Demand, zones: ZonePlan, fixed: bool, start: NDArray[np.int32] | None
) -> NDArray[np.int64]:
    """Which rep takes which zone: (k,). Zones stand for reps already where accounts are locked or hours differ.

    Otherwise the reps with equal hours are handed the zones that keep most accounts with their present owner, or lie
    nearest to their homes; with neither, zones are numbered from west to east.
    """
    count = len(reps)
    hours = np.array([rep.year_h for rep in reps])
    if fixed:
        return np.arange(count)
    if start is not None:
        kept = np.zeros((count, count))
        held = start >= 0
        np.add.at(kept, (zones.zone[held], start[held]), 1.0)
        cost = -kept
    elif all(rep.home is not None for rep in reps):
        homes = demand_metres(demand, reps)
        cost = ((zones.centres_m[:, None, :] - homes[None, :, :]) ** 2).sum(axis=2)
    else:
        place = np.argsort(np.argsort(zones.centres_m[:, 0], kind="stable"), kind="stable")
        cost = np.abs(place[:, None] - np.arange(count)[None, :]).astype(np.float64)
    other_hours = np.abs(hours[:, None] - hours[None, :]) > 1e-6
    cost = np.where(other_hours, np.abs(cost).max() * (count + 1) + 1, cost)
    return np.asarray(linear_sum_assignment(cost)[1], dtype=np.int64)


def demand_metres(demand: Demand, reps: tuple[Rep, ...]) -> NDArray[np.float64]:
    """The reps' homes on the same plane as the accounts: (k, 2) metres."""
    from geo.projection import LocalMetres

    return LocalMetres(demand.places).xy_m([rep.home for rep in reps if rep.home is not None])
