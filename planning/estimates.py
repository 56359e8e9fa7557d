"""What was thought of the chances of deals, by people and by models, and how well it came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import EstimateSource, Opportunity, Pipeline, PipelineStage, StageKind, StageMove, WinEstimate, WinModel
from planning.opportunities import get_opportunity
from planning.pipelines import get_pipeline
from planning.viewer import Viewer, may_see_opportunities

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)
pipeline, estimate, model = table_of(Pipeline), table_of(WinEstimate), table_of(WinModel)

BINS = 10
SOURCES = (*EstimateSource, "stage")
Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class EstimateView:
    """A probability that was given to a deal, when and by whom; None: the manual one was taken back."""

    id: int
    source: str
    probability: float | None
    model_id: int | None
    at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Estimates:
    """The chances of a deal: of its stage, the manual one and the latest of a model, and all that were given before."""

    opportunity_id: int
    of_stage: float
    manual: float | None
    model: float | None
    history: tuple[EstimateView, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model; `skill` is how much nearer it comes than the share of all deals that is won (0: not at all).

    `bins` hold forecasts of deals that it had not learnt from, and what came true.
    """

    id: int
    pipeline: str
    deals: int
    won: int
    looks: int
    columns: tuple[str, ...]
    brier: float
    base_brier: float
    skill: float
    bins: tuple[Mapping[str, float], ...]
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Closed deals whose estimate lay in [low, high): how many were won, of how many; `likely` is a 95 % interval."""

    low: float
    high: float
    deals: int
    mean_estimate: float
    won: int
    won_share: float
    likely_low: float
    likely_high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Estimates against outcomes. `brier`: mean squared distance; `base_brier`: of the share won, for all alike."""

    pipeline: str
    source: str
    days_before: float
    closed: int
    deals: int
    won: int
    mean_estimate: float | None
    brier: float | None
    base_brier: float | None
    bins: tuple[Bin, ...]


def estimates_of(session: Session, viewer: Viewer, opportunity_id: int) -> Estimates:
    """The chances of a deal, the newest estimate first.

    Raises:
        MissingError: there is no such opportunity for the viewer.
    """
    get_opportunity(session, viewer, opportunity_id)
    now = session.execute(
        select(opportunity.c.probability, stage.c.probability)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .where(opportunity.c.id == opportunity_id)
    ).one()
    own = (estimate.c.id, estimate.c.source, estimate.c.probability, estimate.c.model_id, estimate.c.at)
    sql = select(*own, estimate.c.made_by).where(estimate.c.opportunity_id == opportunity_id)
    history = tuple(EstimateView(*row) for row in session.execute(sql.order_by(estimate.c.at.desc(), own[0].desc())))
    newest = next((one.probability for one in history if one.source == EstimateSource.MODEL), None)
    return Estimates(opportunity_id, now[1], now[0], newest, history)


def list_models(session: Session, *, name: str | None = None, limit: int) -> tuple[ModelView, ...]:
    """Models, the newest first, of all pipelines or of one."""
    sql = select(model).order_by(model.c.id.desc()).limit(limit)
    if name is not None:
        sql = sql.where(model.c.pipeline == name)
    return tuple(
        ModelView(
            id=row.id,
            pipeline=row.pipeline,
            deals=row.deals,
            won=row.won,
            looks=row.figures["looks"],
            columns=tuple(row.figures["columns"]),
            brier=row.figures["brier"],
            base_brier=row.figures["base_brier"],
            skill=row.figures["skill"],
            bins=tuple(row.figures["bins"]),
            made_at=row.made_at,
            made_by=row.made_by,
        )
        for row in session.execute(sql)
    )


def calibration(
    session: Session, viewer: Viewer, pipeline_id: int, source: str, *, days_before: float = 0.0
) -> Calibration:
    """How often deals were won that were given so much chance: in all editions of a pipeline, as the viewer sees them.

    A deal counts with the last estimate that was made at least `days_before` days before it was closed; `source` is
    manual, model, or stage (the chance that its last open stage stands for, which days do not concern).

    Raises:
        MissingError: there is no such pipeline.
    """
    name = get_pipeline(session, pipeline_id).name
    closed = closed_deals(session, viewer, name)
    if source == "stage":
        pairs = [(row.probability, row.kind == StageKind.WON) for row in closed.values()]
    else:
        ahead = timedelta(days=days_before)
        given = given_before(session, closed, source, ahead)
        pairs = [(chance, closed[deal].kind == StageKind.WON) for deal, chance in given.items()]
    won = sum(end for _, end in pairs)
    share = won / len(pairs) if pairs else None
    return Calibration(
        *(name, source, days_before, len(closed), len(pairs), won),
        mean_estimate=sum(chance for chance, _ in pairs) / len(pairs) if pairs else None,
        brier=sum((chance - end) ** 2 for chance, end in pairs) / len(pairs) if pairs else None,
        base_brier=share * (1 - share) if share is not None else None,
        bins=bins_of(pairs),
    )


def closed_deals(session: Session, viewer: Viewer, name: str) -> dict[int, Any]:
    """Closed deals by id: how they ended, when they were closed, and the chance of the stage that they left for it."""
    left = stage.alias("left_for_it")
    sql = (
        select(opportunity.c.id, stage.c.kind, move.c.moved_at, left.c.probability)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .join(move, (move.c.opportunity_id == opportunity.c.id) & (move.c.to_stage_id == stage.c.id))
        .join(left, left.c.id == move.c.from_stage_id)
        .where(pipeline.c.name == name, stage.c.kind != StageKind.OPEN, left.c.kind == StageKind.OPEN)
        .where(may_see_opportunities(session, viewer))
        .order_by(move.c.moved_at, move.c.id)
    )
    return {row.id: row for row in session.execute(sql)}


def given_before(session: Session, closed: Mapping[int, Any], source: str, ahead: timedelta) -> dict[int, float]:
    """By deal, the last estimate of a source that was made so long before it was closed."""
    sql = select(estimate.c.opportunity_id, estimate.c.probability, estimate.c.at)
    sql = sql.where(estimate.c.source == source).order_by(estimate.c.at, estimate.c.id)
    found: dict[int, float | None] = {}
    for deal, chance, at in session.execute(sql):
        if deal in closed and at <= closed[deal].moved_at - ahead:
            found[deal] = chance
    return {deal: chance for deal, chance in found.items() if chance is not None}


def bins_of(pairs: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Ten bins of estimates with what came of them; empty ones are left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for chance, end in pairs:
        groups.setdefault(min(BINS - 1, int(chance * BINS)), []).append((chance, end))
    made = []
    for number, group in sorted(groups.items()):
        won = sum(end for _, end in group)
        mean = sum(chance for chance, _ in group) / len(group)
        low, high = wilson(won, len(group))
        made.append(Bin(number / BINS, (number + 1) / BINS, len(group), mean, won, won / len(group), low, high))
    return tuple(made)


def wilson(won: int, of: int) -> tuple[float, float]:
    """A 95 % interval for a share (Wilson 1927)."""
    share, z2 = won / of, Z95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)
