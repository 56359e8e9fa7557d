"""What may be paid in a period, as the record has it: sales won, visits done, targets reached; and whose each is."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import batched
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Assignment,
    HolderRole,
    Site,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Visit,
    VisitCompanion,
    VisitState,
)
from planning.incentive_rules import Event
from planning.record_rows import BATCH
from planning.targets import Won, targets_by_day, won_by_day, won_sales

account, site, visit = table_of(Account), table_of(Site), table_of(Visit)
assignment, territory, plan = table_of(Assignment), table_of(Territory), table_of(TerritoryPlan)
holder, companion = table_of(TerritoryHolder), table_of(VisitCompanion)

type Owned = tuple[date, date | None, int, str]
"""From when until before when an account was a rep's, and in which territory."""


def events_of(session: Session, first: date, last: date, sales_force: str) -> list[Event]:
    """Everything that rules may pay for, from `first` to `last`, both included.

    A sale is of the day on which it came to the stage where it stood on `last`, a visit of its own, and a target of the
    last one. Whose an account was on a day is asked of the plans of one sales force.
    """
    own = (session, first, last)
    return [*sales(*own, sales_force), *visits(*own, sales_force), *targets(*own)]


def sales(session: Session, first: date, last: date, sales_force: str) -> Iterable[Event]:
    """Sales won and still won on the last day."""
    won = list(won_sales(session, first, last))
    ids = {sale.account_id for sale in won if sale.account_id is not None}
    owners, facts = owners_of(session, ids, sales_force), facts_of(session, ids)
    for sale in won:
        owner = owner_on(owners.get(sale.account_id or 0, ()), sale.day)
        by_territory = dict(sale.credited) or ({owner[2]: 1.0} if owner else own(sale))
        said = dict(facts.get(sale.account_id or 0, {})) | {"territory": owner[3] if owner else ""}
        parts: Mapping[str, Mapping[int, float]] = {"territory": by_territory, "rep": own(sale)}
        yield Event("sale", f"sale {sale.id}", sale.day, Decimal(str(sale.value)), sale.currency, parts, said)


def own(sale: Won) -> dict[int, float]:
    """A sale as its rep's alone."""
    return {} if sale.rep_id is None else {sale.rep_id: 1.0}


def visits(session: Session, first: date, last: date, sales_force: str) -> Iterable[Event]:
    """Visits that were reported done; each is of the rep who made it, or of all who did, in the ways of `JOINT`."""
    done = (visit.c.state == VisitState.DONE, visit.c.day.between(first, last))
    sql = (
        select(visit.c.id, visit.c.rep_id, visit.c.day, visit.c.outcome, account.c.segment, account.c.industry)
        .add_columns(account.c.id.label("account_id"))
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(*done)
        .order_by(visit.c.id)
    )
    along: dict[int, list[int]] = {}
    joined = select(companion.c.visit_id, companion.c.rep_id).join(visit, visit.c.id == companion.c.visit_id)
    for visit_id, rep_id in session.execute(joined.where(*done).order_by(companion.c.rep_id)):
        along.setdefault(visit_id, []).append(rep_id)
    rows = session.execute(sql).all()
    owners = owners_of(session, {row.account_id for row in rows}, sales_force)
    for row in rows:
        who = (row.rep_id, *along.get(row.id, ()))
        parts = {
            "each": dict.fromkeys(who, 1.0),
            "share": dict.fromkeys(who, 1 / len(who)),
            "leader": {row.rep_id: 1.0},
        }
        owner = owner_on(owners.get(row.account_id, ()), row.day)
        said = {"outcome": row.outcome, "segment": row.segment, "industry": row.industry}
        said["territory"] = owner[3] if owner else ""
        yield Event("visit", f"visit {row.id}", row.day, Decimal(1), "", parts, said)


def targets(session: Session, first: date, last: date) -> Iterable[Event]:
    """Which share of their target in the period reps reached, in each currency."""
    wanted: dict[tuple[int, str], float] = {}
    for rep_id, _, currency, amount in targets_by_day(session, first, last):
        wanted[rep_id, currency] = wanted.get((rep_id, currency), 0.0) + amount
    reached: dict[tuple[int, str], float] = {}
    for rep_id, _, currency, amount in won_by_day(session, first, last):
        reached[rep_id, currency] = reached.get((rep_id, currency), 0.0) + amount
    for (rep_id, currency), amount in sorted(wanted.items()):
        if amount > 0:
            share = Decimal(str(round(reached.get((rep_id, currency), 0.0) / amount, 6)))
            parts = {rep_id: 1.0}
            name = f"target in {currency}" if currency else "target"
            yield Event("target", name, last, share, currency, {"territory": parts, "rep": parts}, {})


def facts_of(session: Session, account_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Segment and industry of accounts."""
    found: dict[int, dict[str, str]] = {}
    for batch in batched(sorted(account_ids), BATCH):
        sql = select(account.c.id, account.c.segment, account.c.industry).where(account.c.id.in_(batch))
        found |= {row.id: {"segment": row.segment, "industry": row.industry} for row in session.execute(sql)}
    return found


def owners_of(session: Session, account_ids: Iterable[int], sales_force: str) -> dict[int, list[Owned]]:
    """Who owned the first site of each account and when, in order of the days."""
    first_site = select(func.min(site.c.id).label("id")).group_by(site.c.account_id)
    sql = (
        select(site.c.account_id, plan, assignment, holder, holder.c.rep_id, territory.c.name)
        .with_only_columns(
            *(site.c.account_id, holder.c.rep_id, territory.c.name),
            *(one.c[name] for one in (plan, assignment, holder) for name in ("valid_from", "valid_to")),
        )
        .select_from(assignment)
        .join(site, site.c.id == assignment.c.site_id)
        .join(territory, territory.c.id == assignment.c.territory_id)
        .join(plan, plan.c.id == assignment.c.plan_id)
        .join(holder, holder.c.territory_id == territory.c.id)
        .where(holder.c.role == HolderRole.PRIMARY, plan.c.sales_force == sales_force, plan.c.valid_from.is_not(None))
        .where(assignment.c.valid_from.is_not(None), holder.c.valid_from.is_not(None))
    )
    found: dict[int, list[Owned]] = {}
    for batch in batched(sorted(account_ids), BATCH):
        firsts = site.c.id.in_(first_site.where(site.c.account_id.in_(batch)))
        for account_id, rep_id, name, *days in session.execute(sql.where(firsts)):
            begin, end = in_all(days)
            if end is None or begin < end:
                found.setdefault(account_id, []).append((begin, end, rep_id, name))
    for spans in found.values():
        spans.sort(key=lambda span: span[0])
    return found


def in_all(days: list[Any]) -> tuple[date, date | None]:
    """What three spans, each as its first day and the day after its last, have in common."""
    ends = [day for day in days[1::2] if day is not None]
    return max(days[::2]), min(ends, default=None)


def owner_on(spans: Iterable[Owned], day: date) -> Owned | None:
    """The span of a day."""
    ordered = list(spans)
    at = bisect_right([span[0] for span in ordered], day) - 1
    if at < 0 or (ordered[at][1] is not None and day >= (ordered[at][1] or day)):
        return None
    return ordered[at]
