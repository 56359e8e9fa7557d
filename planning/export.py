"""Exporting the record: all of it for an administrator, what they see for others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.export import Chosen, Contents, write_export
from crm.export import export_pieces as pieces
from crm.tables import (
    Account,
    AccountKey,
    AccountLink,
    AccountName,
    AccountPerson,
    Activity,
    ActivityType,
    AdminRegion,
    Asset,
    Code,
    Consent,
    ContactPoint,
    DocumentForm,
    DocumentLine,
    IncentiveLine,
    Lead,
    LeadContact,
    Opportunity,
    Person,
    PersonKey,
    Pipeline,
    PipelineStage,
    RegionEdition,
    Rep,
    Role,
    ServiceTask,
    Site,
    SiteRegion,
    StageEffect,
    StageMove,
    StageTimer,
    Visit,
    VisitDocument,
    WinEstimate,
)
from planning.leads import may_see_leads
from planning.people import may_see_people
from planning.viewer import Viewer, may_see_accounts, may_see_opportunities, may_see_reps, may_see_tasks

lies = table_of(SiteRegion)
account, site, person, rep = table_of(Account), table_of(Site), table_of(Person), table_of(Rep)
names, links, roles = table_of(AccountName), table_of(AccountLink), table_of(AccountPerson)
merged, merged_people = table_of(AccountKey), table_of(PersonKey)
asset, task = table_of(Asset), table_of(ServiceTask)
lead, senders = table_of(Lead), table_of(LeadContact)
papers, paper_lines = table_of(VisitDocument), table_of(DocumentLine)
earned = table_of(IncentiveLine)
points, consents, activity = table_of(ContactPoint), table_of(Consent), table_of(Activity)
opportunity, move, visit = table_of(Opportunity), table_of(StageMove), table_of(Visit)
effect, timer, estimate = table_of(StageEffect), table_of(StageTimer), table_of(WinEstimate)


OPEN_TO_ALL = (ActivityType, AdminRegion, Code, DocumentForm, Pipeline, PipelineStage, RegionEdition)
"""Tables of which everybody sees all."""


def export_record(database: Database, viewer: Viewer, file: IO[bytes]) -> Contents:
    """Write what the viewer may have to `file`, in one snapshot: everything but secrets, or what the viewer sees."""
    with database.read() as session:
        chosen = chosen_for(session, viewer)
        return write_export(session.connection(), file, chosen=chosen, seen_by=viewer.name if chosen else "")


def export_pieces(database: Database, viewer: Viewer) -> Iterator[bytes]:
    """The same piece by piece; the snapshot ends with the last one, or when the iterator is closed."""
    with database.read() as session:
        chosen = chosen_for(session, viewer)
        yield from pieces(session.connection(), chosen=chosen, seen_by=viewer.name if chosen else "")


def export_to(database: Database, viewer: Viewer, path: Path) -> Contents:
    """The same to a file, which only its owner may read and which is there whole or not at all."""
    import os

    fresh = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            contents = export_record(database, viewer, file)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return contents


def chosen_for(session: Session, viewer: Viewer) -> Chosen | None:
    """What the viewer may have: None for all of it."""
    return None if viewer.role is Role.ADMIN else seen(session, viewer)


@dataclass(frozen=True, slots=True)
class May:
    """What somebody sees, as conditions: on a column that holds an account's id, and on the rows of five tables."""

    accounts: Callable[[Any], ColumnElement[bool]]
    people: ColumnElement[bool]
    opportunities: ColumnElement[bool]
    tasks: ColumnElement[bool]
    leads: ColumnElement[bool]
    reps: ColumnElement[bool]


def seen(session: Session, viewer: Viewer) -> Chosen:
    """By table, which rows the viewer sees; the same conditions as everywhere else."""
    return seen_rows(
        May(
            accounts=lambda column: may_see_accounts(session, viewer, column),
            people=may_see_people(session, viewer),
            opportunities=may_see_opportunities(session, viewer),
            tasks=may_see_tasks(session, viewer),
            leads=may_see_leads(session, viewer),
            reps=may_see_reps(session, viewer),
        )
    )


def seen_rows(may: May) -> dict[str, ColumnElement[bool]]:
    """By table, which rows somebody sees; a table that is not named shows none. Row policies are made of this, too.

    So no condition on a table may look into that table itself.
    """
    people: Select[tuple[int]] = select(person.c.id).where(may.people)
    deals: Select[tuple[int]] = select(opportunity.c.id).where(may.opportunities)
    sites = select(site.c.id).where(may.accounts(site.c.account_id))
    reps = select(rep.c.id).where(may.reps)
    visited = or_(visit.c.site_id.in_(sites), visit.c.rep_id.in_(reps))
    of_visits = papers.c.visit_id.in_(select(visit.c.id).where(visited))
    return {
        "account": may.accounts(account.c.id),
        "site": may.accounts(site.c.account_id),
        "site_region": lies.c.site_id.in_(sites),
        "account_key": may.accounts(merged.c.account_id),
        "account_name": may.accounts(names.c.account_id),
        "account_link": may.accounts(links.c.account_id) & may.accounts(links.c.to_account_id),
        "person": may.people,
        "person_key": merged_people.c.person_id.in_(people),
        "account_person": may.accounts(roles.c.account_id),
        "contact_point": points.c.person_id.in_(people),
        "consent": consents.c.person_id.in_(people),
        "activity": may.accounts(activity.c.account_id),
        "asset": asset.c.site_id.in_(sites),
        "service_task": task.c.asset_id.in_(select(asset.c.id).where(asset.c.site_id.in_(sites))),
        "lead": may.leads,
        "lead_contact": senders.c.lead_id.in_(select(lead.c.id).where(may.leads)),
        "opportunity": may.opportunities,
        "stage_move": move.c.opportunity_id.in_(deals),
        "stage_effect": effect.c.stage_move_id.in_(select(move.c.id).where(move.c.opportunity_id.in_(deals))),
        "stage_timer": timer.c.opportunity_id.in_(deals),
        "win_estimate": estimate.c.opportunity_id.in_(deals),
        "task": may.tasks,
        "visit": visited,
        "visit_document": of_visits,
        "document_line": paper_lines.c.document_id.in_(select(papers.c.id).where(of_visits)),
        "incentive_line": earned.c.rep_id.in_(reps),
        "rep": may.reps,
        **{str(model.__tablename__): true() for model in OPEN_TO_ALL},
    }
