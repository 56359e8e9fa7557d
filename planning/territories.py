"""Territories whose planned hours, driving included, are balanced.

What an account costs in driving is known only once its weeks are planned, and it depends on the territory it lies in.
So: estimate the driving, build zones, plan every rep's weeks, take the driving that came out as the next estimate, and
build again, until the measured hours of every rep lie within the band.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from clustering import Joined, Tolerance, ZonePlan, ZoneProblem, build_zones, check_zones
from geo.projection import LocalMetres
from planning.bindings import NOBODY, Bindings
from planning.demand import Demand
from planning.errors import require
from planning.ground import Ground
from planning.hours import estimated_hours, measured_hours
from planning.measure import Measure, RepWeeks, deviations
from planning.staff import Rep, capacity_shares

ROUNDS = 6
APART = 0.5
"""Homes nearer to each other than this part of a zone's radius say little about where a zone should lie."""
INNER_SHARE = 0.5
"""Zones are built to this share of the band; the rest is for the driving, which is known only afterwards."""
PULL = 0.1
"""What leaving its rep costs an account where reps are bound to zones, in a territory's area: so that a territory lies
where its rep works today rather than anywhere."""
LAST_SHARE = 0.9
"""… and once driving is known, so much of the band is used to lie closer together."""


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
    joined: Joined | None = None
    """How accounts were joined to areas, where territories are made of such; `zones` and `problem` are then theirs."""

    @property
    def additive_h(self) -> NDArray[np.float64] | None:
        """(k,) hours every rep's territory was built on; None where it was not built here."""
        if self.zones is None or self.rep_of_zone is None:
            return None
        hours = np.empty(len(self.rep_of_zone))
        hours[self.rep_of_zone] = self.zones.loads[:, 0] / 3600
        return hours

    @property
    def max_deviation(self) -> float:
        return float(np.abs(self.deviation).max(initial=0.0))


def build_territories(
    measure: Measure, bindings: Bindings, *, start: NDArray[np.int32] | None = None, ground: Ground | None = None
) -> Territories:
    """Build, plan, re-estimate and build again until the measured hours lie within the band; the best round wins.

    `start` (m,): today's rep of every account, -1 for none. Locked accounts stay with theirs, key accounts with the
    person they belong to, and accounts that need a skill go to reps who have it. `ground`: territories of whole areas.
    """
    demand, options, reps = measure.demand, measure.options, measure.reps
    shares, homes_m = capacity_shares(reps), scattered_homes_m(demand, reps)
    hours = estimated_hours(demand, len(reps), measure.travel, options.weeks)
    bound = _bound(demand, bindings, start)
    settled = homes_m is not None or "locked" in bound or "named" in bound
    if settled and homes_m is None and start is not None:
        radius_m2 = float(np.prod(np.ptp(demand.xy_m, axis=0) + 1)) / len(reps)
        bound |= {"current": start, "move_price": PULL * hours.year_s * radius_m2}
    zone = _first_zones(bindings, start) if "locked" in bound and ground is None else None
    rep_of_zone: NDArray[np.int32] | None = None

    def drawn(share_of_band: float, number: int) -> Territories:
        nonlocal zone, rep_of_zone
        problem = ZoneProblem(
            xy_m=demand.xy_m,
            load=hours.metrics,
            weight=hours.year_s,
            zones=len(reps),
            band=Tolerance(hours.tolerance(options.tolerance * share_of_band)),
            share=shares,
            centres_m=homes_m,
            **bound,
        )
        joined = None if ground is None else ground.joined(problem)
        problem = problem if joined is None else joined.problem
        zones = build_zones(
            problem, seed=options.seed, start=zone if zone is not None and len(zone) == len(problem) else None
        )
        require(check_zones(problem, zones), "the division into zones")
        zone = zones.zone
        of_account = zone if joined is None else zone[joined.unit]
        if rep_of_zone is None:
            rep_of_zone = _reps_of_zones(measure, zones, of_account, settled, start, len(bindings.forbidden) > 0)
        owner = rep_of_zone[of_account]
        weeks = measure.all(owner, f"planning days, round {number}")
        return Territories(owner, weeks, deviations(weeks, shares), zones, problem, rep_of_zone, number, joined)

    best: Territories | None = None
    for number in range(1, ROUNDS + 1):
        found = drawn(INNER_SHARE, number)
        if best is None or found.max_deviation < best.max_deviation:
            best = found
        hours = measured_hours(demand, found.weeks, options.weeks, hours)
        if found.max_deviation <= options.tolerance:
            return _plainer(best, drawn(LAST_SHARE, number + 1), options.tolerance)
    assert best is not None
    return best


