"""What the record holds of accounts and reps, as planning reads it from files; `translate` is the way back."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AccountState,
    ActivityKind,
    Assignment,
    HolderRole,
    Rep,
    RepAbsence,
    RepSkill,
    Route,
    Site,
    TerritoryHolder,
    TerritoryPlan,
    Visit,
    VisitState,
)
from geo.address import Address
from geo.located import Level
from geo.place import Place
from planning.account_table import AccountRow
from planning.account_wishes import Wishes
from planning.agreed_visits import next_contacts, settled_visits, wishes_known
from planning.options import MIN_LEVEL, PlanOptions
from planning.plans_in_force import covers
from planning.proposal_facts import needs_by_account
from planning.record_rows import BATCH
from planning.rep_driving import vehicle_kept
from planning.rep_skills import asked_skill
from planning.staff import Rep as TeamRep
from planning.today import in_force
from planning.type_rules import list_types, satisfies
from planning.visit_policies import policy_on
from planning.workload_rules import NO_RULES, RulesView

account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
holder, rep, absence, skill = table_of(TerritoryHolder), table_of(Rep), table_of(RepAbsence), table_of(RepSkill)
route, visit, plan = table_of(Route), table_of(Visit), table_of(TerritoryPlan)

AHEAD = timedelta(weeks=53)
Needs = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site as an account of a plan; `rep_id` has it today. `stamp` changes whenever any of it does."""

    site_id: int
    rep_id: int | None
    account: AccountRow
    stamp: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class KnownRep:
    """A rep as the member of a team. `stamp` changes whenever any of it does."""

    rep_id: int
    rep: TeamRep
    stamp: tuple[Any, ...]


def known_sites(session: Session, plan_id: int | None, on: date, rules: RulesView = NO_RULES) -> list[KnownSite]:
    """The sites of all live accounts, with who holds them on a day under a plan, weighed by the rules.

    Who says nothing of visits gets those of the policy of the day (`planning.visit_policies`).
    Visits done, or planned in the plan in force, before that day count as made. Who is known less exactly than the
    street has no place, unless the plan itself was made on places as rough (`least_level`).
    """
    least = least_level(session, plan_id)
    held = (
        select(assignment.c.site_id, assignment.c.locked, holder.c.rep_id)
        .outerjoin(
            holder,
            and_(
                holder.c.territory_id == assignment.c.territory_id,
                holder.c.role == HolderRole.PRIMARY,
                covers(holder, on),
            ),
        )
        .where(assignment.c.plan_id == plan_id, covers(assignment, on))
        .subquery()
    )
    columns = ("id", "account_id", "line", "city", "postcode", "region", "country", "lat", "lon", "level")
    more, given = ("last_visit_on", "opening_hours", "wishes", "visit_type"), policy_on(session, on)
    sql = (
        select(*(site.c[name] for name in (*columns, *more)))
        .add_columns(account.c.external_id, account.c.name, account.c.segment, account.c.value, account.c.potential)
        .add_columns(held.c.locked, held.c.rep_id, given.visit_s().label("service_s"))
        .add_columns(given.visits_a_year().label("visits_per_year"))
        .join(account, account.c.id == site.c.account_id)
        .outerjoin(held, held.c.site_id == site.c.id)
        .where(account.c.state != AccountState.CLOSED)
        .order_by(site.c.id)
    )
    rows = session.execute(sql).all()
    needs, seen, names = needs_by_account(session), last_visits(session, on), rep_names(session)
    contacts, settled = next_contacts(session, on + AHEAD), settled_visits(session, on)
    types = {one.code: one for one in list_types(session, on=on, channel=ActivityKind.VISIT)}
    first: set[int] = set()
    found = []
    for row in rows:
        is_first = row.account_id not in first
        first.add(row.account_id)
        last = max(filter(None, (row.last_visit_on, seen.get(row.id))), default=None)
        contact = contacts.get(row.account_id) if is_first else None
        wishes = wishes_known(row.wishes, contact, settled.get(row.id, ()), last)
        made = _account(row, is_first, needs.get(row.account_id, ()), last, wishes, names, least)
        if row.visit_type in types:
            made = replace(made, visit_type=row.visit_type, workload_weight=rules.weight(types[row.visit_type]))
        if made.service_min is None and rules is not NO_RULES:
            made = replace(made, service_min=rules.service_min)
        stamp = (
            made.service_min,
            made.workload_weight,
            *row,
            needs.get(row.account_id, ()),
            last,
            wishes.contact_on,
            wishes.agreed,
        )
        found.append(KnownSite(row.id, row.rep_id, made, stamp))
    return found


def least_level(session: Session, plan_id: int | None) -> Level:
    """How exactly a place has to be known: the street, or as roughly as any that the plan has visits at."""
    levels = list(Level)
    on_days = visit.join(route, route.c.id == visit.c.route_id)
    visited = select(site.c.id).join(on_days, visit.c.site_id == site.c.id).where(route.c.plan_id == plan_id).limit(1)
    for level in reversed(levels[levels.index(MIN_LEVEL) + 1 : levels.index(Level.NONE)]):
        if plan_id is not None and session.execute(visited.where(site.c.level == level)).first():
            return level
    return MIN_LEVEL


