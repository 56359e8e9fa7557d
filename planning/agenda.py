"""What a rep has to do on a day besides the visits of the route: clients to be in touch with, tasks, service."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Assignment, Site, Visit, VisitState
from planning import service_tasks
from planning.agreed_visits import next_contacts
from planning.plans_in_force import plans_on
from planning.rep_days import rep_hours
from planning.tasks import TaskView, tasks_due
from planning.viewer import Viewer, held_by, require_rep, valid_under

account, site, visit, assignment = table_of(Account), table_of(Site), table_of(Visit), table_of(Assignment)

MOST = 50


@dataclass(frozen=True, slots=True)
class DueContact:
    """A client who was promised a contact by `on`; `site_id` is the first site, `visit_on` the next visit planned."""

    account_id: int
    account: str
    site_id: int
    on: date
    visit_on: date | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due on a day, the oldest first; `service` are faults of equipment at the rep's outlets."""

    rep_id: int
    day: date
    contacts: tuple[DueContact, ...]
    tasks: tuple[TaskView, ...]
    service: tuple[service_tasks.TaskView, ...]

    @property
    def count(self) -> int:
        """How many things there are to do."""
        return len(self.contacts) + len(self.tasks) + len(self.service)


def rep_agenda(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> Agenda:
    """What is due for a rep by a day; None asks for today where the rep is.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    wanted = day or now.astimezone(rep_hours(session, rep_id).zone).date()
    own = own_accounts(session, rep_id, wanted)
    faults = service_tasks.find_tasks(session, viewer, is_open=True, limit=1000).tasks
    return Agenda(
        rep_id=rep_id,
        day=wanted,
        contacts=due_contacts(session, own, wanted),
        tasks=tasks_due(session, rep_id, wanted, limit=MOST),
        service=tuple(one for one in faults if one.account_id in own and one.not_before <= wanted)[:MOST],
    )


def own_accounts(session: Session, rep_id: int, day: date) -> dict[int, tuple[str, int]]:
    """Name and first site of every account in the rep's territories, by id."""
    forces = plans_on(session, day)
    if not forces:
        return {}
    sql = (
        select(account.c.id, account.c.name, func.min(site.c.id))
        .join(site, site.c.account_id == account.c.id)
        .join(assignment, assignment.c.site_id == site.c.id)
        .where(valid_under(forces, assignment.c.plan_id, assignment))
        .where(assignment.c.territory_id.in_(held_by((rep_id,), forces)))
        .group_by(account.c.id, account.c.name)
    )
    return {key: (name, first) for key, name, first in session.execute(sql)}


def due_contacts(session: Session, own: dict[int, tuple[str, int]], day: date) -> tuple[DueContact, ...]:
    """Who of these accounts was promised a contact by the day and had none."""
    promised = sorted(next_contacts(session, day, own).items(), key=lambda item: (item[1], item[0]))[:MOST]
    following = (
        select(site.c.account_id, func.min(visit.c.day))
        .join(site, site.c.id == visit.c.site_id)
        .where(site.c.account_id.in_([key for key, _ in promised]), visit.c.day >= day)
        .where(visit.c.state == VisitState.PLANNED)
        .group_by(site.c.account_id)
    )
    planned = {key: on for key, on in session.execute(following)} if promised else {}
    return tuple(DueContact(key, *own[key], on, planned.get(key)) for key, on in promised)
