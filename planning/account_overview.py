"""All about one account in one answer: names, family, people, ownership, visits, documents, sales, leads and more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from crm.columns import table_of
from crm.often import Often
from crm.tables import (
    Activity,
    Assignment,
    HolderRole,
    Lead,
    Opportunity,
    Rep,
    Task,
    TaskState,
    Territory,
    TerritoryHolder,
    Visit,
)
from planning.account_search import OwnedOn
from planning.activities import ActivityView, activities
from planning.admin_regions import SiteRegionView, regions_of_sites
from planning.agreed_visits import next_contacts
from planning.as_it_was import end_of
from planning.documents import DocumentView, documents_of
from planning.find_accounts import AccountView, get_account
from planning.firms import LinkView, NameView, links_of, names_of
from planning.leads import LeadView, leads
from planning.opportunities import OpportunityView, opportunities
from planning.overview_then import FirmThen, work_then
from planning.people import first_people
from planning.people_views import PersonView
from planning.tasks import TaskView, tasks
from planning.viewer import Viewer

activity, assignment, holder = table_of(Activity), table_of(Assignment), table_of(TerritoryHolder)
territory, rep = table_of(Territory), table_of(Rep)
visit, lead = table_of(Visit), table_of(Lead)
opportunity, task = table_of(Opportunity), table_of(Task)

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
    type: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Overview:
    """An account with what belongs to it; at most `MOST` of a kind, the newest first. `tasks` are the open ones.

    `as_of` says for every part the day whose state it shows. `next_contact_on` is what was promised last and not kept
    since, also where that day has passed.
    """

    as_of: Mapping[str, date]
    account: AccountView
    regions: tuple[SiteRegionView, ...]
    names: tuple[NameView, ...]
    links: tuple[LinkView, ...]
    people: tuple[PersonView, ...]
    ownership: tuple[OwnershipView, ...]
    next_visit: VisitView | None
    last_visit: VisitView | None
    visits: tuple[VisitView, ...]
    documents: tuple[DocumentView, ...]
    opportunities: tuple[OpportunityView, ...]
    tasks: tuple[TaskView, ...]
    activities: tuple[ActivityView, ...]
    next_contact_on: date | None
    leads: tuple[LeadView, ...]


def account_overview(session: Session, viewer: Viewer, account_id: int, *, on: OwnedOn) -> Overview:
    """Everything about one account; names, links, owner and ways to reach people are of the day `on`.

    Of a day that has passed, documents and activities are those written by then, sales and open tasks as they were; the
    rest is as it stands today (`Overview.as_of`).

    Raises:
        MissingError: there is no such account for the viewer.
    """
    found = get_account(session, viewer, account_id, on=on)
    sites, about = [item.id for item in found.sites], {"account": account_id}
    before = end_of(on.day) if on.day < viewer.day else datetime.max.replace(tzinfo=UTC)
    visits = visits_of(session, sites)
    due = [item for item in visits if item.day >= on.day and item.state == "planned"]
    if on.day < viewer.day:
        sales, to_do = work_then(session, FirmThen(account_id, found.name, on.day), limit=MOST)
    else:
        sales = tuple(OpportunityView(*row) for row in OPPORTUNITIES.rows(session, **about))
        to_do = tuple(TaskView(*row) for row in TASKS.rows(session, **about))
    return Overview(
        as_of=days_shown(on.day, viewer.day),
        account=found,
        regions=regions_of_sites(session, sites, on.day),
        names=names_of(session, account_id, on.day),
        links=links_of(session, viewer, account_id, on.day),
        people=first_people(session, viewer, account_id, MOST, on.day),
        ownership=ownership_of(session, sites),
        next_visit=due[-1] if due else None,
        last_visit=next((item for item in visits if item.state == "done"), None),
        visits=tuple(visits[:MOST]),
        documents=documents_of(session, account_id, before=before, limit=MOST),
        opportunities=sales,
        tasks=to_do,
        activities=tuple(ActivityView(*row) for row in ACTIVITIES.rows(session, before=before, **about)),
        next_contact_on=next_contacts(session, date.max, [account_id]).get(account_id),
        leads=tuple(LeadView(*row) for row in LEADS.rows(session, **about)),
    )


def days_shown(on: date, today: date) -> dict[str, date]:
    """The day of which each part of an overview is."""
    written = min(on, today)
    return {
        **dict.fromkeys(("account", "regions", "names", "links", "people"), on),
        **dict.fromkeys(("documents", "activities", "opportunities", "tasks"), written),
        **dict.fromkeys(("ownership", "visits", "next_contact_on", "leads"), today),
    }


def visits_of(session: Session, sites: Sequence[int]) -> list[VisitView]:
    """The visits of these sites, the newest first."""
    return [VisitView(*row) for row in of_sites(session, sites, visits_at)]


def ownership_of(session: Session, sites: Sequence[int]) -> tuple[OwnershipView, ...]:
    """Who these sites belonged to, the newest span first."""
    return tuple(OwnershipView(*row) for row in of_sites(session, sites, ownership_at))


def of_sites(session: Session, sites: Sequence[int], query: Callable[[str, int], Often]) -> Sequence[Any]:
    """The rows of a query about sites, for these; none for no sites."""
    if not sites:
        return ()
    dialect = dialect_of(session)
    return query(dialect, places_for(sites, dialect)).rows(session, **told("sites", sites, dialect))


@cache
def visits_at(dialect: str, places: int) -> Often:
    """The visits of the sites `sites`, in the order of `VisitView`."""
    own = visit.c
    return Often(
        select(own.id, own.site_id, rep.c.id, rep.c.name, own.day, own.state, own.type, own.outcome)
        .join(rep, rep.c.id == own.rep_id)
        .where(among(own.site_id, "sites", dialect, places))
        .order_by(own.day.desc(), own.id.desc())
        .limit(200)
    )


@cache
def ownership_at(dialect: str, places: int) -> Often:
    """The spans of the sites `sites`, in the order of `OwnershipView`."""
    first = assignment.c.valid_from
    held = (
        (holder.c.territory_id == territory.c.id)
        & (holder.c.role == HolderRole.PRIMARY)
        & (holder.c.valid_from <= first)
        & (holder.c.valid_to.is_(None) | (holder.c.valid_to > first))
    )
    return Often(
        select(
            *(assignment.c.site_id, territory.c.id, territory.c.name, rep.c.id, rep.c.name),
            *(assignment.c.valid_from, assignment.c.valid_to, assignment.c.reason),
        )
        .join(territory, territory.c.id == assignment.c.territory_id)
        .outerjoin(holder, held)
        .outerjoin(rep, rep.c.id == holder.c.rep_id)
        .where(among(assignment.c.site_id, "sites", dialect, places))
        .order_by(assignment.c.valid_from.desc(), assignment.c.id.desc())
        .limit(MOST)
    )


# Who sees the account sees its sales, tasks, activities and leads.
ABOUT: Any = bindparam("account")
OPPORTUNITIES = Often(opportunities().where(opportunity.c.account_id == ABOUT).order_by(opportunity.c.id).limit(MOST))
OF_SALES = select(opportunity.c.id).where(opportunity.c.account_id == ABOUT)
TASKS = Often(
    tasks()
    .where(task.c.state == TaskState.OPEN, (task.c.account_id == ABOUT) | task.c.opportunity_id.in_(OF_SALES))
    .order_by(task.c.id)
    .limit(MOST)
)
ACTIVITIES = Often(
    activities()
    .where(activity.c.account_id == ABOUT, activity.c.at < bindparam("before", type_=activity.c.at.type))
    .order_by(activity.c.at.desc(), activity.c.id.desc())
    .limit(MOST)
)
LEADS = Often(leads().where(lead.c.account_id == ABOUT).order_by(lead.c.id.desc()).limit(MOST))
