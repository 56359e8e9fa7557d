"""A campaign: one task at each of many accounts, done in the hours that visits leave; when it is over, and who helps.

Tasks belong to the rep of the account. Every working day gives its part of the week's free hours; a task is done once
its minutes, access and driving are covered, so the answer is a forecast by hours, not a plan of days.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.great_circle import CAR, great_circle_m
from planning.chosen_accounts import ChosenAccount
from planning.errors import PlanningError
from planning.folder_reps import DAYS, FolderRep, monday_of

HORIZON_WEEKS = 104
"""How far ahead a campaign is looked at."""
NEIGHBOURS = 6
"""So many reps are asked to take a task: those with the nearest places."""
SLACK_S = 1e-6


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked: `minutes` on site per task, from `first` on, to be over on `last` (None: when it is over).

    `share`: part of every week's free hours it may take. `drive_min`: driving per task; None is what a visit of the
    plan takes each rep on average, 0 fits tasks that are done on visits made anyway. `access_min` come on top.
    """

    minutes: float
    first: date
    last: date | None = None
    share: float = 1.0
    drive_min: float | None = None
    access_min: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 1440:
            raise PlanningError(f"minutes per task must be above 0 and at most 1440, got {self.minutes:g}")
        if not 0 < self.share <= 1:
            raise PlanningError(f"the share of the free hours must be above 0 and at most 1, got {self.share:g}")
        if self.drive_min is not None and not 0 <= self.drive_min <= 1440:
            raise PlanningError(f"minutes of driving must be between 0 and 1440, got {self.drive_min:g}")
        if self.last is not None and self.last < self.first:
            raise PlanningError(f"a campaign must not end before it begins, got {self.first} to {self.last}")
        if self.last is not None and self.last >= self.first + timedelta(weeks=HORIZON_WEEKS):
            raise PlanningError(f"a campaign may last {HORIZON_WEEKS} weeks, got {self.first} to {self.last}")

    def task_s(self, rep: FolderRep) -> float:
        """Seconds a task takes this rep, driving included."""
        drive_s = rep.drive_s if self.drive_min is None else 60 * self.drive_min
        return 60 * (self.minutes + self.access_min) + drive_s


@dataclass(frozen=True, slots=True)
class HandOver:
    """A task that a neighbour does; `apart_m` from the neighbour's nearest place, `task_s` what it takes there."""

    account: str
    from_rep: str
    to_rep: str
    apart_m: float
    task_s: float


@dataclass(frozen=True, slots=True)
class RepForecast:
    """One rep's part. Hours: `needed_h` for the own tasks; `free_h` until the last day, or without one until the end.

    `short`: tasks too many for the last day. `given` and `taken`: tasks handed to and by neighbours. `finishes_on`
    alone, `finishes_with_help` after handing over; None: not within the horizon, or nothing to do.
    """

    rep: str
    tasks: int
    task_min: float
    needed_h: float
    free_h: float
    finishes_on: date | None
    short: int
    given: int
    taken: int
    finishes_with_help: date | None

    @property
    def left(self) -> int:
        """Tasks that nobody does in time."""
        return self.short - self.given


@dataclass(frozen=True, slots=True)
class CampaignWeek:
    """One rep's week: hours there are, hours of visits, hours the campaign may take and takes, tasks done so far."""

    rep: str
    monday: date
    capacity_h: float
    load_h: float
    free_h: float
    used_h: float
    done: int


@dataclass(frozen=True, slots=True)
class CampaignForecast:
    """The answer. `finishes_on`: everybody alone; `earliest_on`: with neighbours helping; None: not within the horizon.

    `unassigned`: chosen accounts that no rep of the plan has.
    """

    campaign: Campaign
    tasks: tuple[ChosenAccount, ...]
    unassigned: tuple[ChosenAccount, ...]
    reps: tuple[RepForecast, ...]
    weeks: tuple[CampaignWeek, ...]
    hand_overs: tuple[HandOver, ...]
    finishes_on: date | None
    earliest_on: date | None

    @property
    def left(self) -> int:
        """Tasks that are not done by the last day, whoever helps."""
        return sum(rep.left for rep in self.reps)


