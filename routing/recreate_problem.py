"""What ruin and recreate is asked (`RecreateProblem`) and what it answers (`RecreateAnswer`)."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.errors import BadProblemError

ALWAYS = 1 << 40  # later than any moment of any problem


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to spread a task's visits over days; `price` is what it costs beside the drive."""

    days: tuple[int, ...]
    price: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """One rep or vehicle on one day. `lunch` is (duration, earliest, latest begin), duration 0 = none.

    `most_time` from leaving (as late as windows allow) to the end does not go together with lunch.
    `window_class` says which of the tasks' windows hold that day; `week` which load the level price looks at.
    """

    day: int
    start_node: int
    end_node: int
    starts: int = 0
    ends: int = ALWAYS
    capacity: int = ALWAYS
    most_stops: int = ALWAYS
    most_drive: int = ALWAYS
    most_time: int = ALWAYS
    lunch: tuple[int, int, int] = (0, 0, 0)
    window_class: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class RecreateProblem:
    """Nodes 0…first-1 are where routes start and end, the others are tasks, one node each.

    `travel` (nodes, nodes); `service`, `demand`, `prize` (nodes,): prize is the price of leaving the task out;
    `opens`, `closes` (nodes, window classes, windows): the moments a visit may begin, windows in order; a missing
    window opens after it closes. `patterns` has one entry per task (the node less `first`). `routes` in order of days,
    every day of a pattern has at least one. `fits` (nodes, routes) or None: who may serve what. `week_target`: service
    beyond it costs; `week_most`: driving and service of a week never exceed it (empty = no cap).
    """

    travel: NDArray[np.int64]
    first: int
    service: NDArray[np.int64]
    demand: NDArray[np.int64]
    prize: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    patterns: tuple[tuple[Pattern, ...], ...]
    routes: tuple[Route, ...]
    fits: NDArray[np.bool_] | None = None
    week_target: NDArray[np.int64] = field(default_factory=lambda: np.full(1, ALWAYS, np.int64))
    week_most: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    level_permille: int = 0
    rush: tuple[tuple[int, int, NDArray[np.int64]], ...] = ()

    def __post_init__(self) -> None:
        nodes = len(self.travel)
        if self.travel.shape != (nodes, nodes) or len(self.patterns) != nodes - self.first:
            raise BadProblemError(
                f"travel must be square with a node per end and task, got {self.travel.shape} for {self.first} ends "
                f"and {len(self.patterns)} tasks"
            )
        if any(a.day > b.day for a, b in pairwise(self.routes)):
            raise BadProblemError("routes must be in order of days")


@dataclass(frozen=True, slots=True, eq=False)
class RecreateAnswer:
    """The best plan met: tasks (as nodes, from `first` on) in order for each route, and each task's pattern (-1 =
    left out); its price, and after how many rounds."""

    order: tuple[tuple[int, ...], ...]
    pattern: tuple[int, ...]
    first: int
    price: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Shaking:
    """How the search moves: mean tasks removed, longest string, chances to overlook a place, to
    empty a whole route and to keep every task on its days; first and last heat.

    `soft`: plans on the way may overload routes at a price that adapts; the answer never does. Heat is in units of
    the mean travel to the five nearest neighbours.
    """

    removals: float = 10.0
    string: float = 10.0
    blink: float = 0.01
    whole: float = 0.0
    same_day: float = 0.0
    soft: bool = False
    hot: float = 0.9
    cold: float = 0.009
