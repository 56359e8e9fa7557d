"""Sums over what a user may see, as of any day: accounts by owner, region or kind, sales by stage, owner and more.

Everything is counted once: an account with several sites belongs where its first site lies, a sale that reps share is
divided among them, and sums of different currencies stay apart. Who owns what, and in which stage a sale stands, are
those of the day asked for, and so are segment, state, value and potential of accounts, and rep, amount, chance and
product of sales; names and sites are those of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, cast, func, literal, select
from sqlalchemy.types import Integer, String
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AdminRegion,
    CreditSplit,
    Opportunity,
    Pipeline,
    PipelineStage,
    Rep,
    Site,
    SiteRegion,
    StageMove,
    Territory,
)
from planning.account_search import OwnedOn, plan_for, with_owners
from planning.admin_regions import level_edition, lies_in
from planning.as_it_was import end_of, facts_then
from planning.before_merges import account_then, firms_then
from planning.plans_in_force import covers
from planning.viewer import Viewer, may_see_accounts, may_see_opportunities
from planning.visit_policies import policy_on

account, site, territory, rep = table_of(Account), table_of(Site), table_of(Territory), table_of(Rep)
opportunity, stage, pipeline = table_of(Opportunity), table_of(PipelineStage), table_of(Pipeline)
move, credit = table_of(StageMove), table_of(CreditSplit)
region, lies = table_of(AdminRegion), table_of(SiteRegion)

NOBODY: ColumnElement[int | None] = cast(literal(None), Integer)
OUTSIDE, NO_PLACE = "outside of all regions", "no place known"
"""In place of the name of a region."""
FACTS = ("rep_id", "product", "value", "currency", "probability")
"""Of sales, as they were on a day that has passed."""


@dataclass(frozen=True, slots=True)
class AccountSum:
    """Accounts of one group; `id` is that of the territory or rep, None for nobody's and for other groups."""

    id: int | None
    name: str
    accounts: int
    sites: int
    located: int
    visits_a_year: float
    value: float
    potential: float


@dataclass(frozen=True, slots=True)
class SalesSum:
    """Sales of one group in one currency; `weighted` is value × probability. One shared by reps counts for each."""

    id: int | None
    name: str
    kind: str
    currency: str
    sales: int
    value: float
    weighted: float


def account_sums(
    session: Session, viewer: Viewer, by: str, on: OwnedOn, *, level: str | None = None
) -> tuple[AccountSum, ...]:
    """Accounts that the viewer may see, largest group first.

    By `territory`, `rep`, `segment`, `state`, `country`, or `region`: the administrative regions of a `level`.

    Raises:
        KeyError: no such grouping.
        FaultyError: there are no regions of the level on that day.
    """
    own = main_sites(session, viewer, on, level, regions=by == "region")
    past = on.day < viewer.day
    firms: Any = firms_then(on.day) if past else account
    at, seen_as = firms.c, firms.c.seen_as if past else firms.c.id
    groups: Mapping[str, tuple[Any, Any]] = {
        "territory": (own.c.territory_id, own.c.territory),
        "rep": (own.c.rep_id, own.c.rep),
        "segment": (NOBODY, at["segment"]),
        "state": (NOBODY, at["state"]),
        "country": (NOBODY, own.c.country),
        "region": (own.c.region_id, own.c.region),
    }
    key, name = groups[by]
    given = policy_on(session, on.day)
    places, whose = whose_sites(past, on.day)
    if given.rows:
        places = places.join(account, account.c.id == site.c.account_id)
    sites = select(
        whose.label("account_id"),
        func.count().label("sites"),
        func.count(site.c.lat).label("located"),
        func.sum(given.visits_a_year()).label("visits"),
    )
    sites = sites.select_from(places).group_by(whose)
    of_account = sites.subquery("of_account")
    sql = (
        select(
            *(key, func.coalesce(cast(name, String), ""), func.count(firms.c.id)),
            *(func.coalesce(func.sum(of_account.c[column]), 0) for column in ("sites", "located", "visits")),
            *(func.coalesce(func.sum(at[column]), 0.0) for column in ("value", "potential")),
        )
        .select_from(firms)
        .outerjoin(own, own.c.account_id == firms.c.id)
        .outerjoin(of_account, of_account.c.account_id == firms.c.id)
        .where(may_see_accounts(session, viewer, seen_as))
    )
    grouped = sql.group_by(name) if by in ("segment", "state", "country") else sql.group_by(key, name)
    rows = [AccountSum(*row) for row in session.execute(grouped)]
    return tuple(sorted(rows, key=lambda row: (-row.accounts, row.name, row.id or 0)))


def main_sites(
    session: Session, viewer: Viewer, on: OwnedOn, level: str | None = None, *, regions: bool = False
) -> Subquery:
    """The first site of every account, with the territory it lies in and who holds that on the day.

    With `regions` also the administrative region of a level; its name says where there is none, and why.
    """
    places, whose = whose_sites(on.day < viewer.day, on.day)
    first = select(func.min(site.c.id)).select_from(places).group_by(whose).scalar_subquery()
    columns = (whose.label("account_id"), site.c.country, territory.c.id.label("territory_id"))
    names = (territory.c.name.label("territory"), rep.c.id.label("rep_id"), rep.c.name.label("rep"))
    where = region_columns(regions)
    owned: Select[Any] = with_owners(select(*columns, *names, *where), plan_for(session, on))
    if regions:
        edition_id = level_edition(session, level, on.day)
        owned = owned.outerjoin(lies, lies_in(site.c.id, edition_id)).outerjoin(region, region.c.id == lies.c.region_id)
    if places is not site:
        was = places.right
        owned = owned.outerjoin(was, was.c.row_id == site.c.id)
    return owned.where(site.c.id.in_(first)).subquery("own")


