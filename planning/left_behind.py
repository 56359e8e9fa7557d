"""What nobody looks after any more when a user may no longer sign in: for whoever hands it to others."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    HolderRole,
    ItemState,
    Job,
    Opportunity,
    PipelineStage,
    StageKind,
    Task,
    TaskState,
    Territory,
    TerritoryHolder,
    User,
    Visit,
    VisitState,
    WorkItem,
)
from planning.plans_in_force import covers
from planning.record_errors import MissingError

user, holder, territory = table_of(User), table_of(TerritoryHolder), table_of(Territory)
opportunity, stage, visit = table_of(Opportunity), table_of(PipelineStage), table_of(Visit)
item, job, task = table_of(WorkItem), table_of(Job), table_of(Task)


@dataclass(frozen=True, slots=True)
class HeldTerritory:
    """A territory whose primary holder the user is."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What hangs on a user's rep from a day on; all of it is nobody's when no other active user is that rep.

    `visits` are those planned from that day on, until `last_visit_on`; `jobs` the user's own that are not over, of a
    user made inactive those that were worked on then.
    """

    rep_id: int | None
    others: tuple[str, ...]
    territories: tuple[HeldTerritory, ...]
    open_deals: int
    tasks: int
    work_items: int
    visits: int
    last_visit_on: date | None
    jobs: tuple[int, ...]

    @property
    def orphaned(self) -> bool:
        """True when something is left and nobody else signs in as the rep."""
        held = self.territories or self.open_deals or self.tasks or self.work_items or self.visits
        return bool(held) and not self.others


def left_behind(session: Session, user_id: int, day: date) -> LeftBehind:
    """What the user, or the user's rep, holds on a day.

    Raises:
        MissingError: there is no such user.
    """
    row = session.execute(select(user.c.name, user.c.rep_id).where(user.c.id == user_id)).first()
    if row is None:
        raise MissingError(f"There is no user {user_id}.")
    own = job.c.asked_by == row.name
    jobs = tuple(session.scalars(select(job.c.id).where(own, job.c.ended_at.is_(None)).order_by(job.c.id)))
    if row.rep_id is None:
        return LeftBehind(None, (), (), 0, 0, 0, 0, None, jobs)
    others = select(user.c.name).where(user.c.rep_id == row.rep_id, user.c.active, user.c.id != user_id)
    held = (
        select(territory.c.id, territory.c.name)
        .join(holder, holder.c.territory_id == territory.c.id)
        .where(holder.c.rep_id == row.rep_id, holder.c.role == HolderRole.PRIMARY, covers(holder, day))
    )
    still_open = select(stage.c.id).where(stage.c.kind == StageKind.OPEN)
    planned = (visit.c.rep_id == row.rep_id, visit.c.state == VisitState.PLANNED, visit.c.day >= day)
    visits, last = session.execute(select(func.count(), func.max(visit.c.day)).where(*planned)).one()

    def count(*which: Any) -> int:
        return int(session.scalar(select(func.count()).where(*which)) or 0)

    return LeftBehind(
        rep_id=row.rep_id,
        others=tuple(session.scalars(others.order_by(user.c.name))),
        territories=tuple(HeldTerritory(*one) for one in session.execute(held.order_by(territory.c.name))),
        open_deals=count(opportunity.c.rep_id == row.rep_id, opportunity.c.stage_id.in_(still_open)),
        tasks=count(task.c.rep_id == row.rep_id, task.c.state == TaskState.OPEN),
        work_items=count(item.c.rep_id == row.rep_id, item.c.state == ItemState.LEASED),
        visits=visits,
        last_visit_on=last,
        jobs=jobs,
    )
