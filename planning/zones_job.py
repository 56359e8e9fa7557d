"""Building territories for the accounts of the record as a job; what comes of it is a draft plan with its days.

It is asked with `title`, `starts_on` (ISO date; without one, the Monday to come), `weeks`, `tolerance`, `seed`,
`rebuild` (true: draw territories anew although the accounts have reps), `sales_force` (whose plan it becomes, "" where
there is one), `rep_ids` (null: everybody who holds a territory of it, else every rep), `access_min` and `admin_min`
(where they are left out, and how much visits weigh: as `planning.workload_rules` say). It
is what `bailiwick plan` does with a file of these accounts. Nothing comes into force: a draft is published by
`planning.drafts.publish_draft`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ActKind, HolderRole, Rep, Territory, TerritoryHolder
from planning.asked_plan import days_given, ids_given, minutes_given, tolerance_given, weeks_given
from planning.options import FIRST_YEAR, PlanOptions, next_monday
from planning.plans_in_force import InForce, covers, plan_on
from planning.record_accounts import KnownRep, KnownSite, known_reps, known_sites, rep_names
from planning.record_errors import MissingError, RefusedError
from planning.region_roads import build_of, stamp_of, traffic_of
from planning.use_case import Asked, MovedError, Prepared, Unit
from planning.workload_rules import NO_RULES, RulesView, rules_on

if TYPE_CHECKING:
    from geo.travel_rush import WeekProfile

rep, holder, territory = table_of(Rep), table_of(TerritoryHolder), table_of(Territory)


@dataclass(frozen=True, slots=True)
class Question:
    """The accounts and the team; `names` are the reps' ids by the names that the accounts and the team use.

    `cores`: so many may be taken where they are free.
    """

    title: str
    sales_force: str
    sites: tuple[KnownSite, ...]
    team: tuple[KnownRep, ...]
    names: Mapping[str, int]
    options: PlanOptions
    region: Path | None
    build: str
    traffic: "WeekProfile | None"
    cores: int
    stamp: str


class Zones:
    """One unit: the territories of the whole team."""

    act = ActKind.PLAN
    limit_s = 4 * 3600.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        tolerance = tolerance_given(what)
        _options(what, days_given(what, "starts_on") or date(FIRST_YEAR, 1, 1))
        ids_given(what, "rep_ids")
        for field in ("title", "sales_force"):
            name = what.get(field, "")
            if not isinstance(name, str) or len(name) > 200:
                raise RefusedError(f"{field}: expected a text of 200 characters at most.")
        name = what.get("title", "")
        said = f" “{name}”" if name else ""
        return f"Territories{said} to ±{tolerance:.0%}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        question = question_of(session, asked)
        return Prepared([Unit("territories", question, question.stamp)])

    def run(self, shared: Any, payload: Question) -> dict[str, Any]:
        from planning.zones_rows import build_and_pack

        return build_and_pack(payload)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        from planning.zones_rows import save_draft

        (found,) = results.values()
        if question_of(session, asked).stamp != found["stamp"]:
            raise MovedError("The accounts or the reps have changed meanwhile.")
        return save_draft(session, found, asked.at)


def question_of(session: Session, asked: Asked) -> Question:
    """What is to be solved, as the record stands.

    Raises:
        MissingError: no such rep.
        RefusedError: there are no reps, or no accounts.
    """
    today = asked.at.date()
    sales_force = asked.what.get("sales_force", "")
    starts_on = days_given(asked.what, "starts_on") or next_monday(today)
    rules = rules_on(session, sales_force, starts_on)
    options = _options(asked.what, starts_on, rules)
    if options.starts_on < today:
        raise RefusedError(f"Territories begin today at the earliest; asked for {options.starts_on.isoformat()}.")
    force = plan_on(session, options.starts_on, sales_force=sales_force)
    team = known_reps(session, team_ids(session, ids_given(asked.what, "rep_ids"), force), options)
    plan_id, day = (force.plan_id, force.day) if force else (None, options.starts_on)
    sites = tuple(known_sites(session, plan_id, day, rules))
    if not team or not sites:
        raise RefusedError("Territories need reps and accounts: import them first.")
    names = {name: rep_id for rep_id, name in rep_names(session).items()}
    build, traffic = build_of(asked.here.region), traffic_of(asked.here.traffic)
    seen = repr((options, build, stamp_of(traffic), [one.stamp for one in team], [one.stamp for one in sites]))
    title = asked.what.get("title") or f"Territories from {options.starts_on.isoformat()} on"
    stamp = sha256(seen.encode()).hexdigest()
    here = asked.here
    return Question(
        title, sales_force, sites, tuple(team), names, options, here.region, build, traffic, here.cores, stamp
    )


def team_ids(session: Session, wanted: Sequence[int] | None, force: InForce | None) -> list[int]:
    """The reps to build territories for: those asked for, else those who hold one, else all there are.

    Raises:
        MissingError: one of those asked for is not there.
    """
    there = list(session.scalars(select(rep.c.id).order_by(rep.c.id)))
    for one in wanted or ():
        if one not in set(there):
            raise MissingError(f"There is no rep {one}.")
    if wanted is not None:
        return sorted(wanted)
    if force is None:
        return there
    sql = select(holder.c.rep_id).join(territory, territory.c.id == holder.c.territory_id)
    held = (territory.c.plan_id == force.plan_id, holder.c.role == HolderRole.PRIMARY, covers(holder, force.day))
    return sorted(set(session.scalars(sql.where(*held)))) or there


def _options(what: Mapping[str, Any], starts_on: date, rules: RulesView = NO_RULES) -> PlanOptions:
    """How to plan; what nobody asked for is as the rules say.

    Raises:
        RefusedError: something that cannot be meant.
    """
    seed, rebuild = what.get("seed", 0), what.get("rebuild", False)
    if type(seed) is not int or not 0 <= seed < 2**31:
        raise RefusedError(f"seed: expected a whole number from 0 to {2**31 - 1}, got {seed!r}.")
    if type(rebuild) is not bool:
        raise RefusedError(f"rebuild: expected true or false, got {rebuild!r}.")
    access_min, admin_min = minutes_given(what, rules)
    return PlanOptions(
        starts_on,
        weeks_given(what),
        seed,
        tolerance_given(what),
        rebuild=rebuild,
        access_min=access_min,
        admin_min=admin_min,
        value_share=rules.value_share,
        potential_share=rules.potential_share,
    )
