"""Running deals taken over into another edition of their pipeline, or another pipeline, by a map of stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, Pipeline, StageKind, StageMove
from planning.completeness import Policy, deals_with_accounts, gaps_of
from planning.edits import edit_row
from planning.events import emit
from planning.pipelines import PipelineView, StageView, get_pipeline
from planning.record_errors import RefusedError
from planning.record_rows import BATCH, insert_all
from planning.stage_effects import cancel_timers, set_timers
from planning.stage_rules import read_rules
from planning.time_in_stage import since_of

opportunity, pipeline = table_of(Opportunity), table_of(Pipeline)


@dataclass(frozen=True, slots=True)
class StageChange:
    """Deals that go from one stage to another; `incomplete` lack something that is asked for up to the new one."""

    from_stage_id: int
    from_stage: str
    to_stage_id: int
    to_stage: str
    deals: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class PipelineChange:
    """What a change of pipelines did, or would do (`dry_run`)."""

    from_pipeline_id: int
    to_pipeline_id: int
    dry_run: bool
    deals: int
    stages: tuple[StageChange, ...]


@dataclass(frozen=True, slots=True)
class AskedChange:
    """To which pipeline, by which map of old open stages to new ones, and why; a dry run only counts."""

    to_pipeline_id: int
    stages: Mapping[int, int]
    reason: str = ""
    dry_run: bool = False


def change_pipeline(
    session: Session, pipeline_id: int, version: int, asked: AskedChange, *, by: str, at: datetime
) -> PipelineChange:
    """Move every running deal of a pipeline to another one.

    The time that a deal has been in its stage goes on, its tasks stay, its timers begin anew as of that time. Nothing
    is set off and nothing asked for: what is missing is counted. Closed deals stay where they ended. One act.

    Raises:
        MissingError: there is no such pipeline.
        StaleError: the pipeline was changed since `version`.
        RefusedError: the map names a stage that is not open or not of its pipeline, or leaves out one that has deals.
    """
    old, new = get_pipeline(session, pipeline_id), get_pipeline(session, asked.to_pipeline_id)
    targets = checked_map(old, new, asked.stages)
    if not asked.dry_run:
        edit_row(session, pipeline, pipeline_id, version, {})
    sql = select(opportunity.c.id, opportunity.c.stage_id).where(opportunity.c.stage_id.in_([*targets]))
    deals = session.execute(sql.order_by(opportunity.c.id).with_for_update()).all()
    incomplete = lacking(session, targets, new)
    if deals and not asked.dry_run:
        write_change(session, deals, targets, by=by, at=at, reason=asked.reason)
        about = {"to_pipeline_id": new.id, "deals": len(deals)}
        emit(session, "pipeline.changed", "pipeline", pipeline_id, at, about)
    names = {row.id: row.name for row in old.stages}
    stages = tuple(
        StageChange(
            *(start, names[start], to.id, to.name),
            deals=sum(row.stage_id == start for row in deals),
            incomplete=sum(row.stage_id == start and row.id in incomplete for row in deals),
        )
        for start, to in targets.items()
    )
    return PipelineChange(pipeline_id, new.id, asked.dry_run, len(deals), stages)


def checked_map(old: PipelineView, new: PipelineView, stages: Mapping[int, int]) -> dict[int, StageView]:
    """The new stage of each old one, in the order of the old ones.

    Raises:
        RefusedError: a stage that is not there or not open, or one with deals that the map leaves out.
    """
    if old.id == new.id:
        raise RefusedError("The deals are in this pipeline already: name another one.")
    if new.retired:
        raise RefusedError(f"Pipeline {new.id} is retired: nothing new comes into it.")
    start, end = ({row.id: row for row in one.stages if row.kind == StageKind.OPEN} for one in (old, new))
    for known, of, given in ((start, old.id, stages), (end, new.id, stages.values())):
        if odd := next((stage_id for stage_id in given if stage_id not in known), None):
            choice = ", ".join(f"{row.id} {row.name}" for row in known.values())
            raise RefusedError(f"Stage {odd} is no open stage of pipeline {of}; there are: {choice}.")
    if left := [row for row in start.values() if row.deals and row.id not in stages]:
        said = ", ".join(f"{row.id} {row.name} ({row.deals})" for row in left)
        raise RefusedError(f"The map leaves out stages that have running deals: {said}.")
    return {stage_id: end[stages[stage_id]] for stage_id in start if stage_id in stages}


def write_change(
    session: Session, deals: Sequence[Any], targets: Mapping[int, StageView], *, by: str, at: datetime, reason: str
) -> None:
    """Write moves and stages, and set timers as of when each deal came to its old stage."""
    began = since_of(session, [row.id for row in deals])
    said = {"moved_at": at, "moved_by": by, "reason": reason, "migrated": True}
    pairs = [(row, targets[row.stage_id].id) for row in deals]
    rows = [{"opportunity_id": row.id, "from_stage_id": row.stage_id, "to_stage_id": to, **said} for row, to in pairs]
    moves = [made for some in batched(rows, BATCH) for made in insert_all(session, StageMove, list(some))]
    session.connection().execute(
        update(opportunity)
        .where(opportunity.c.id == bindparam("deal"))
        .values(stage_id=bindparam("new_stage"), version=opportunity.c.version + 1),
        [{"deal": row.id, "new_stage": to} for row, to in pairs],
    )
    rules = {to.id: read_rules(to.name, to.rules) for to in targets.values()}
    for (row, to_id), move_id in zip(pairs, moves, strict=True):
        cancel_timers(session, row.id, at=at)
        set_timers(session, row.id, move_id, rules[to_id], since=began.get(row.id, at))


def lacking(session: Session, targets: Mapping[int, StageView], new: PipelineView) -> set[int]:
    """The deals that would lack something in their new stages."""
    policy = Policy(new.stages)
    among = [opportunity.c.stage_id.in_([*targets])]
    deals = deals_with_accounts(session, among)
    return {deal["id"] for deal in deals if gaps_of(policy, deal, targets[deal["stage_id"]].id).missing}
