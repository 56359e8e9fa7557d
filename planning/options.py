"""What a planning run may be told, with the defaults it uses otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from geo.located import Level
from planning.errors import PlanningError

TOLERANCE = 0.05
WEEKS = 4
LONGEST_EXTRA_MIN = 240
FIRST_YEAR, LAST_YEAR = 2000, 2100
MIN_LEVEL = Level.STREET


def next_monday(today: date) -> date:
    """The first Monday after `today`."""
    return today + timedelta(days=7 - today.weekday())


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How to plan.

    `tolerance`: the band around every rep's share of the hours. `min_level`: accounts known less exactly than this stay
    unplaced. `rebuild`: draw the territories anew although the accounts have current reps. `holidays`: the calendar of
    public holidays ("DE-BY") of whoever names no other. `cycle_began`: A weeks and B weeks count from it (None: from
    the start). `districts`: how many groups of whole territories to make; `span`: how many territories (and districts)
    one manager leads, at least and at most. `unfinished`: a folder that keeps the
    weeks planned so far, so that a plan that was stopped goes on from there.
    """

    starts_on: date
    weeks: int = WEEKS
    seed: int = 0
    tolerance: float = TOLERANCE
    min_level: Level = MIN_LEVEL
    rebuild: bool = False
    holidays: str = ""
    cycle_began: date | None = None
    unfinished: Path | None = None
    access_min: float = 0.0
    """Minutes of parking and the way to the door that every visit takes besides its own."""
    admin_min: float = 0.0
    """Minutes of administration on every working day, at its end."""
    value_share: float = 0.0
    """How much the accounts' sales count where territories are balanced; …"""
    potential_share: float = 0.0
    """… and what could be sold to them. The hours have the rest."""
    districts: int | None = None
    span: tuple[int, int] | None = None
    workers: int = 1
    """Reps whose weeks are planned at once, each on a core of its own; the plan is the same whatever the number."""
    robustness: bool = False
    """Also find out what noise in the loads would do, and what each lock costs."""

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.starts_on.year <= LAST_YEAR:
            raise PlanningError(f"the start must lie between {FIRST_YEAR} and {LAST_YEAR}, got {self.starts_on}")
        if not 1 <= self.weeks <= 53:
            raise ValueError(f"weeks must be between 1 and 53, got {self.weeks}")
        if self.workers < 1:
            raise PlanningError(f"workers must be 1 or more, got {self.workers}")
        for name in ("access_min", "admin_min"):
            if not 0 <= getattr(self, name) <= LONGEST_EXTRA_MIN:
                raise PlanningError(
                    f"{name} must be between 0 and {LONGEST_EXTRA_MIN} minutes, got {getattr(self, name):g}"
                )
        if min(self.value_share, self.potential_share) < 0 or self.value_share + self.potential_share >= 1:
            raise PlanningError(
                "value_share and potential_share must be shares that leave one for the hours, "
                f"got {self.value_share:g} and {self.potential_share:g}"
            )
        if self.districts is not None and self.districts < 1:
            raise PlanningError(f"there must be one district or more, got {self.districts}")
        if self.span is not None and not 1 <= self.span[0] <= self.span[1]:
            raise PlanningError(f"a span must be like 4-8, got {self.span[0]}-{self.span[1]}")
        if not 0 < self.tolerance < 1:
            raise ValueError(f"tolerance must be a share between 0 and 1, got {self.tolerance}")

    @property
    def ends_on(self) -> date:
        """The first day after the weeks planned."""
        return self.starts_on + timedelta(weeks=self.weeks)


Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are done and how many there are."""


def silent(what: str, done: int, total: int) -> None:
    """Progress for those who do not look."""
