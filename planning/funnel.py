"""A pipeline as a funnel: how many deals came to each stage, how many are there, how long they stay, what is won.

Everything is counted from the moves, which are never changed, so that any past moment can be asked about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, case, false, func, select
from sqlmodel import Session

from crm.columns import Instant, table_of
from crm.tables import Opportunity, PipelineStage, Site, StageKind, StageMove
from planning.account_search import OwnedOn
from planning.pipeline_in_area import sites_below
from planning.pipelines import get_pipeline
from planning.viewer import Viewer, may_see_opportunities

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)
site = table_of(Site)

SLOW_SHARE = 0.9
"""The share of stays that are no longer than `slow_s`."""


@dataclass(frozen=True, slots=True)
class Stays:
    """How long deals stay in a stage, in seconds; empty where there was no stay."""

    count: int
    mean_s: float | None = None
    median_s: float | None = None
    slow_s: float | None = None


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage at a moment.

    `entered` deals were there at some time, `present` are there; `value` is theirs, `weighted` their value times the
    chance of each. `reached_share` is `entered` of all deals; `won_share` those won of the closed ones that were here.
    `ended` are stays that are over, `lasting` those still going on, up to the moment asked for.
    """

    stage_id: int
    name: str
    kind: str
    entered: int
    present: int
    value: float
    weighted: float
    reached_share: float | None
    won_share: float | None
    ended: Stays
    lasting: Stays


