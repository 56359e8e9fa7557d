"""Opportunities by pipeline, stage, rep or account."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Opportunity, Pipeline, PipelineStage, Rep, Site, StageKind
from planning.account_search import OwnedOn
from planning.pipeline_in_area import sites_below
from planning.record_errors import MissingError
from planning.viewer import Viewer, may_see_opportunities

opportunity, account, rep = table_of(Opportunity), table_of(Account), table_of(Rep)
stage, pipeline, site = table_of(PipelineStage), table_of(Pipeline), table_of(Site)


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
    """Which opportunities; None leaves a question open. Both days of `expected_on` are included.

    A territory counts with all below it, as of today.
    """

    kind: StageKind | None = None
    stage_id: int | None = None
    rep_id: int | None = None
    account_id: int | None = None
    pipeline_id: int | None = None
    territory_id: int | None = None
    product: str | None = None
    expected_from: date | None = None
    expected_until: date | None = None
    least_value: float | None = None

    def conditions(self, session: Session, viewer: Viewer) -> list[ColumnElement[bool]]:
        """The questions as conditions on `opportunity` and its stage.

        Raises:
            MissingError: there is no such territory for the viewer.
        """
        own = opportunity.c
        fits: dict[Any, Any] = {stage.c.kind: self.kind, own.stage_id: self.stage_id, own.rep_id: self.rep_id}
        fits |= {own.account_id: self.account_id, stage.c.pipeline_id: self.pipeline_id, own.product: self.product}
        found = [column == wanted for column, wanted in fits.items() if wanted is not None]
        if self.territory_id is not None:
            sites = sites_below(session, viewer, self.territory_id, OwnedOn(viewer.day))
            found.append(own.account_id.in_(select(site.c.account_id).where(site.c.id.in_(sites))))
        if self.expected_from is not None:
            found.append(own.expected_on >= self.expected_from)
        if self.expected_until is not None:
            found.append(own.expected_on <= self.expected_until)
        if self.least_value is not None:
            found.append(own.value >= self.least_value)
        return found


@dataclass(frozen=True, slots=True)
class OpportunityPage:
    """Opportunities in order of their ids; `after` is the id to go on from, None on the last page."""

    opportunities: tuple[OpportunityView, ...]
    after: int | None


def find_opportunities(
    session: Session, viewer: Viewer, asked: Asked, *, after: int = 0, limit: int
) -> OpportunityPage:
    """Opportunities that fit, `limit` at most, with ids above `after`.

    Raises:
        MissingError: there is no such territory for the viewer.
    """
    own = opportunity.c
    seen = may_see_opportunities(session, viewer)
    sql = opportunities().where(own.id > after, seen).order_by(own.id).limit(limit + 1)
    rows = [OpportunityView(*row) for row in session.execute(sql.where(*asked.conditions(session, viewer)))]
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
