"""What a proposal knows of accounts besides their hours (years with the rep, promised visits, needs), and of reps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    AccountNeed,
    Activity,
    Assignment,
    HolderRole,
    Opportunity,
    PipelineStage,
    Rep,
    RepSkill,
    StageKind,
    TerritoryHolder,
    TerritoryPlan,
    Visit,
    VisitState,
)
from geo.place import Place

assignment, holder, plan = table_of(Assignment), table_of(TerritoryHolder), table_of(TerritoryPlan)
visit, activity, rep = table_of(Visit), table_of(Activity), table_of(Rep)
opportunity, stage = table_of(Opportunity), table_of(PipelineStage)
skill, need = table_of(RepSkill), table_of(AccountNeed)

YEAR_DAYS = 365.25
LUNCH_S = 1800
LUNCH_FROM_S = 6 * 3600
"""Shifts at least so long have a lunch."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a territory: the rep's home (None: not known), the time of one working day, and skills by name."""

    rep_id: int
    home: Place | None
    day_s: int
    skills: tuple[tuple[str, float], ...]

    def can(self, needs: Sequence[tuple[str, float]]) -> bool:
        """Whether the rep has every skill at the level asked for; names match without regard to case."""
        have = {name.casefold(): level for name, level in self.skills}
        return all(have.get(name.casefold(), -1.0) >= level for name, level in needs)


def holders_of(session: Session, territories: Iterable[int], reps: Sequence[int]) -> tuple[Holder, ...]:
    """The primary holder of each territory now; where there is none, the rep of `reps` that it was planned for."""
    sql = select(holder.c.territory_id, holder.c.rep_id).where(
        holder.c.role == HolderRole.PRIMARY, holder.c.valid_to.is_(None)
    )
    now = {row.territory_id: row.rep_id for row in session.execute(sql)}
    facts = {row.id: row for row in session.execute(select(rep))}
    skills: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for row in session.execute(select(skill.c.rep_id, skill.c.skill, skill.c.level).order_by(skill.c.skill)):
        skills[row.rep_id].append((row.skill, row.level))
    found = []
    for territory, planned in zip(territories, reps, strict=True):
        row = facts[now.get(territory, planned)]
        home = None if row.home_lat is None or row.home_assumed else Place(row.home_lat, row.home_lon)
        shift_s = row.shift_end_s - row.shift_start_s
        day_s = shift_s - (LUNCH_S if shift_s >= LUNCH_FROM_S else 0)
        found.append(Holder(row.id, home, day_s, tuple(skills[row.id])))
    return tuple(found)


def needs_by_account(session: Session) -> dict[int, tuple[tuple[str, float], ...]]:
    """The skills that accounts need, in order of their names."""
    found: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for row in session.execute(select(need.c.account_id, need.c.skill, need.c.level).order_by(need.c.skill)):
        found[row.account_id].append((row.skill, row.level))
    return {account: tuple(own) for account, own in found.items()}


def open_deals(session: Session) -> dict[int, int]:
    """Open opportunities by account."""
    sql = (
        select(opportunity.c.account_id, func.count())
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .where(stage.c.kind == StageKind.OPEN)
        .group_by(opportunity.c.account_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(sql)}


def promised_visits(session: Session, plan_id: int, today: date) -> dict[int, int]:
    """By site: visits that stand in the calendar from `today` on, of this plan or of none, and contacts agreed on."""
    from crm.tables import Route, Site

    route, site = table_of(Route), table_of(Site)
    ahead = (
        select(visit.c.site_id, func.count())
        .outerjoin(route, route.c.id == visit.c.route_id)
        .where(visit.c.state == VisitState.PLANNED, visit.c.day >= today)
        .where(or_(visit.c.route_id.is_(None), route.c.plan_id == plan_id))
        .group_by(visit.c.site_id)
    )
    found = {row[0]: int(row[1]) for row in session.execute(ahead)}
    agreed = (
        select(site.c.id, func.count())
        .join(activity, and_(activity.c.account_id == site.c.account_id, activity.c.next_contact_on >= today))
        .where(or_(activity.c.site_id.is_(None), activity.c.site_id == site.c.id))
        .group_by(site.c.id)
    )
    for row in session.execute(agreed):
        found[row[0]] = found.get(row[0], 0) + int(row[1])
    return found


def since_by_site(session: Session, plan_id: int) -> dict[int, date]:
    """Since when each site of a plan has been with its present rep without a break, over all plans in force."""
    sql = (
        select(assignment.c.site_id, assignment.c.plan_id, holder.c.rep_id)
        .add_columns(assignment.c.valid_from, assignment.c.valid_to)
        .add_columns(holder.c.valid_from.label("held_from"), holder.c.valid_to.label("held_to"))
        .join(plan, plan.c.id == assignment.c.plan_id)
        .join(holder, holder.c.territory_id == assignment.c.territory_id)
        .where(holder.c.role == HolderRole.PRIMARY)
        .where(or_(plan.c.valid_from.is_not(None), plan.c.id == plan_id))
    )
    spells: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
    present: dict[int, int] = {}
    for row in session.execute(sql):
        begins, ends = max(row.valid_from, row.held_from), min(row.valid_to or date.max, row.held_to or date.max)
        if begins < ends or ends == date.max:
            spells[row.site_id].append((begins, ends, row.rep_id))
        if row.plan_id == plan_id and ends == date.max:
            present[row.site_id] = row.rep_id
    return {site: _unbroken(spells[site], rep_id) for site, rep_id in present.items()}


def _unbroken(spells: Sequence[tuple[date, date, int]], rep_id: int) -> date:
    """The first day of the last unbroken time with a rep."""
    own = sorted((begins, ends) for begins, ends, one in spells if one == rep_id)
    first, until = own[0]
    for begins, ends in own[1:]:
        if begins > until:
            first = begins
        until = max(until, ends)
    return first


def years_since(since: Sequence[date | None], today: date) -> NDArray[np.float64]:
    """(n,) years up to `today`; 0 where nothing is known."""
    return np.array([max((today - day).days, 0) / YEAR_DAYS if day else 0.0 for day in since])