def forecast(campaign: Campaign, chosen: Sequence[ChosenAccount], reps: Sequence[FolderRep]) -> CampaignForecast:
    """Spread the tasks over their reps, say when each is done, and who can help whom to be done by the last day.

    Raises:
        PlanningError: none of the chosen accounts has a rep.
    """
    names = {rep.name for rep in reps}
    tasks = tuple(account for account in chosen if account.rep in names)
    if not tasks:
        raise PlanningError("none of the chosen accounts has a rep in the plan, so nobody can do the task")
    case = _Case(campaign, tasks, tuple(reps))
    alone = [case.finish(rep, case.need_s[rep]) for rep in range(len(reps))]
    busy = [day for rep, day in enumerate(alone) if case.count[rep]]
    finishes_on = None if None in busy else max(day for day in busy if day is not None)
    given = case.handed_over(campaign.last) if campaign.last else []
    ends_on = campaign.last or finishes_on or campaign.first + timedelta(weeks=HORIZON_WEEKS, days=-1)
    return CampaignForecast(
        campaign,
        tasks,
        tuple(account for account in chosen if account.rep not in names),
        tuple(case.rep_forecast(rep, alone[rep], ends_on, given) for rep in range(len(reps))),
        tuple(week for rep in range(len(reps)) for week in case.weeks(rep, ends_on, given)),
        tuple(given),
        finishes_on,
        case.earliest(finishes_on),
    )


