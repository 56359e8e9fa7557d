"""Plan and fact: work and revenue of reps, planned and real, by period, and of all of them together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from balancing.workload import NONE, PERIODS, Basis, Entry, Work, total
from planning.targets import targets_by_day, won_by_day
from planning.viewer import Viewer
from planning.workload_periods import by_key, rep_entries

HOME = "\0home"
"""In the place of a type: what leads to no visit."""

type Sums = dict[str, list[float]]
type Parts = dict[tuple[str, Basis], Work]


@dataclass(frozen=True, slots=True)
class Money:
    """Revenue to win and won in one currency."""

    currency: str
    target: float
    won: float


@dataclass(frozen=True, slots=True)
class TypeFact:
    """Visits of one type, planned and made; None: those without a type."""

    type: str | None
    planned: Work
    done: Work


@dataclass(frozen=True, slots=True)
class PlanFact:
    """What a rep planned and did in one period: work, and money by currency. `types` are parts of the work."""

    rep_id: int
    rep: str
    first: date
    planned: Work
    done: Work
    revenue: tuple[Money, ...]
    types: tuple[TypeFact, ...]


@dataclass(frozen=True, slots=True)
class PlanFactSum:
    """All of that of one period; a visit that several reps made counts once."""

    first: date
    planned: Work
    done: Work
    revenue: tuple[Money, ...]
    types: tuple[TypeFact, ...]


def plan_and_fact(
    session: Session, viewer: Viewer, *, first: date, last: date, period: str
) -> tuple[tuple[PlanFact, ...], tuple[PlanFactSum, ...]]:
    """Work and revenue, planned and real, of every rep whom the viewer may see, by `period`; and of all of them.

    A joint visit counts for everybody who makes it, and once in the sums. A target counts in a period with the share of
    its days that lie in it (and between `first` and `last`). A sale is won on the day on which it came to the stage
    where it stood on `last`; who share it are credited as on that day.

    Raises:
        balancing.InvalidWork: no such period.
    """
    rows, seen = rep_entries(session, viewer, first, last)
    names = {int(key): name for key, name in seen.items()}
    work = by_type(rows, period, lambda entry: entry.rep)
    once = by_type((entry for entry in rows if not entry.again), period, lambda entry: "")
    money: dict[tuple[str, date], Sums] = {}
    first_of = PERIODS[period]
    for place, found in enumerate((targets_by_day(session, first, last), won_by_day(session, first, last))):
        for rep_id, day, currency, amount in found:
            for who in (str(rep_id), "") if rep_id in names else ():
                sums = money.setdefault((who, first_of(day)), {}).setdefault(currency, [0.0, 0.0])
                sums[place] += amount
    keys = [(who, day) for who, day in work.keys() | money.keys() if who]
    items = tuple(
        PlanFact(int(who), seen[who], day, *facts(work.get((who, day), {}), money.get((who, day), {})))
        for who, day in sorted(keys, key=lambda key: (key[1], seen[key[0]], int(key[0])))
    )
    days = sorted({day for who, day in once.keys() | money.keys() if not who})
    return items, tuple(PlanFactSum(day, *facts(once.get(("", day), {}), money.get(("", day), {}))) for day in days)


def by_type(rows: Iterable[Entry], period: str, who: Callable[[Entry], str]) -> dict[tuple[str, date], Parts]:
    """Work by whose it is and period, in parts by type of visit; the way home, no visit, has no type (`HOME`)."""
    found: dict[tuple[str, date], Parts] = {}
    sums = by_key(list(rows), period, lambda entry: (who(entry), entry.kind if entry.work.visits else HOME))
    for (name, day, basis), work in sums.items():
        found.setdefault((name[0], day), {})[name[1], basis] = work
    return found


def facts(parts: Parts, money: Sums) -> tuple[Work, Work, tuple[Money, ...], tuple[TypeFact, ...]]:
    """Planned, done, revenue, and the visits by type."""

    def of(basis: Basis) -> Work:
        return total(work for (_, how), work in parts.items() if how is basis)

    kinds = sorted({kind for kind, _ in parts if kind != HOME})
    types = tuple(
        TypeFact(kind or None, parts.get((kind, Basis.PLANNED), NONE), parts.get((kind, Basis.MEASURED), NONE))
        for kind in kinds
    )
    revenue = tuple(Money(name, *sums) for name, sums in sorted(money.items()))
    return of(Basis.PLANNED), of(Basis.MEASURED), revenue, types
