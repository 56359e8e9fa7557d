"""What was done with clients: telephone calls, mail, visits, meetings and notes, with outcome and next contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Activity, ActivityKind, Opportunity, Person, Rep, Site
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.external_ids import require_free_id
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.type_rules import require_outcome, require_type, type_of
from planning.viewer import Viewer, may_see_accounts, require_account

activity, account, person = table_of(Activity), table_of(Account), table_of(Person)
rep, site, opportunity = table_of(Rep), table_of(Site), table_of(Opportunity)


@dataclass(frozen=True, slots=True)
class ActivityView:
    """Something done with or for an account."""

    id: int
    external_id: str | None
    account_id: int
    account: str
    site_id: int | None
    person_id: int | None
    person: str | None
    opportunity_id: int | None
    visit_id: int | None
    rep_id: int | None
    rep: str | None
    kind: str
    type: str | None
    at: datetime
    duration_s: int | None
    outcome: str
    text: str
    next_contact_on: date | None
    made_by: str
    version: int


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Activities, the newest first; `after` counts those before the next page, None on the last."""

    activities: tuple[ActivityView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class AskedActivities:
    """Which activities; None leaves a question open. `until` is the first moment that no longer counts."""

    account_id: int | None = None
    person_id: int | None = None
    opportunity_id: int | None = None
    rep_id: int | None = None
    kind: ActivityKind | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The questions as conditions on `activity`."""
        same = {
            activity.c.account_id: self.account_id,
            activity.c.person_id: self.person_id,
            activity.c.opportunity_id: self.opportunity_id,
            activity.c.rep_id: self.rep_id,
            activity.c.kind: self.kind,
            activity.c.type: self.type,
        }
        asked = [column == value for column, value in same.items() if value is not None]
        since = [activity.c.at >= self.since] if self.since else []
        return asked + since + ([activity.c.at < self.until] if self.until else [])


def find_activities(
    session: Session, viewer: Viewer, asked: AskedActivities, *, after: int = 0, limit: int
) -> ActivityPage:
    """Activities that fit, newest moment first, going on below the activity `after`."""
    sql = activities().where(*asked.conditions(), may_see_accounts(session, viewer, activity.c.account_id))
    if after:
        last = session.scalar(select(activity.c.at).where(activity.c.id == after))
        if last is not None:
            beyond = or_(activity.c.at < last, and_(activity.c.at == last, activity.c.id < after))
            sql = sql.where(beyond)
    rows = session.execute(sql.order_by(activity.c.at.desc(), activity.c.id.desc()).limit(limit + 1)).all()
    found = tuple(ActivityView(*row) for row in rows[:limit])
    return ActivityPage(found, found[-1].id if len(rows) > limit else None)


def get_activity(session: Session, viewer: Viewer, activity_id: int) -> ActivityView:
    """One activity.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    seen = may_see_accounts(session, viewer, activity.c.account_id)
    row = session.execute(activities().where(activity.c.id == activity_id, seen)).first()
    if row is None:
        raise MissingError(f"There is no activity {activity_id}.")
    return ActivityView(*row)


def activities() -> Select[Any]:
    """Activities with the names of what they refer to, in the order of `ActivityView`."""
    own = activity.c
    return (
        select(
            *(own.id, own.external_id, own.account_id, account.c.name, own.site_id, own.person_id, person.c.name),
            *(own.opportunity_id, own.visit_id, own.rep_id, rep.c.name, own.kind, own.type, own.at, own.duration_s),
            *(own.outcome, own.text, own.next_contact_on, own.made_by, own.version),
        )
        .join(account, account.c.id == own.account_id)
        .outerjoin(person, person.c.id == own.person_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
    )


def add_activity(session: Session, viewer: Viewer, values: Mapping[str, Any], *, checked: str = "") -> int:
    """Note what was done; returns the id. `values` are columns of `Activity`; a rep's own is noted for that rep.

    `checked` names a field that need not be looked at any more.

    Raises:
        MissingError: the account is not there for the viewer.
        FaultyError: a type that may not be chosen that day, or an outcome that it does not permit.
        RefusedError: no outcome where one is needed, one that is not in its list, or a site, person or opportunity
            that does not belong to the account, or an id that is taken.
    """
    check(session, viewer, values, {name: value for name, value in values.items() if name != checked})
    require_free_id(session, "activities", values.get("external_id"), activity)
    rep_id = values.get("rep_id") or viewer.rep_id
    row = {"made_by": viewer.name, "version": 1, **values, "rep_id": rep_id}
    whole = {name: row.get(name) for name in activity.columns.keys() if name != "id"}  # noqa: SIM118
    whole |= {name: row.get(name) or "" for name in ("outcome", "text")}
    (made,) = insert_all(session, Activity, [whole])
    return made


def edit_activity(session: Session, viewer: Viewer, activity_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change an activity.

    Raises:
        MissingError: there is no such activity for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: as for a new one.
    """
    get_activity(session, viewer, activity_id)
    before = session.execute(select(activity).where(activity.c.id == activity_id)).mappings().one()
    changed = {name: value for name, value in values.items() if before[name] != value}
    check(session, viewer, {**before, **values}, changed)
    edit_row(session, activity, activity_id, version, values)


def check(session: Session, viewer: Viewer, values: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse an activity that does not hold together; of classifiers only what is `new`: what it has may have ended."""
    account_id = values["account_id"]
    require_account(session, viewer, account_id)
    outcome = values.get("outcome") or ""
    if not outcome and values["kind"] in (ActivityKind.PHONE_CALL, ActivityKind.VISIT, ActivityKind.MEETING):
        raise RefusedError(f"Say what came of the {str(values['kind']).replace('_', ' ')}: its outcome is missing.")
    if new.get("outcome"):
        require_code(session, "outcome", outcome)
    if new.get("type"):
        require_type(session, values["type"], values["kind"], values["at"].date())
    if values.get("type") and (new.get("type") or new.get("outcome")):
        require_outcome(type_of(session, values["type"]), outcome)
    for name, table in (("site_id", site), ("opportunity_id", opportunity)):
        if values.get(name) is not None:
            owner = session.scalar(select(table.c.account_id).where(table.c.id == values[name]))
            if owner != account_id:
                raise RefusedError(f"{name} {values[name]} does not belong to account {account_id}.")
    for name, table in (("person_id", person), ("rep_id", rep)):
        if values.get(name) is not None and not session.scalar(
            select(func.count()).select_from(table).where(table.c.id == values[name])
        ):
            raise RefusedError(f"There is no {table.name} {values[name]}.")