class _Case:
    """The question in arrays: free seconds by rep and day from the first day on."""

    def __init__(self, campaign: Campaign, tasks: tuple[ChosenAccount, ...], reps: tuple[FolderRep, ...]) -> None:
        self.campaign, self.tasks, self.reps = campaign, tasks, reps
        number = {rep.name: place for place, rep in enumerate(reps)}
        self.owner = [number[task.rep] for task in tasks]
        counted = Counter(self.owner)
        self.count = [counted[rep] for rep in range(len(reps))]
        self.task_s = [campaign.task_s(rep) for rep in reps]
        self.need_s = [count * each_s for count, each_s in zip(self.count, self.task_s, strict=True)]
        self.sum_s = [np.cumsum(self._days_s(rep)) for rep in reps]
        self.pairs = list(self._pairs())

    def _days_s(self, rep: FolderRep) -> NDArray[np.float64]:
        """Seconds of each day that the campaign may take: the week's part, spread evenly over the days worked."""
        found = np.zeros(DAYS * HORIZON_WEEKS)
        monday = monday_of(self.campaign.first)
        for week in range(HORIZON_WEEKS + 1):
            first = monday + timedelta(weeks=week)
            days = rep.work_days(first)
            for day in days:
                at = (day - self.campaign.first).days
                if 0 <= at < len(found):
                    found[at] = 3600 * self.campaign.share * rep.free_h(first) / len(days)
        return found

    def _pairs(self) -> Iterator[tuple[float, int, int, float]]:
        """(metres apart, task, rep who might take it, seconds it takes there), the nearest first."""
        metres = np.full((len(self.tasks), len(self.reps)), np.inf)
        spots = [(row, task.place) for row, task in enumerate(self.tasks) if task.place is not None]
        rows, places = [row for row, _ in spots], [place for _, place in spots]
        for number, rep in enumerate(self.reps):
            metres[rows, number] = great_circle_m(places, [rep.home, *rep.places]).min(axis=1)
        metres[np.arange(len(self.tasks)), self.owner] = np.inf
        found = []
        for row, task in enumerate(self.tasks):
            for number in np.argsort(metres[row], kind="stable")[:NEIGHBOURS].tolist():
                apart_m = float(metres[row, number])
                if np.isfinite(apart_m) and task.skills <= self.reps[number].rep.skills:
                    there_s = 2 * float(CAR.duration_s(np.array([apart_m]))[0]) if apart_m >= 1 else 0.0
                    on_site_s = 60 * (self.campaign.minutes + self.campaign.access_min)
                    found.append((apart_m, row, number, max(self.task_s[number], on_site_s + there_s)))
        yield from sorted(found)

    def free_s(self, rep: int, last: date) -> float:
        """Seconds for the campaign until `last`."""
        return float(self.sum_s[rep][min((last - self.campaign.first).days, len(self.sum_s[rep]) - 1)])

    def finish(self, rep: int, need_s: float) -> date | None:
        """The day on which this much is done; None where it is not within the horizon, or nothing is to do."""
        if need_s <= 0:
            return None
        at = int(np.searchsorted(self.sum_s[rep], need_s - SLACK_S))
        return self.campaign.first + timedelta(days=at) if at < len(self.sum_s[rep]) else None

    def short(self, rep: int, last: date) -> int:
        """Tasks of the rep's own that are not done by `last`."""
        return max(self.count[rep] - int((self.free_s(rep, last) + SLACK_S) // self.task_s[rep]), 0)

    def handed_over(self, last: date) -> list[HandOver]:
        """Tasks that neighbours with room take from whoever is short, the nearest first."""
        short = [self.short(rep, last) for rep in range(len(self.reps))]
        room_s = [self.free_s(rep, last) - need_s for rep, need_s in enumerate(self.need_s)]
        given: dict[int, HandOver] = {}
        if not any(short):
            return []
        for apart_m, task, rep, task_s in self.pairs:
            giver = self.owner[task]
            if task in given or not short[giver] or short[rep] or room_s[rep] + SLACK_S < task_s:
                continue
            given[task] = HandOver(self.tasks[task].id, self.reps[giver].name, self.reps[rep].name, apart_m, task_s)
            short[giver] -= 1
            room_s[rep] -= task_s
        return [given[task] for task in sorted(given)]

    def earliest(self, alone: date | None) -> date | None:
        """The first day by which neighbours together are done; found by halving, since more days never hurt."""
        first = self.campaign.first
        end = (alone - first).days if alone else len(self.sum_s[0]) - 1

        def done(days: int) -> bool:
            last = first + timedelta(days=days)
            short = sum(self.short(rep, last) for rep in range(len(self.reps)))
            return len(self.handed_over(last)) == short

        if alone is None and not done(end):
            return None
        low, high = -1, end
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if done(middle) else (middle, high)
        return first + timedelta(days=high)

    def _need_after_s(self, rep: int, given: Sequence[HandOver]) -> float:
        name = self.reps[rep].name
        away = sum(one.from_rep == name for one in given)
        return self.need_s[rep] - away * self.task_s[rep] + sum(one.task_s for one in given if one.to_rep == name)

    def rep_forecast(self, rep: int, alone: date | None, ends_on: date, given: Sequence[HandOver]) -> RepForecast:
        name = self.reps[rep].name
        return RepForecast(
            rep=name,
            tasks=self.count[rep],
            task_min=self.task_s[rep] / 60,
            needed_h=self.need_s[rep] / 3600,
            free_h=self.free_s(rep, ends_on) / 3600,
            finishes_on=alone,
            short=self.short(rep, ends_on),
            given=sum(one.from_rep == name for one in given),
            taken=sum(one.to_rep == name for one in given),
            finishes_with_help=self.finish(rep, self._need_after_s(rep, given)),
        )

    def weeks(self, rep: int, ends_on: date, given: Sequence[HandOver]) -> Iterator[CampaignWeek]:
        """Every week until the last day, or until the rep is done where that is earlier, help counted."""
        one, need_s = self.reps[rep], self._need_after_s(rep, given)
        over = min(self.finish(rep, need_s) or ends_on, ends_on)
        if need_s <= 0:
            return
        tasks = self.count[rep] + sum((g.to_rep == one.name) - (g.from_rep == one.name) for g in given)
        monday, before_s = monday_of(self.campaign.first), 0.0
        while monday <= over:
            sunday = monday + timedelta(days=DAYS - 1)
            until_s = self.free_s(rep, min(sunday, self.campaign.last or sunday))
            used_s = min(until_s, need_s)
            done = tasks if used_s >= need_s - SLACK_S else int(tasks * used_s / need_s)
            hours = (one.capacity_h(monday), one.week_h(monday), (until_s - before_s) / 3600)
            yield CampaignWeek(one.name, monday, *hours, max(used_s - min(before_s, need_s), 0.0) / 3600, done)
            monday, before_s = monday + timedelta(weeks=1), until_s