def whose_sites(past: bool, day: date) -> tuple[Any, ColumnElement[int]]:
    """The sites, and the column that says whose they are; of a day that has passed, whose they were."""
    if not past:
        return site, site.c.account_id
    was, whose = account_then(site, day)
    return site.outerjoin(was, was.c.row_id == site.c.id), whose


def region_columns(regions: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Id and name of a site's region; where it has none, the name says why."""
    if not regions:
        return NOBODY.label("region_id"), literal("").label("region")
    nowhere = case((lies.c.found.is_(None), NO_PLACE), else_=OUTSIDE)
    return region.c.id.label("region_id"), func.coalesce(region.c.name, nowhere).label("region")


def sales_sums(
    session: Session,
    viewer: Viewer,
    by: str,
    on: OwnedOn,
    *,
    level: str | None = None,
    among: Sequence[ColumnElement[bool]] = (),
) -> tuple[SalesSum, ...]:
    """Sales begun by the end of the day, by `stage`, `rep`, `territory`, `product` or `region` (the administrative ones
    of a `level`), and by open, won or lost.

    A sale of an account that the viewer sees, or of the viewer's reps; `among` are further conditions on `opportunity`
    and `stage`. Stages come in their order, other groups with the largest value first.

    Raises:
        KeyError: no such grouping.
        FaultyError: there are no regions of the level on that day.
    """
    at = stages_on(on.day)
    own = main_sites(session, viewer, on, level, regions=by == "region")
    facts = facts_of_sales(on.day, viewer)
    key, name = sales_groups(own, facts)[by]
    part = func.coalesce(credit.c.share, 1.0)
    value = func.coalesce(facts.c.value, 0.0) * part
    chance = func.coalesce(facts.c.probability, stage.c.probability)
    place = func.min(pipeline.c.id), func.min(stage.c.position)
    keys = (name,) if by == "product" else (key, name)
    sums = select(
        *(key, func.coalesce(name, ""), stage.c.kind, facts.c.currency),
        *(func.count(opportunity.c.id.distinct()), func.sum(value), func.sum(value * chance), *place),
    )
    sql = with_groups(sums, at, own, viewer, on.day, facts).where(may_see_opportunities(session, viewer), *among)
    rows = session.execute(sql.group_by(*keys, stage.c.kind, facts.c.currency)).all()
    in_order = sorted(rows, key=lambda row: (row[7], row[8], row[3]) if by == "stage" else (-row[5], row[1], row[2]))
    return tuple(SalesSum(*row[:7]) for row in in_order)


def facts_of_sales(day: date, viewer: Viewer) -> FromClause:
    """Where `FACTS` of sales are read: by the ledger, for a day that has passed."""
    return facts_then(opportunity, day, FACTS) if day < viewer.day else opportunity


def sales_groups(own: Subquery, facts: FromClause) -> Mapping[str, tuple[Any, Any]]:
    """By grouping of sales, the id and the name of the group: from `main_sites`, and `facts_of_sales`."""
    return {
        "stage": (stage.c.id, pipeline.c.name + ": " + stage.c.name),
        "rep": (func.coalesce(credit.c.rep_id, facts.c.rep_id), rep.c.name),
        "territory": (own.c.territory_id, own.c.territory),
        "product": (NOBODY, facts.c.product),
        "region": (own.c.region_id, own.c.region),
    }


def with_groups(
    sql: Select[Any], at: Subquery, own: Subquery, viewer: Viewer, day: date, facts: FromClause
) -> Select[Any]:
    """Sales with what they may be grouped by; one that reps share comes once for each of them.

    A sale of a day that has passed is where its account of then was.
    """
    was, whose = account_then(opportunity, day) if day < viewer.day else (None, opportunity.c.account_id)
    sales = opportunity if facts is opportunity else opportunity.join(facts, facts.c.id == opportunity.c.id)
    shared = and_(credit.c.opportunity_id == opportunity.c.id, covers(credit, day))
    joined = (
        sql.select_from(sales)
        .join(at, at.c.opportunity_id == opportunity.c.id)
        .join(stage, stage.c.id == at.c.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .outerjoin(credit, shared)
        .outerjoin(rep, rep.c.id == func.coalesce(credit.c.rep_id, facts.c.rep_id))
    )
    if was is not None:
        joined = joined.outerjoin(was, was.c.row_id == opportunity.c.id)
    return joined.outerjoin(own, own.c.account_id == whose)


def stages_on(day: date, *among: ColumnElement[bool]) -> Subquery:
    """In which stage each sale stood at the end of the day (UTC): where its last move until then led.

    `among` are further conditions on the moves.
    """
    end = end_of(day)
    last = func.row_number().over(
        partition_by=move.c.opportunity_id, order_by=(move.c.moved_at.desc(), move.c.id.desc())
    )
    moves = select(move.c.opportunity_id, move.c.to_stage_id, last.label("place"))
    ranked = moves.where(move.c.moved_at < end, *among).subquery("ranked")
    latest = select(ranked.c.opportunity_id, ranked.c.to_stage_id.label("stage_id")).where(ranked.c.place == 1)
    return latest.subquery("at")
