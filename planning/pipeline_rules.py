"""What a stage asks of a deal that enters it, and where new deals may begin."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Pipeline, PipelineStage, Role, StageKind
from planning.record_errors import RefusedError
from planning.viewer import Viewer

pipeline, stage = table_of(Pipeline), table_of(PipelineStage)

MAY_BE_REQUIRED = ("account_id", "rep_id", "product", "value", "currency", "probability", "expected_on", "source")
"""Columns of an opportunity that a stage may ask for."""


def missing_fields(required: str, values: Mapping[str, Any]) -> list[str]:
    """The columns a stage asks for that a deal has not filled."""
    return [name for name in required.split() if values.get(name) in (None, "")]


def require_entry(viewer: Viewer, to: Any, deal: Mapping[str, Any]) -> None:
    """Go on only when this user may move this deal into the stage `to` (a row of `pipeline_stage`).

    Raises:
        RefusedError: fields of the deal are missing, or the stage is another role's.
    """
    if to.owner_role and viewer.role not in (to.owner_role, Role.ADMIN):
        raise RefusedError(f"Only a {to.owner_role} moves deals into the stage {to.name}.")
    if missing := missing_fields(to.required, deal):
        raise RefusedError(f"The stage {to.name} asks for {', '.join(missing)}: fill that in first.")


def require_begin(session: Session, stage_id: int) -> Any:
    """The row of a stage that a new deal may begin in.

    Raises:
        RefusedError: no such stage, one that is closed, or one of a pipeline that is retired.
    """
    sql = select(stage, pipeline.c.retired).join(pipeline, pipeline.c.id == stage.c.pipeline_id)
    found = session.execute(sql.where(stage.c.id == stage_id)).first()
    if found is None or found.kind != StageKind.OPEN:
        raise RefusedError(f"Stage {stage_id} is none that a sale can begin in.")
    if found.retired:
        raise RefusedError(f"Stage {stage_id} is of a pipeline in which nothing new begins.")
    return found
