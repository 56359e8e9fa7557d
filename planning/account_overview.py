"""All about one account in one answer: names, family, people, ownership, visits, sales, activities and leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Activity,
    Assignment,
    HolderRole,
    Lead,
    Rep,
    Route,
    Site,
    TaskState,
    Territory,
    TerritoryHolder,
    Visit,
)
from planning.account_search import OwnedOn
from planning.activities import ActivityView, AskedActivities, find_activities
from planning.find_accounts import AccountView, get_account
from planning.firms import LinkView, NameView, links_of, names_of
from planning.leads import LeadView, leads
from planning.opportunities import Asked, OpportunityView, find_opportunities
from planning.people import PersonView, find_people
from planning.tasks import AskedTasks, TaskView, find_tasks
from planning.viewer import Viewer, everything

activity, assignment, holder = table_of(Activity), table_of(Assignment), table_of(TerritoryHolder)
territory, rep, site = table_of(Territory), table_of(Rep), table_of(Site)
visit, route, lead = table_of(Visit), table_of(Route), table_of(Lead)

MOST = 20
"""Rows of a kind in an overview; the lists of each kind give the rest."""


@dataclass(frozen=True, slots=True)
class OwnershipView:
    """A span of days in which a site lay in a territory, and who held it at its beginning."""

    site_id: int
    territory_id: int
    territory: str
    rep_id: int | None
    rep: str | None
    valid_from: date
    valid_to: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit, planned or made."""

    id: int
    site_id: int
    rep_id: int
    rep: str
    day: date
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Overview:
    """An account with what belongs to it; at most `MOST` of a kind, the newest first. `tasks` are the open ones."""

    account: AccountView
    names: tuple[NameView, ...]
    links: tuple[LinkView, ...]
    people: tuple[PersonView, ...]
    ownership: tuple[OwnershipView, ...]
    next_visit: VisitView | None
    last_visit: VisitView | None
    visits: tuple[VisitView, ...]
    opportunities: tuple[OpportunityView, ...]
    tasks: tuple[TaskView, ...]
    activities: tuple[ActivityView, ...]
    next_contact_on: date | None
    leads: tuple[LeadView, ...]


def account_overview(session: Session, viewer: Viewer, account_id: int, *, on: OwnedOn) -> Overview:
    """Everything about one account; names, links and owner are those of the day `on`.

    Raises:
        MissingError: there is no such account for the viewer.
    """
    found = get_account(session, viewer, account_id, on=on)
    whole = everything(viewer.day)  # who sees the account sees its sales, activities and leads
    sites = [item.id for item in found.sites]
    visits = visits_of(session, sites)
    due = [item for item in visits if item.day >= on.day and item.state == "planned"]
    return Overview(
        account=found,
        names=names_of(session, account_id, on.day),
        links=links_of(session, viewer, account_id, on.day),
        people=find_people(session, viewer, account_id=account_id, limit=MOST).people,
        ownership=ownership_of(session, sites),
        next_visit=due[-1] if due else None,
        last_visit=next((item for item in visits if item.state == "done"), None),
        visits=tuple(visits[:MOST]),
        opportunities=find_opportunities(session, whole, Asked(account_id=account_id), limit=MOST).opportunities,
        tasks=find_tasks(session, whole, AskedTasks(state=TaskState.OPEN, account_id=account_id), limit=MOST).tasks,
        activities=find_activities(session, whole, AskedActivities(account_id=account_id), limit=MOST).activities,
        next_contact_on=next_contact(session, account_id, on.day),
        leads=leads_of(session, account_id),
    )


def visits_of(session: Session, sites: Sequence[int]) -> list[VisitView]:
    """The visits of these sites, the newest first."""
    sql = (
        select(visit.c.id, visit.c.site_id, rep.c.id, rep.c.name, visit.c.day, visit.c.state, visit.c.outcome)
        .join(rep, rep.c.id == visit.c.rep_id)
        .where(visit.c.site_id.in_(sites))
        .order_by(visit.c.day.desc(), visit.c.id.desc())
        .limit(200)
    )
    return [VisitView(*row) for row in session.execute(sql)]


def ownership_of(session: Session, sites: Sequence[int]) -> tuple[OwnershipView, ...]:
    """Who these sites belonged to, the newest span first."""
    first = assignment.c.valid_from
    held = (
        (holder.c.territory_id == territory.c.id)
        & (holder.c.role == HolderRole.PRIMARY)
        & (holder.c.valid_from <= first)
        & (holder.c.valid_to.is_(None) | (holder.c.valid_to > first))
    )
    sql = (
        select(
            *(assignment.c.site_id, territory.c.id, territory.c.name, rep.c.id, rep.c.name),
            *(assignment.c.valid_from, assignment.c.valid_to, assignment.c.reason),
        )
        .join(territory, territory.c.id == assignment.c.territory_id)
        .outerjoin(holder, held)
        .outerjoin(rep, rep.c.id == holder.c.rep_id)
        .where(assignment.c.site_id.in_(sites))
        .order_by(assignment.c.valid_from.desc(), assignment.c.id.desc())
        .limit(MOST)
    )
    return tuple(OwnershipView(*row) for row in session.execute(sql))


def next_contact(session: Session, account_id: int, day: date) -> date | None:
    """The first day from `day` on for which somebody promised to be in touch."""
    sql = select(func.min(activity.c.next_contact_on))
    found: Any = session.scalar(sql.where(activity.c.account_id == account_id, activity.c.next_contact_on >= day))
    return date.fromisoformat(found) if isinstance(found, str) else found


def leads_of(session: Session, account_id: int) -> tuple[LeadView, ...]:
    """The leads about an account, the newest first."""
    sql = leads().where(lead.c.account_id == account_id).order_by(lead.c.id.desc()).limit(MOST)
    return tuple(LeadView(*row) for row in session.execute(sql))
