"""What became of the visits of a rep who is absent, and the plan with it or without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.errors import PlanningError
from planning.result import PlanResult, RouteDay, UnservedVisits


@dataclass(frozen=True, slots=True)
class CoveredDay:
    """One day of an absence: the days as they were planned, as they are now, and visits nobody can make."""

    date: date
    before: tuple[RouteDay, ...]
    after: tuple[RouteDay, ...]
    unserved: tuple[UnservedVisits, ...]


@dataclass(frozen=True, slots=True)
class MovedVisit:
    """A visit of the absent rep that is made on another day than the one it was planned for."""

    account: int
    planned: date
    date: date
    rep: str


@dataclass(frozen=True, slots=True)
class Cover:
    """An absence, covered: every day that changes, in order, and the visits that are made on another day.

    `due`: visits of the absent rep that were planned for the absence.
    """

    rep: str
    days: tuple[CoveredDay, ...]
    due: int
    moved: tuple[MovedVisit, ...] = ()

    @property
    def covered(self) -> int:
        """Visits due that somebody makes, on their day or another."""
        return self.due - sum(row.rep == self.rep for day in self.days for row in day.unserved)

    def applied(self, result: PlanResult) -> PlanResult:
        """The plan with the covered days in it."""
        return self._exchanged(result, [(day.before, day.after, day.unserved, True) for day in self.days])

    def taken_back(self, result: PlanResult) -> PlanResult:
        """The plan as it was, on return: exactly the days that were planned before."""
        return self._exchanged(result, [(day.after, day.before, day.unserved, False) for day in self.days])

    def _exchanged(
        self,
        result: PlanResult,
        days: Sequence[tuple[tuple[RouteDay, ...], tuple[RouteDay, ...], tuple[UnservedVisits, ...], bool]],
    ) -> PlanResult:
        routes, unserved = list(result.days), list(result.unserved)
        for out, into, left, added in days:
            for route in out:
                if route not in routes:
                    raise PlanningError(f"{route.rep}’s {route.date} was planned anew since: cover it again")
                routes.remove(route)
            routes += into
            for row in left:
                if added:
                    unserved.append(row)
                else:
                    unserved.remove(row)
        ordered = tuple(sorted(routes, key=lambda route: (route.rep, route.date)))
        return replace(result, days=ordered, unserved=tuple(unserved))
