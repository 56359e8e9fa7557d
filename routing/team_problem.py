"""A team's day: what is asked (`TeamProblem`) and what is answered (`TeamPlan`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import overload

from geo.travel import TravelMatrix
from routing.errors import BadProblemError
from routing.problem import (
    DayPlan,
    DayProblem,
    RushHours,
    Shift,
    Visit,
    check_order,
    check_places,
    check_rush,
    shift_places,
)


@dataclass(frozen=True, slots=True, eq=False)
class TeamProblem:
    """The visits of one day and the reps, one shift each, who share them out.

    Attributes:
        tied: visit → the only rep who may make it.
        preferred: visit → the rep who should; any other rep costs `preference_s`.
        most_visits: stops a rep makes at most; None = no limit.
        balance_price: what each second of service beyond an even share costs, in seconds of driving; 0 = not balanced.
        order: pairs (earlier, later) of visits: where the same rep makes both, not the other way round.
        rush: the hours in which `matrix` is not what the roads are like (see `DayProblem`).
    """

    matrix: TravelMatrix
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    tied: Mapping[int, int] = field(default_factory=dict)
    preferred: Mapping[int, int] = field(default_factory=dict)
    preference_s: int = 1800
    most_visits: int | None = None
    balance_price: float = 0.0
    order: tuple[tuple[int, int], ...] = ()
    rush: tuple[RushHours, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        object.__setattr__(self, "shifts", tuple(self.shifts))
        if not self.shifts:
            raise BadProblemError("a team needs at least one shift")
        check_places(self.matrix, (visit.place for visit in self.visits), "visit")
        for rep, shift in enumerate(self.shifts):
            check_places(self.matrix, shift_places(shift), f"shift {rep}'s place")
        check_order(self.order, len(self.visits))
        check_rush(self.rush, self.matrix)
        for name in ("tied", "preferred"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
            for visit, rep in getattr(self, name).items():
                if not (0 <= visit < len(self.visits) and 0 <= rep < len(self.shifts)):
                    raise BadProblemError(f"{name} must map a visit to a rep, got visit {visit} to rep {rep}")
        if self.preference_s < 0 or self.balance_price < 0:
            raise BadProblemError(
                f"prices must not be negative, got preference_s {self.preference_s}, balance_price {self.balance_price}"
            )
        if self.most_visits is not None and self.most_visits < 0:
            raise BadProblemError(f"most_visits must not be negative, got {self.most_visits}")

    def day(self, rep: int) -> DayProblem:
        """The day of one rep with every visit of the team as a candidate."""
        return DayProblem(self.matrix, self.visits, self.shifts[rep], self.order, self.rush)

    def may_serve(self, rep: int, visit: int) -> bool:
        """Whether ties and skills allow it."""
        return self.tied.get(visit, rep) == rep and self.visits[visit].skills <= self.shifts[rep].skills


class Reasons(Sequence[str]):
    """What keeps a visit out of every rep's day, one text per rep, each found when it is first asked for."""

    def __init__(self, reps: int, ask: Callable[[int], str]) -> None:
        self._found: list[str | None] = [None] * reps
        self._ask = ask

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, rep: int) -> str: ...
    @overload
    def __getitem__(self, rep: slice) -> Sequence[str]: ...
    def __getitem__(self, rep: int | slice) -> str | Sequence[str]:
        if isinstance(rep, slice):
            return tuple(self)[rep]
        known = self._found[rep]
        if known is None:
            known = self._found[rep] = self._ask(rep % len(self._found))
        return known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type[tuple[str, ...]], tuple[tuple[str, ...]]]:
        return tuple, (tuple(self),)


@dataclass(frozen=True, slots=True)
class TeamUnserved:
    """A visit nobody makes: every rep's reason, and which rep is the `nearest` to making it."""

    visit: int
    per_rep: Sequence[str]
    nearest: int = 0

    @property
    def reason(self) -> str:
        """The nearest rep's."""
        return self.per_rep[self.nearest]


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """One day per rep (stops name the team's visits; a day's own `unserved` is empty), and who is left out.

    `days[k].proven`: that day is the best for its own visits. The division among reps is not proven.
    """

    days: tuple[DayPlan, ...]
    unserved: tuple[TeamUnserved, ...]

    @property
    def drive_s(self) -> int:
        return sum(day.drive_s for day in self.days)

    @property
    def service_s(self) -> int:
        return sum(day.service_s for day in self.days)

    @property
    def wait_s(self) -> int:
        return sum(day.wait_s for day in self.days)

    @property
    def lunch_s(self) -> int:
        return sum(day.lunch[1] - day.lunch[0] for day in self.days if day.lunch)
