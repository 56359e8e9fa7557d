"""Tasks in the field and who can make them."""

from dataclasses import dataclass
from datetime import date

from geo.place import Place

NO_HURRY_DAYS = 14
FACTORS = ((0, 8), (1, 4), (3, 2))
"""A task with so many days left is worth so many times as much driving as one without hurry."""


@dataclass(frozen=True, slots=True)
class FieldTask:
    """Something to do at a site by `due` (None: without hurry), not before `not_before`, by somebody with `skill` ("":
    anybody). `worth_s` is the driving it is worth without hurry."""

    key: str
    note: str
    site_id: int
    place: Place
    service_s: int
    opening_hours: str
    skill: str
    not_before: date
    due: date | None
    worth_s: int

    def prize_s(self, day: date) -> int:
        """What leaving it out on a day costs, in seconds of driving: more the less time is left."""
        left = NO_HURRY_DAYS if self.due is None else (self.due - day).days
        return self.worth_s * next((factor for days, factor in FACTORS if left <= days), 1)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who goes: a rep with a home, skills and the days that are free."""

    rep_id: int
    name: str
    home: Place
    start_s: int
    end_s: int
    skills: frozenset[str]
    free: tuple[date, ...]
