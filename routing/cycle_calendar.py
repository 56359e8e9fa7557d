"""The days on which one client can be visited at all."""

from dataclasses import dataclass

from routing.cycle_problem import Client, CycleProblem


@dataclass(frozen=True, slots=True)
class Calendar:
    """One client's open working days: their numbers in the problem and their days after the start."""

    days: tuple[int, ...]
    offsets: tuple[int, ...]
    weekdays: tuple[int, ...]
    weeks: int

    def __len__(self) -> int:
        return len(self.days)

    @property
    def dates(self) -> int:
        """How many dates; two reps' days may share one."""
        return len(set(self.offsets))

    def in_week(self, week: int) -> list[int]:
        """Positions of this week's days."""
        return [k for k, offset in enumerate(self.offsets) if offset // 7 == week]


def calendar(problem: CycleProblem, client: Client, rep: int | None = None) -> Calendar:
    """The working days (of one rep) on which the client receives visits at all, and within the shift."""
    days = []
    for number, day in enumerate(problem.days):
        windows = problem.windows_on(client, day.date)
        if (
            rep in (None, day.rep)
            and windows is not None
            and (not windows or any(w.start_s <= day.shift.end_s and w.end_s >= day.shift.start_s for w in windows))
        ):
            days.append(number)
    offsets = tuple(problem.offset(number) for number in days)
    return Calendar(tuple(days), offsets, tuple(problem.days[d].date.weekday() for d in days), problem.weeks)