def visit_types(ids: Sequence[int], accounts: Sequence[AccountRow]) -> dict[int, str]:
    """The types of visits at sites that have one; `accounts` in the order of the ids."""
    return {key: one.visit_type for key, one in zip(ids, accounts, strict=True) if one.visit_type is not None}


def _account(
    row: Any, is_first: bool, needs: Needs, last: date | None, wishes: Wishes, names: Mapping[int, str], least: Level
) -> AccountRow:
    """One site as an account; the further sites of an account have its id with their own."""
    exact = row.lat is not None and Level(row.level).at_least(least)
    return AccountRow(
        row=row.id,
        id=row.external_id if is_first else f"{row.external_id} (site {row.id})",
        name=row.name,
        address=Address(row.line, row.city, row.postcode, row.region, row.country),
        place=Place(row.lat, row.lon) if exact else None,
        place_fault="" if exact or row.lat is None else f"its place is known to {row.level} level only",
        current_rep=None if row.rep_id is None else names[row.rep_id],
        segment=row.segment,
        visits_per_year=row.visits_per_year,
        service_min=row.service_s / 60 or None,
        last_visit=last,
        value=row.value,
        potential=row.potential,
        opening_hours=row.opening_hours,
        locked=bool(row.locked),
        skills=frozenset(asked_skill(name, level) for name, level in needs),
        wishes=wishes,
    )


def rep_names(session: Session) -> dict[int, str]:
    """What to call every rep: the name, with the id where several have the same one (but for case and spaces)."""
    names = {row.id: row.name for row in session.execute(select(rep.c.id, rep.c.name).order_by(rep.c.id))}
    alike = Counter(" ".join(name.split()).casefold() for name in names.values())
    return {
        key: name if alike[" ".join(name.split()).casefold()] == 1 else f"{name} (rep {key})"
        for key, name in names.items()
    }


def last_visits(session: Session, before: date) -> dict[int, date]:
    """By site: the last visit before a day that was done, or that stands in the calendar of the plan in force."""
    counts = or_(visit.c.state == VisitState.DONE, and_(visit.c.state == VisitState.PLANNED, in_force()))
    sql = (
        select(visit.c.site_id, func.max(visit.c.day))
        .outerjoin(route, route.c.id == visit.c.route_id)
        .outerjoin(plan, plan.c.id == route.c.plan_id)
        .where(counts, satisfies(visit.c.type), visit.c.day < before)
        .group_by(visit.c.site_id)
    )
    return {row[0]: row[1] for row in session.execute(sql)}


def known_reps(session: Session, ids: Sequence[int], options: PlanOptions) -> list[KnownRep]:
    """The reps of these ids, in this order, with their absences in the weeks planned.

    A home that was only assumed counts as none. The hours of administration are those of `options`.
    """
    facts: dict[int, Any] = {}
    away: dict[int, list[tuple[date, date]]] = defaultdict(list)
    able: dict[int, dict[str, float]] = defaultdict(dict)
    for part in batched(ids, BATCH):
        facts |= {row.id: row for row in session.execute(select(rep).where(rep.c.id.in_(part)))}
        within = (absence.c.first_on < options.ends_on, absence.c.last_on >= options.starts_on)
        for row in session.execute(select(absence).where(absence.c.rep_id.in_(part), *within)):
            away[row.rep_id].append((row.first_on, row.last_on))
        for row in session.execute(select(skill).where(skill.c.rep_id.in_(part)).order_by(skill.c.skill)):
            able[row.rep_id][row.skill.casefold()] = row.level
    asked = {one for needs in needs_by_account(session).values() for one in needs} if able else set()
    names = rep_names(session)
    return [_rep(facts[one], names[one], away[one], able[one], asked, options) for one in ids]


def _rep(
    row: Any,
    name: str,
    away: Iterable[tuple[date, date]],
    able: Mapping[str, float],
    asked: Iterable[tuple[str, float]],
    options: PlanOptions,
) -> KnownRep:
    days = {
        first + timedelta(days=number) for first, last in away for number in range(min((last - first).days, 1000) + 1)
    }
    skills = {asked_skill(name, level) for name, level in asked if able.get(name.casefold(), -1.0) >= level}
    made = TeamRep(
        name=name,
        home=None if row.home_lat is None or row.home_assumed else Place(row.home_lat, row.home_lon),
        weekdays=frozenset(int(digit) for digit in row.weekdays),
        shift_start_s=row.shift_start_s,
        shift_end_s=row.shift_end_s,
        skills=frozenset(skills),
        holidays=row.holidays,
        days_off=frozenset(days),
        admin_s=round(60 * options.admin_min),
        vehicle=vehicle_kept(row),
        most_drive_s=row.most_drive_s,
    )
    return KnownRep(row.id, made, (name, *row, *sorted(days), *sorted(skills)))
