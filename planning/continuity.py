"""How many visits are made by the rep whom the customer knows: of those done, and of those planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep, Route, TerritoryPlan, Visit, VisitState
from planning.today import in_force
from planning.viewer import Viewer, may_see_reps

visit, route, plan, rep = table_of(Visit), table_of(Route), table_of(TerritoryPlan), table_of(Rep)


@dataclass(frozen=True, slots=True)
class Continuity:
    """Visits of a rep: `known` were made where the visit before was the rep's own too, `first` are the first of their
    site; `share` is `known` among those that are not first, None where there are none."""

    rep_id: int
    rep: str
    visits: int
    known: int
    first: int

    @property
    def share(self) -> float | None:
        again = self.visits - self.first
        return self.known / again if again else None


def continuity(session: Session, viewer: Viewer, first: date, last: date, *, today: date) -> tuple[Continuity, ...]:
    """By rep that the viewer sees, visits between two days: those done, and from `today` on those planned."""
    made = ordered_visits(today).where(visit.c.day <= last).subquery()
    sql = (
        select(
            *(rep.c.id, rep.c.name, func.count()),
            func.sum(func.coalesce(made.c.before == made.c.rep_id, False).cast(visit.c.id.type)),
            func.sum(made.c.before.is_(None).cast(visit.c.id.type)),
        )
        .join(made, made.c.rep_id == rep.c.id)
        .where(made.c.day >= first, may_see_reps(session, viewer))
        .group_by(rep.c.id, rep.c.name)
        .order_by(rep.c.name, rep.c.id)
    )
    return tuple(Continuity(*row) for row in session.execute(sql))


def ordered_visits(today: date) -> Select[Any]:
    """Every visit that counts, with the rep of the one before at its site."""
    ahead = and_(visit.c.state == VisitState.PLANNED, visit.c.day >= today, visit.c.sequence.is_not(None), in_force())
    before = func.lag(visit.c.rep_id).over(partition_by=visit.c.site_id, order_by=(visit.c.day, visit.c.id))
    return (
        select(visit.c.rep_id, visit.c.day, before.label("before"))
        .outerjoin(route, route.c.id == visit.c.route_id)
        .outerjoin(plan, plan.c.id == route.c.plan_id)
        .where(or_(visit.c.state == VisitState.DONE, ahead))
    )


def whole(rows: Iterable[Continuity]) -> float | None:
    """The share of all reps together."""
    again = [(row.known, row.visits - row.first) for row in rows]
    of = sum(visits for _, visits in again)
    return sum(known for known, _ in again) / of if of else None