@dataclass(frozen=True, slots=True)
class Funnel:
    """A pipeline at a moment, as far as the viewer sees its deals. `cycle` is from the first move to a won stage."""

    pipeline_id: int
    name: str
    edition: int
    at: datetime
    deals: int
    cycle: Stays
    stages: tuple[FunnelStage, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """A deal in a stage, from one move until the next one (None: still there).

    A deal that a new edition of its pipeline has taken over `came` to its stage in the old one, and one that was
    `taken_over` has not left its stage by that. `began` is its first move of all.
    """

    deal: int
    stage_id: int
    since: datetime
    until: datetime | None
    came: datetime
    taken_over: bool
    began: datetime
    worth: float
    chance: float


@dataclass(frozen=True, slots=True)
class Among:
    """Of which deals; None leaves a question open. A territory counts with all below it, as on that day."""

    rep_id: int | None = None
    territory_id: int | None = None

    def conditions(self, session: Session, viewer: Viewer, day: date) -> list[ColumnElement[bool]]:
        """The questions as conditions on `opportunity`, beside what the viewer may see.

        Raises:
            MissingError: there is no such territory for the viewer.
        """
        made = [may_see_opportunities(session, viewer)]
        if self.rep_id is not None:
            made.append(opportunity.c.rep_id == self.rep_id)
        if self.territory_id is not None:
            sites = sites_below(session, viewer, self.territory_id, OwnedOn(day))
            made.append(opportunity.c.account_id.in_(select(site.c.account_id).where(site.c.id.in_(sites))))
        return made


ALL = Among()


def funnel(session: Session, viewer: Viewer, pipeline_id: int, *, at: datetime, among: Among = ALL) -> Funnel:
    """The funnel of one edition of a pipeline.

    Raises:
        MissingError: there is no such pipeline, or territory for the viewer.
    """
    found = get_pipeline(session, pipeline_id)
    kinds = {step.id: StageKind(step.kind) for step in found.stages}
    mine = among.conditions(session, viewer, at.date())
    stays = [Stay(*row) for row in session.execute(stays_in(list(kinds), at, mine))]
    by_deal: dict[int, list[Stay]] = {}
    for stay in stays:
        by_deal.setdefault(stay.deal, []).append(stay)
    ends = {deal: kinds[path[-1].stage_id] for deal, path in by_deal.items()}
    steps = tuple(
        stage_figures(step, [stay for stay in stays if stay.stage_id == step.id], ends, at) for step in found.stages
    )
    won = [path for path in by_deal.values() if kinds[path[-1].stage_id] is StageKind.WON]
    cycle = lengths((path[-1].since - path[0].began).total_seconds() for path in won)
    return Funnel(pipeline_id, found.name, found.edition, at, len(by_deal), cycle, steps)


@dataclass(frozen=True, slots=True)
class StageAmount:
    """What the deals of a stage are worth in one currency."""

    currency: str
    deals: int
    value: float
    weighted: float


@dataclass(frozen=True, slots=True)
class StageCount:
    """Deals that are in a stage now, and what they are worth: in all, and currency by currency."""

    stage_id: int
    name: str
    kind: str
    deals: int
    value: float
    weighted: float
    amounts: tuple[StageAmount, ...]


def stage_counts(session: Session, viewer: Viewer, pipeline_id: int, *, among: Among = ALL) -> tuple[StageCount, ...]:
    """How many deals are in each stage now, of those the viewer sees; does not look at moves.

    Raises:
        MissingError: there is no such pipeline, or territory for the viewer.
    """
    found = get_pipeline(session, pipeline_id)
    value, own = func.coalesce(opportunity.c.value, 0.0), opportunity.c
    chance = func.coalesce(own.probability, stage.c.probability)
    sql = (
        select(own.stage_id, own.currency, func.count(), func.sum(value), func.sum(value * chance))
        .join(stage, stage.c.id == own.stage_id)
        .where(stage.c.pipeline_id == pipeline_id, *among.conditions(session, viewer, viewer.day))
        .group_by(own.stage_id, own.currency)
        .order_by(own.stage_id, own.currency)
    )
    amounts: dict[int, list[StageAmount]] = {step.id: [] for step in found.stages}
    for stage_id, *rest in session.execute(sql):
        amounts[stage_id].append(StageAmount(*rest))
    return tuple(counted(step, tuple(amounts[step.id])) for step in found.stages)


def counted(step: Any, amounts: tuple[StageAmount, ...]) -> StageCount:
    """A stage with the sums over all currencies."""
    totals = (sum(one.value for one in amounts), sum(one.weighted for one in amounts))
    return StageCount(step.id, step.name, step.kind, sum(one.deals for one in amounts), *totals, amounts)


def stays_in(stages: Sequence[int], at: datetime, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Every stay in these stages up to a moment, in order of deal and time, in the order of `Stay`."""
    order = (move.c.moved_at, move.c.id)
    way: dict[str, Any] = {"partition_by": move.c.opportunity_id, "order_by": order}
    by_itself = case((~move.c.migrated, move.c.moved_at))
    path = (
        select(
            *(move.c.id, move.c.opportunity_id, move.c.to_stage_id, move.c.moved_at),
            func.lead(move.c.moved_at, type_=Instant()).over(**way).label("until"),
            func.max(by_itself, type_=Instant()).over(**way).label("came"),
            func.lead(move.c.migrated, type_=Boolean()).over(**way).label("taken_over"),
            func.min(move.c.moved_at, type_=Instant()).over(**way).label("began"),
        )
        .where(move.c.moved_at <= at)
        .subquery("path")
    )
    return (
        select(
            *(path.c.opportunity_id, path.c.to_stage_id, path.c.moved_at, path.c.until, path.c.came),
            *(func.coalesce(path.c.taken_over, false()), path.c.began, func.coalesce(opportunity.c.value, 0.0)),
            func.coalesce(opportunity.c.probability, stage.c.probability),
        )
        .join(opportunity, opportunity.c.id == path.c.opportunity_id)
        .join(stage, stage.c.id == path.c.to_stage_id)
        .where(path.c.to_stage_id.in_(stages), *conditions)
        .order_by(path.c.opportunity_id, path.c.moved_at, path.c.id)
    )


def stage_figures(step: Any, stays: Sequence[Stay], ends: Mapping[int, StageKind], at: datetime) -> FunnelStage:
    """The figures of one stage."""
    entered = {stay.deal for stay in stays}
    here = [stay for stay in stays if stay.until is None]
    closed = [ends[deal] for deal in entered if ends[deal] is not StageKind.OPEN]
    is_open = step.kind == StageKind.OPEN
    return FunnelStage(
        stage_id=step.id,
        name=step.name,
        kind=step.kind,
        entered=len(entered),
        present=len(here),
        value=sum(stay.worth for stay in here),
        weighted=sum(stay.worth * stay.chance for stay in here),
        reached_share=len(entered) / len(ends) if ends else None,
        won_share=closed.count(StageKind.WON) / len(closed) if closed else None,
        ended=lengths((stay.until - stay.came).total_seconds() for stay in stays if stay.until and not stay.taken_over),
        lasting=lengths((at - stay.came).total_seconds() for stay in here) if is_open else Stays(0),
    )


def lengths(seconds: Iterable[float]) -> Stays:
    """Mean, median and a slow one of these lengths."""
    ordered = sorted(seconds)
    if not ordered:
        return Stays(0)
    slow = ordered[min(len(ordered) - 1, round(SLOW_SHARE * (len(ordered) - 1)))]
    return Stays(len(ordered), fmean(ordered), median(ordered), slow)
