"""What incentives came to, line by line for whoever may see it, and summed up for payroll."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import IncentiveLine, Rep
from planning.incentives import FACTS, get_run
from planning.viewer import Viewer, may_see_reps

line, rep = table_of(IncentiveLine), table_of(Rep)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with the rep's name; see `IncentiveLine`."""

    id: int
    run_id: int
    earned_on: date
    rule: str
    event: str
    rep_id: int
    rep: str
    currency: str
    day: date
    base: float
    share: float
    hundredths: int
    why: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """Lines in order of their ids; `after` is the id to go on from, None on the last page."""

    lines: tuple[LineView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Pay:
    """What a rep gets by one rule in a run; `corrects`: of earlier runs."""

    rep: str
    name: str
    rule: str
    corrects: bool
    currency: str
    lines: int
    hundredths: int


def find_lines(
    session: Session,
    viewer: Viewer,
    *,
    run_id: int | None = None,
    rep_id: int | None = None,
    after: int = 0,
    limit: int,
) -> LinePage:
    """Lines of reps whom the viewer sees, of one run or rep, or all."""
    own = line.c
    names = ("id", "run_id", "earned_on", "rule", "event", "rep_id")
    sql = (
        select(*(own[name] for name in names), rep.c.name, own.currency, *(own[name] for name in FACTS))
        .join(rep, rep.c.id == own.rep_id)
        .where(own.id > after, may_see_reps(session, viewer))
        .order_by(own.id)
    )
    for column, wanted in ((own.run_id, run_id), (own.rep_id, rep_id)):
        sql = sql if wanted is None else sql.where(column == wanted)
    rows = session.execute(sql.limit(limit + 1)).all()
    found = tuple(LineView(*row) for row in rows[:limit])
    return LinePage(found, found[-1].id if len(rows) > limit else None)


def payroll(session: Session, run_id: int) -> Sequence[Pay]:
    """What a run pays, by rep and rule; corrections of earlier runs apart.

    Raises:
        MissingError: there is no such run.
    """
    of = get_run(session, run_id)
    corrects = line.c.earned_on < of.first_on
    sql = (
        select(rep.c.external_id, rep.c.name, line.c.rule, corrects, line.c.currency)
        .add_columns(func.count(), func.sum(line.c.hundredths))
        .join(rep, rep.c.id == line.c.rep_id)
        .where(line.c.run_id == run_id)
        .group_by(rep.c.external_id, rep.c.name, line.c.rule, corrects, line.c.currency)
        .order_by(rep.c.external_id, line.c.rule, corrects, line.c.currency)
    )
    return [
        Pay(external_id, name, rule, bool(late), currency, lines, int(hundredths))
        for external_id, name, rule, late, currency, lines, hundredths in session.execute(sql)
    ]
