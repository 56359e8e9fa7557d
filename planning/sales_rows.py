"""The sales behind a sum of sales, as of any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.tables import StageKind
from planning.account_search import OwnedOn
from planning.as_it_was import end_of
from planning.rollups import (
    credit,
    facts_of_sales,
    main_sites,
    move,
    opportunity,
    sales_groups,
    stage,
    stages_on,
    with_groups,
)
from planning.rollups import rep as rep_table
from planning.viewer import Viewer, may_see_opportunities


@dataclass(frozen=True, slots=True)
class SalesRow:
    """A sale as it stood at the end of the day, with the part (0–1) of it that counts in the sum.

    `moved_at` is when it came to that stage, `version` that of the sale now.
    """

    opportunity_id: int
    title: str
    account_id: int | None
    rep_id: int | None
    rep: str | None
    stage_id: int
    stage: str
    kind: str
    moved_at: datetime
    share: float
    value: float
    weighted: float
    currency: str
    version: int


@dataclass(frozen=True, slots=True)
class AskedRows:
    """Of which group of a sum: the id of a stage, territory or rep (None: nobody's), or a product; and how it ended."""

    by: str
    id: int | None = None
    name: str = ""
    kind: StageKind | None = None
    currency: str | None = None


def sales_rows(
    session: Session, viewer: Viewer, asked: AskedRows, on: OwnedOn, *, limit: int, after: int = 0
) -> tuple[Sequence[SalesRow], int | None]:
    """The sales of one group of `planning.rollups.sales_sums`, in order of their ids, and the id to go on from.

    Their shares, values and weighted values add up to what the sum says.

    Raises:
        KeyError: no such grouping.
    """
    at, own = stages_on(on.day), main_sites(session, viewer, on)
    facts = facts_of_sales(on.day, viewer)
    key, name = sales_groups(own, facts)[asked.by]
    part = func.coalesce(credit.c.share, 1.0)
    value = func.coalesce(facts.c.value, 0.0) * part
    chance = func.coalesce(facts.c.probability, stage.c.probability)
    came = (
        select(func.max(move.c.moved_at, type_=move.c.moved_at.type))
        .where(move.c.opportunity_id == opportunity.c.id, move.c.to_stage_id == stage.c.id)
        .where(move.c.moved_at < end_of(on.day))
        .correlate(opportunity, stage)
        .scalar_subquery()
    )
    rows = select(
        *(opportunity.c.id, opportunity.c.title, opportunity.c.account_id, rep_table.c.id, rep_table.c.name),
        *(stage.c.id, stage.c.name, stage.c.kind, came, part, value, value * chance),
        *(facts.c.currency, opportunity.c.version),
    )
    same = func.coalesce(name, "") == asked.name if asked.by == "product" else key.is_not_distinct_from(asked.id)
    sql = with_groups(rows, at, own, viewer, on.day, facts).where(same, may_see_opportunities(session, viewer))
    if asked.kind is not None:
        sql = sql.where(stage.c.kind == asked.kind)
    if asked.currency is not None:
        sql = sql.where(facts.c.currency == asked.currency)
    ordered = sql.where(opportunity.c.id > after).order_by(opportunity.c.id, rep_table.c.id)
    found = [SalesRow(*row) for row in session.execute(ordered.limit(limit + 50))]
    return cut(found, limit)


def cut(found: list[Any], limit: int) -> tuple[Sequence[SalesRow], int | None]:
    """A page that does not part the shares of one sale."""
    if len(found) <= limit:
        return tuple(found), None
    ids = list(dict.fromkeys(row.opportunity_id for row in found[: limit + 1]))
    last = ids[-2] if len(ids) > 1 else ids[-1]
    return tuple(row for row in found if row.opportunity_id <= last), last
