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

from clustering import Joined, Tolerance, ZonePlan, ZoneProblem, build_zones, check_zones, raggedness
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
SMOOTH = 0.2
"""How much straight borders count against distance, once driving is known: see `ZoneProblem.smooth`."""


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

    The last round then draws the borders plainer, where the hours still lie within the band. `start` (m,): today's rep
    of every account, -1 for none. Locked accounts stay with theirs, key accounts with the person they belong to, and
    accounts that need a skill go to reps who have it. `ground`: territories of whole areas.
    """
    demand, options = measure.demand, measure.options
    drawing = _Drawing(measure, bindings, start, ground)
    zone = _first_zones(bindings, start) if "locked" in drawing.bound and ground is None else None
    reps_of_zones: NDArray[np.int32] | None = None
    best: Territories | None = None
    for number in range(1, ROUNDS + 1):
        problem, joined = drawing.problem(INNER_SHARE, 0.0)
        found = drawing.planned(problem, joined, drawing.zones(problem, zone), reps_of_zones, number)
        assert found.zones is not None
        zone, reps_of_zones = found.zones.zone, found.rep_of_zone
        if best is None or found.max_deviation < best.max_deviation:
            best = found
        drawing.hours = measured_hours(demand, found.weeks, options.weeks, drawing.hours)
        if found.max_deviation <= options.tolerance:
            return drawing.plainer(best)
    assert best is not None
    return best


class _Drawing:
    """One round after the other with the hours known by then; what all rounds have in common is worked out once."""

    def __init__(
        self, measure: Measure, bindings: Bindings, start: NDArray[np.int32] | None, ground: Ground | None
    ) -> None:
        demand, reps = measure.demand, measure.reps
        self.measure, self.start, self.ground = measure, start, ground
        self.skilled = len(bindings.forbidden) > 0
        self.shares, self.homes_m = capacity_shares(reps), scattered_homes_m(demand, reps)
        self.hours = estimated_hours(demand, len(reps), measure.travel, measure.options.weeks)
        self.bound = _bound(demand, bindings, start)
        self.settled = self.homes_m is not None or "locked" in self.bound or "named" in self.bound
        if self.settled and self.homes_m is None and start is not None:
            radius_m2 = float(np.prod(np.ptp(demand.xy_m, axis=0) + 1)) / len(reps)
            self.bound |= {"current": start, "move_price": PULL * self.hours.year_s * radius_m2}

    def problem(self, share_of_band: float, smooth: float) -> tuple[ZoneProblem, Joined | None]:
        """What is to be divided, of accounts or of the areas they are joined to."""
        demand, options, hours = self.measure.demand, self.measure.options, self.hours
        problem = ZoneProblem(
            xy_m=demand.xy_m,
            load=hours.metrics(demand),
            weight=hours.year_s,
            zones=len(self.measure.reps),
            band=Tolerance(hours.tolerance(options.tolerance * share_of_band)),
            share=self.shares,
            centres_m=self.homes_m,
            smooth=smooth,
            **self.bound,
        )
        joined = None if self.ground is None else self.ground.joined(problem)
        return (problem, None) if joined is None else (joined.problem, joined)

    def zones(self, problem: ZoneProblem, first: NDArray[np.int32] | None) -> ZonePlan:
        """The division, from `first` on where that fits."""
        fits = first is not None and len(first) == len(problem)
        zones = build_zones(problem, seed=self.measure.options.seed, start=first if fits else None)
        require(check_zones(problem, zones), "the division into zones")
        return zones

    def planned(
        self,
        problem: ZoneProblem,
        joined: Joined | None,
        zones: ZonePlan,
        reps_of_zones: NDArray[np.int32] | None,
        number: int,
    ) -> Territories:
        """The weeks of every rep; who takes which zone is worked out where it is not known."""
        of_account = zones.zone if joined is None else zones.zone[joined.unit]
        if reps_of_zones is None:
            reps_of_zones = _reps_of_zones(self.measure, zones, of_account, self.settled, self.start, self.skilled)
        owner = reps_of_zones[of_account]
        weeks = self.measure.all(owner, f"planning days, round {number}")
        return Territories(
            owner,
            weeks,
            deviations(weeks, self.shares, self.measure.demand),
            zones,
            problem,
            reps_of_zones,
            number,
            joined,
        )

    def plainer(self, found: Territories) -> Territories:
        """Tight limits leave tongues and pockets: looser ones with smooth borders, from these zones or afresh.

        The least ragged whose hours lie in the band, or `found` where none is less ragged than that.
        """
        problem, joined = self.problem(LAST_SHARE, SMOOTH)
        if found.zones is None or len(problem) != len(found.zones.zone):
            return found
        others = [(self.zones(problem, found.zones.zone), found.rep_of_zone), (self.zones(problem, None), None)]
        for zones, reps_of_zones in sorted(others, key=lambda each: raggedness(problem, each[0])):
            if raggedness(problem, zones) >= raggedness(problem, found.zones):
                break
            other = self.planned(problem, joined, zones, reps_of_zones, found.rounds + 1)
            if other.max_deviation <= self.measure.options.tolerance:
                return other
        return found


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
