"""The whole trade-off: what every width of the band costs in transfers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from balancing.moves import suggest_moves
from balancing.problem import MoveProblem, Proposal
from geo.limits import Limits

ROUNDS = Limits(iterations=20)
"""Per width: beyond the first rounds the lists hardly get shorter, and there are several widths to look at."""


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoint:
    """One width of the band and the proposal for it."""

    tolerance: float
    proposal: Proposal

    @property
    def cost(self) -> float:
        """The price of the moves."""
        return sum(move.price for move in self.proposal.moves)


def trade_off(
    problem: MoveProblem, tolerances: Sequence[float], *, limits: Limits = ROUNDS, seed: int = 0
) -> tuple[CurvePoint, ...]:
    """Moves against balance, widest band first; never dearer at a wider band than at a narrower one.

    A list for a narrow band serves every wider one, and a bound for a wide band holds for every narrower one: both are
    handed on. `limits` holds for each width.
    """
    points = [
        CurvePoint(width, suggest_moves(replace(problem, tolerance=width), limits=limits, seed=seed))
        for width in sorted(set(tolerances), reverse=True)
    ]
    for place in range(len(points) - 2, -1, -1):
        narrow, wide = points[place + 1], points[place]
        if narrow.proposal.feasible and (not wide.proposal.feasible or narrow.cost < wide.cost - 1e-9):
            bound = min(wide.proposal.lower_bound, narrow.cost)
            points[place] = CurvePoint(wide.tolerance, _with_bound(narrow.proposal, narrow.cost, bound))
    bound = 0.0
    for place, point in enumerate(points):
        bound = max(bound, point.proposal.lower_bound)
        if point.proposal.feasible and bound > point.proposal.lower_bound:
            points[place] = CurvePoint(point.tolerance, _with_bound(point.proposal, point.cost, min(bound, point.cost)))
    return tuple(points)


def _with_bound(proposal: Proposal, cost: float, bound: float) -> Proposal:
    gap = max(cost / bound - 1, 0.0) if bound > 0 else 0.0
    return replace(proposal, lower_bound=bound, gap=gap, proven_minimal=bound >= cost - 1e-9, notes=())
