"""Opportunities by pipeline, stage, rep or account."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Opportunity, Pipeline, PipelineStage, Rep, StageKind
from planning.record_errors import MissingError
from planning.viewer import Viewer, may_see_opportunities

opportunity, account, rep = table_of(Opportunity), table_of(Account), table_of(Rep)
stage, pipeline = table_of(PipelineStage), table_of(Pipeline)


@dataclass(frozen=True, slots=True)
class OpportunityView:
    """A possible sale; `probability` is its own, or else its stage's."""

    id: int
    external_id: str | None
    title: str
    product: str
    account_id: int | None
    account: str | None
    rep_id: int | None
    rep: str | None
    pipeline: str
    stage_id: int
    stage: str
    kind: str
    probability: float
    value: float | None
    currency: str
    expected_on: date | None
    source: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which opportunities; None leaves a question open."""

    kind: StageKind | None = None
    stage_id: int | None = None
    rep_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpportunityPage:
    """Opportunities in order of their ids; `after` is the id to go on from, None on the last page."""

    opportunities: tuple[OpportunityView, ...]
    after: int | None


def find_opportunities(
    session: Session, viewer: Viewer, asked: Asked, *, after: int = 0, limit: int
) -> OpportunityPage:
    """Opportunities that fit, `limit` at most, with ids above `after`."""
    own = opportunity.c
    seen = may_see_opportunities(session, viewer)
    sql = opportunities().where(own.id > after, seen).order_by(own.id).limit(limit + 1)
    fits = {stage.c.kind: asked.kind, own.stage_id: asked.stage_id, own.rep_id: asked.rep_id}
    for column, wanted in (fits | {own.account_id: asked.account_id}).items():
        if wanted is not None:
            sql = sql.where(column == wanted)
    rows = [OpportunityView(*row) for row in session.execute(sql)]
    more = len(rows) > limit
    return OpportunityPage(tuple(rows[:limit]), rows[limit - 1].id if more else None)


def get_opportunity(session: Session, viewer: Viewer, opportunity_id: int) -> OpportunityView:
    """One opportunity.

    Raises:
        MissingError: there is none with this id, or none that the viewer may see.
    """
    seen = may_see_opportunities(session, viewer)
    row = session.execute(opportunities().where(opportunity.c.id == opportunity_id, seen)).first()
    if row is None:
        raise MissingError(f"There is no opportunity {opportunity_id}.")
    return OpportunityView(*row)


def opportunity_by_id(session: Session, opportunity_id: int) -> OpportunityView:
    """One opportunity, for whoever has just moved it: it may have been handed over."""
    return OpportunityView(*session.execute(opportunities().where(opportunity.c.id == opportunity_id)).one())


def opportunities() -> Select[Any]:
    """Opportunities with the names of what they refer to, in the order of `OpportunityView`."""
    own = opportunity.c
    return (
        select(
            *(own.id, own.external_id, own.title, own.product, own.account_id, account.c.name, own.rep_id, rep.c.name),
            *(pipeline.c.name, stage.c.id, stage.c.name, stage.c.kind),
            func.coalesce(own.probability, stage.c.probability),
            *(own.value, own.currency, own.expected_on, own.source, own.created_at, own.version),
        )
        .select_from(opportunity)
        .outerjoin(account, account.c.id == own.account_id)
        .join(stage, stage.c.id == own.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
    )
