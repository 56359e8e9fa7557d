"""The workload of a team as figures that each say how they are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from balancing.fairness import Evenness
from balancing.sales import Sales
from balancing.workload import Basis, Work

HOUR_S = 3600
SURENESS = (Basis.MEASURED, Basis.PLANNED, Basis.ESTIMATED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one rep and period; `unit` is h, days, visits, accounts, share or money."""

    rep: str
    period: str
    first: date
    metric: str
    amount: float
    unit: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class RepYear:
    """A year of 52 weeks from `first` on: the visits agreed, with the driving per visit of the weeks planned.

    `net_s` is the working time left after holidays, leave and absences, `net_days` the days it lies on.
    """

    rep: str
    zone: int
    first: date
    accounts: int
    work: Work
    net_days: float
    net_s: float
    sales: Sales

    @property
    def known_sales(self) -> tuple[tuple[str, Basis], ...]:
        """The metrics of sales that somebody gave for one of the accounts at least; what nobody knows is no zero."""
        found: list[tuple[str, Basis]] = []
        if self.sales.without_value < max(self.accounts, 1):
            found.append(("value", Basis.MEASURED))
        if self.sales.without_potential < max(self.accounts, 1):
            found += [("potential", Basis.ESTIMATED), ("gap", Basis.ESTIMATED)]
        return tuple(found)

    @property
    def used(self) -> float | None:
        """The work as a share of the net time; None without any."""
        return self.work.total_s / self.net_s if self.net_s else None


@dataclass(frozen=True, slots=True)
class RepWeek:
    """A calendar week as planned, from its Monday `first` on; days outside the plan are not in it."""

    rep: str
    zone: int
    first: date
    work: Work
    net_s: int

    @property
    def used(self) -> float | None:
        return self.work.total_s / self.net_s if self.net_s else None


@dataclass(frozen=True, slots=True)
class TeamWorkload:
    """What the territories of a plan ask of every rep, a year and week by week, and how evenly it lies on them.

    `travel` says whether driving is planned on a road network or estimated from straight lines.
    """

    years: tuple[RepYear, ...]
    weeks: tuple[RepWeek, ...]
    evenness: tuple[Evenness, ...]
    travel: Basis

    def figures(self) -> Iterator[Figure]:
        """Every figure of every rep: the years first, then the weeks."""
        for year in self.years:
            yield from self._year(year)
        for week in self.weeks:
            bases = dict.fromkeys(("visits", "service", "access", "remote", "admin"), Basis.PLANNED)
            yield from self._work(week, "week", bases | {"travel": self.travel})

    def _year(self, year: RepYear) -> Iterator[Figure]:
        names = ("visits", "service", "access", "travel", "remote", "admin")
        yield Figure(year.rep, "year", year.first, "accounts", year.accounts, "accounts", Basis.MEASURED)
        yield from self._work(year, "year", dict.fromkeys(names, Basis.ESTIMATED))
        yield Figure(year.rep, "year", year.first, "net_days", year.net_days, "days", Basis.PLANNED)
        for metric, basis in year.known_sales:
            yield Figure(year.rep, "year", year.first, metric, getattr(year.sales, metric), "money", basis)

    def _work(self, row: RepYear | RepWeek, period: str, bases: dict[str, Basis]) -> Iterator[Figure]:
        def figure(metric: str, amount: float, unit: str, basis: Basis) -> Figure:
            return Figure(row.rep, period, row.first, metric, amount, unit, basis)

        work, known = row.work, weakest(*bases.values())
        yield figure("visits", work.visits, "visits", bases["visits"])
        for part in ("service", "access", "travel", "remote", "admin"):
            yield figure(f"{part}_h", getattr(work, f"{part}_s") / HOUR_S, "h", bases[part])
        yield figure("work_h", work.total_s / HOUR_S, "h", known)
        yield figure("net_h", row.net_s / HOUR_S, "h", Basis.PLANNED)
        if row.used is not None:
            yield figure("used", row.used, "share", known)


def weakest(*bases: Basis) -> Basis:
    """How a sum is known: as its least certain part."""
    return max(bases, key=SURENESS.index)
