"""When a rep is away, as a page shows it: what is coming, what was, and visits still planned on days away."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Route, Visit, VisitState
from planning.rep_days import AbsenceView, list_absences, rep_hours
from planning.viewer import Viewer

route, visit = table_of(Route), table_of(Visit)

SHOWN = 30
"""Absences that are over, at most."""


@dataclass(frozen=True, slots=True)
class AwayDay:
    """A day of an absence on which visits are planned all the same."""

    day: date
    visits: int


@dataclass(frozen=True, slots=True)
class Away:
    """An absence with the days that are still to be cleared."""

    absence: AbsenceView
    days: tuple[AwayDay, ...]

    @property
    def visits(self) -> int:
        """How many visits are planned while the rep is away."""
        return sum(one.visits for one in self.days)


@dataclass(frozen=True, slots=True)
class AwayPage:
    """The absences of a rep: those to come, the next first, and those that are over, the latest first."""

    rep_id: int
    rep: str
    coming: tuple[Away, ...]
    over: tuple[AbsenceView, ...]


def away_page(session: Session, viewer: Viewer, rep_id: int) -> AwayPage:
    """All there is to say of a rep's absences.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    known = list_absences(session, viewer, rep_id)
    coming = sorted((one for one in known if one.last_on >= viewer.day), key=lambda one: one.first_on)
    over = tuple(one for one in known if one.last_on < viewer.day)[:SHOWN]
    planned = _planned(session, rep_id, viewer.day, max((one.last_on for one in coming), default=viewer.day))
    found = tuple(Away(one, tuple(day for day in planned if one.first_on <= day.day <= one.last_on)) for one in coming)
    return AwayPage(rep_id, rep_hours(session, rep_id).name, found, over)


def _planned(session: Session, rep_id: int, first: date, last: date) -> list[AwayDay]:
    sql = (
        select(route.c.day, func.count().label("visits"))
        .join(visit, visit.c.route_id == route.c.id)
        .where(route.c.rep_id == rep_id, route.c.day.between(first, last), visit.c.state == VisitState.PLANNED)
        .group_by(route.c.day)
        .order_by(route.c.day)
    )
    return [AwayDay(row.day, row.visits) for row in session.execute(sql)]
