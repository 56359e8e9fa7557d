"""What it would do to a plan to move one account to another zone: its cost, the limits, whether zones stay whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.plan import ZonePlan
from clustering.problem import Objective, ZoneProblem

Floats = NDArray[np.float64]
NOBODY = -1
SLACK = 1e-9
WORTH_TELLING = 5e-5  # share of the plan's cost


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit a move would break: the zone, the metric, and how far its load would be above (+) or below (-) it."""

    zone: int
    metric: int
    share: float


@dataclass(frozen=True, slots=True)
class OneMove:
    """`rise` is a share of the plan's cost, below 0 where the plan gets cheaper, with both centres following the move.

    cuts: the zone it leaves would fall apart; apart: it would touch no account of the zone it goes to.
    """

    rise: float
    broken: tuple[Broken, ...]
    cuts: bool
    apart: bool

    @property
    def allowed(self) -> bool:
        """Keeps every limit and every zone whole."""
        return not self.broken and not self.cuts and not self.apart

    def told(self, own: str, other: str, metrics: Sequence[str]) -> str:
        """What the move would do, to follow the word "would": first its cost, then what it breaks."""
        if abs(self.rise) < WORTH_TELLING:
            cost = "cost next to nothing"
        else:
            cost = f"make the plan {_share(abs(self.rise))} {'dearer' if self.rise > 0 else 'cheaper'}"
        faults = self.faults(own, other, metrics)
        if not faults:
            return f"{cost} and break no limit"
        if self.rise >= WORTH_TELLING:
            return _listed([cost, *faults])
        return f"{cost} but {_listed(faults)}"

    def faults(self, own: str, other: str, metrics: Sequence[str]) -> list[str]:
        """A clause for what the move would break worst: the most, the least a zone may carry, and its being whole.

        `metrics` are what loads are called, empty for no name.
        """
        found = []
        for sign, start, limit in ((1, f"take {other}", "over its limit"), (-1, f"leave {own}", "below its least")):
            side = [broken for broken in self.broken if broken.share * sign > 0]
            if side:
                worst = max(side, key=lambda broken: abs(broken.share))
                name = metrics[worst.metric]
                found.append(f"{start} {_share(abs(worst.share))} {limit}{f' of {name}' if name else ''}")
        if self.cuts:
            found.append(f"cut {own} apart")
        elif self.apart:
            found.append(f"put it apart from the rest of {other}")
        return found


class Moves:
    """All single moves out of a plan: one target for each account, looked at together."""

    def __init__(self, problem: ZoneProblem, plan: ZonePlan, target: NDArray[np.intp]) -> None:
        """`target` (n,): the zone each account might move to, -1 for none."""
        self.problem, self.plan, self.target = problem, plan, target
        self.loads = problem.loads
        self.weight = problem.weights
        self.zone_weight = np.bincount(plan.zone, self.weight, problem.zones)
        pins = np.full(plan.centres_m.shape, np.nan) if problem.centres_m is None else problem.centres_m
        self.pinned = np.isfinite(pins).all(axis=1)
        self.low, self.high = problem.limits()
        self.cuts, self.apart = _parted(problem, plan, target)

    def of(self, row: int) -> OneMove:
        """What moving account `row` to its target would do."""
        own, other = int(self.plan.zone[row]), int(self.target[row])
        return OneMove(
            self._rise(row, own, other), self._broken(row, own, other), bool(self.cuts[row]), bool(self.apart[row])
        )

    def away_s_or_m(self, row: int, zone: int) -> float:
        """Metres to the zone's centre, or seconds with travel times."""
        travel, centre = self.problem.travel, self.plan.centre
        if travel is not None and centre is not None:
            return float(travel.cost_s[row, centre[zone]])
        return float(np.linalg.norm(self.problem.xy_m[row] - self.plan.centres_m[zone]))

    def _rise(self, row: int, own: int, other: int) -> float:
        """How much the plan's cost would rise, as a share. Medians, and places zones are served from, stay."""
        problem, plan, weight = self.problem, self.plan, float(self.weight[row])
        here, there = self.away_s_or_m(row, own), self.away_s_or_m(row, other)
        if problem.objective is not Objective.SQUARED_DISTANCE:
            rise = weight * (there - here)
        else:
            rise = weight * (self._follow(other, weight) * there**2 - self._follow(own, -weight) * here**2)
        if problem.current is not None and problem.move_price is not None:
            stays, returns = int(problem.current[row] == own), int(problem.current[row] == other)
            rise += float(problem.move_price[row]) * (stays - returns)
        return rise / plan.certificate.cost if plan.certificate.cost > 0 else 0.0

    def _follow(self, zone: int, weight: float) -> float:
        """The factor by which a centre that follows changes the cost of `weight` coming (or, below 0, going)."""
        if self.pinned[zone]:
            return 1.0
        total = float(self.zone_weight[zone])
        return total / (total + weight) if total + weight > 1e-12 * total else 0.0

    def _broken(self, row: int, own: int, other: int) -> tuple[Broken, ...]:
        more, less = self.plan.loads[other] + self.loads[row], self.plan.loads[own] - self.loads[row]
        over = [metric for metric in np.flatnonzero(more > self.high[other] * (1 + SLACK)) if self.loads[row, metric]]
        under = [metric for metric in np.flatnonzero(less < self.low[own] * (1 - SLACK)) if self.loads[row, metric]]
        return (
            *(Broken(other, int(m), _off(float(more[m]), float(self.high[other, m]))) for m in over),
            *(Broken(own, int(m), _off(float(less[m]), float(self.low[own, m]))) for m in under),
        )


def _parted(
    problem: ZoneProblem, plan: ZonePlan, target: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    cuts, apart = np.zeros(len(problem), np.bool_), np.zeros(len(problem), np.bool_)
    if problem.contiguous and problem.zones > 1:
        from clustering.instance import to_instance
        from clustering.one_move_kernel import parted

        instance = to_instance(problem)
        rows = instance.order
        zone = plan.zone[rows].astype(np.int64)
        cuts[rows], apart[rows] = parted(instance.accounts, zone, target[rows].astype(np.int64))
    return cuts, apart


def _off(load: float, limit: float) -> float:
    return load / limit - 1 if limit > 0 else float("inf")


def _share(share: float) -> str:
    """As many digits as say something."""
    if share == float("inf"):
        return "wholly"
    return f"{share:.2%}" if share < 0.01 else f"{share:.1%}" if share < 0.1 else f"{share:.0%}"


def _listed(clauses: Sequence[str]) -> str:
    return ", ".join(clauses[:-1]) + " and " * (len(clauses) > 1) + clauses[-1]