def _plainer(found: Territories, looser: Territories, tolerance: float) -> Territories:
    """Of two divisions within the band the one that lies closer together: tight limits leave tongues and pockets."""
    assert looser.problem is not None and looser.zones is not None and found.zones is not None
    if looser.max_deviation > tolerance or len(looser.problem) != len(found.zones.zone):
        return found
    return looser if _spread(looser.problem, looser.zones) < _spread(looser.problem, found.zones) else found


def _spread(problem: ZoneProblem, zones: ZonePlan) -> float:
    """Weight × squared distance to the zone's weighted mean, m²."""
    weight, total = problem.weights, 0.0
    for number in range(problem.zones):
        mine = (zones.zone == number) & (weight > 0)
        if mine.any():
            middle = np.average(problem.xy_m[mine], axis=0, weights=weight[mine])
            total += float(weight[mine] @ ((problem.xy_m[mine] - middle) ** 2).sum(axis=1))
    return total


def _bound(demand: Demand, bindings: Bindings, start: NDArray[np.int32] | None) -> dict[str, Any]:
    """The rules of a zone problem: key accounts, skills, barriers, locks."""
    bound: dict[str, Any] = {}
    if bindings.any_named:
        bound["named"] = bindings.named
    if len(bindings.forbidden):
        bound["forbidden"] = bindings.forbidden
    if bindings.neighbours is not None:
        bound["neighbours"] = bindings.neighbours
    if start is not None:
        locked = np.where(demand.locked & (bindings.named == NOBODY), start, NOBODY).astype(np.int32)
        if (locked != NOBODY).any():
            bound["locked"] = locked
    return bound


def _first_zones(bindings: Bindings, start: NDArray[np.int32] | None) -> NDArray[np.int32] | None:
    """Today's division to begin from, where everybody has a rep today and nobody one without the skills."""
    if start is None or start.min() < 0:
        return None
    pairs = bindings.forbidden
    return None if (start[pairs[:, 0]] == pairs[:, 1]).any() else start


def scattered_homes_m(demand: Demand, reps: tuple[Rep, ...]) -> NDArray[np.float64] | None:
    """The reps' homes, (k, 2) metres, to build the zones around; None where some are unknown or most live together."""
    homes = [rep.home for rep in reps if rep.home is not None]
    if len(homes) < len(reps) or len(reps) < 2:
        return None
    homes_m = LocalMetres(demand.places).xy_m(homes)
    nearest_m = cKDTree(homes_m).query(homes_m, k=2)[0][:, 1]
    radius_m = float(np.sqrt(np.prod(np.ptp(demand.xy_m, axis=0) + 1) / len(reps) / np.pi))
    return homes_m if np.quantile(nearest_m, 0.25) > APART * radius_m else None


def _reps_of_zones(
    measure: Measure,
    zones: ZonePlan,
    of_account: NDArray[np.int32],
    fixed: bool,
    start: NDArray[np.int32] | None,
    skilled: bool,
) -> NDArray[np.int32]:
    """Which rep takes which zone: (k,). `of_account` (m,): the zone of every account.

    Zones stand for reps already where accounts are bound to reps or homes count.

    Otherwise the reps with equal hours (and, if `skilled`, equal skills) are handed the zones that keep most accounts
    with their present owner, or lie nearest to their homes; with neither, zones are numbered from west to east.
    """
    demand, reps = measure.demand, measure.reps
    count = len(reps)
    if fixed:
        return np.arange(count, dtype=np.int32)
    if start is not None:
        kept = np.zeros((count, count))
        held = start >= 0
        np.add.at(kept, (of_account[held], start[held]), 1.0)
        cost = -kept
    elif all(rep.home is not None for rep in reps):
        homes = LocalMetres(demand.places).xy_m([rep.home for rep in reps if rep.home is not None])
        cost = ((zones.centres_m[:, None, :] - homes[None, :, :]) ** 2).sum(axis=2)
    else:
        place = np.argsort(np.argsort(zones.centres_m[:, 0], kind="stable"), kind="stable")
        cost = np.abs(place[:, None] - np.arange(count)[None, :]).astype(np.float64)
    cost = np.where(_unlike(reps, skilled), np.abs(cost).max() * (count + 1) + 1, cost)
    return np.asarray(linear_sum_assignment(cost)[1], dtype=np.int32)


def _unlike(reps: tuple[Rep, ...], skilled: bool) -> NDArray[np.bool_]:
    """(k, k) True where two reps cannot change places."""
    hours = np.array([rep.year_h for rep in reps])
    unlike = np.abs(hours[:, None] - hours[None, :]) > 1e-6
    if skilled:
        skills = [frozenset(skill.casefold() for skill in rep.skills) for rep in reps]
        unlike |= np.array([[one != other for other in skills] for one in skills])
    return np.asarray(unlike)
