"""A pipeline as a funnel: how many deals came to each stage, how many are there, how long they stay, what is won.

Everything is counted from the moves, which are never changed, so that any past moment can be asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, PipelineStage, Site, StageKind
from planning.account_search import OwnedOn
from planning.pipeline_in_area import sites_below
from planning.pipelines import get_pipeline
from planning.stays import StageSums, Stays, deals_of, lengths_of, stays_in, sums_of
from planning.viewer import Viewer, may_see_opportunities

opportunity, stage = table_of(Opportunity), table_of(PipelineStage)
site = table_of(Site)

EMPTY = StageSums({}, 0, 0.0, 0.0)


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
    stay = stays_in(list(kinds), at, mine)
    deals = deals_of(session, list(kinds), at, mine)
    sums, lengths = sums_of(session, stay), lengths_of(session, stay, at)
    steps = tuple(stage_figures(step, sums.get(step.id, EMPTY), lengths, kinds, deals) for step in found.stages)
    cycle = lengths.get(("won", 0), Stays(0))
    return Funnel(pipeline_id, found.name, found.edition, at, deals, cycle, steps)


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


def stage_figures(
    step: Any,
    sums: StageSums,
    lengths: Mapping[tuple[str, int], Stays],
    kinds: Mapping[int, StageKind],
    deals: int,
) -> FunnelStage:
    """The figures of one stage."""
    entered = sum(sums.ends.values())
    won, lost = (
        sum(count for end, count in sums.ends.items() if kinds.get(end) is kind)
        for kind in (StageKind.WON, StageKind.LOST)
    )
    return FunnelStage(
        stage_id=step.id,
        name=step.name,
        kind=step.kind,
        entered=entered,
        present=sums.present,
        value=sums.value,
        weighted=sums.weighted,
        reached_share=entered / deals if deals else None,
        won_share=won / (won + lost) if won + lost else None,
        ended=lengths.get(("ended", step.id), Stays(0)),
        lasting=lengths.get(("lasting", step.id), Stays(0)),
    )
