"""Moving a sale from stage to stage: what has to be there first, and what it sets off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, Opportunity, PipelineStage, StageKind
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.events import emit
from planning.pipeline_rules import missing_fields, require_entry
from planning.record_errors import MissingError, RefusedError
from planning.stage_effects import Entry, entered, write_move
from planning.stage_rules import StageRules, read_rules
from planning.tasks import missing_gates
from planning.viewer import Viewer, may_see_opportunities

opportunity, stage = table_of(Opportunity), table_of(PipelineStage)
account, contact = table_of(Account), table_of(AccountPerson)


def move_opportunity(
    session: Session, viewer: Viewer, opportunity_id: int, version: int, stage_id: int, *, at: datetime, reason: str
) -> None:
    """Move an opportunity to another stage of its pipeline, with all that its new stage sets off.

    Raises:
        MissingError: there is no such opportunity, or none that the viewer may see.
        StaleError: somebody changed it since `version`.
        RefusedError: the stage is another pipeline's or the present one, asks for a field or a task that is not there
            or for another role, the present stage asks for something first, or a loss has no reason of its list.
    """
    row = session.execute(
        select(opportunity, stage.c.pipeline_id, stage.c.position, stage.c.name, stage.c.rules)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .where(opportunity.c.id == opportunity_id, may_see_opportunities(session, viewer))
    ).first()
    if row is None:
        raise MissingError(f"There is no opportunity {opportunity_id}.")
    to = session.execute(select(stage).where(stage.c.id == stage_id)).first()
    if to is None or to.pipeline_id != row.pipeline_id:
        raise RefusedError(f"Stage {stage_id} does not belong to the pipeline of opportunity {opportunity_id}.")
    if stage_id == row.stage_id:
        raise RefusedError(f"Opportunity {opportunity_id} is in stage {stage_id} already.")
    if to.kind == StageKind.LOST:
        require_reason(session, reason)
    deal = with_account(session, row._asdict())
    require_entry(viewer, to, deal)
    require_rules(session, to, deal)
    if to.kind != StageKind.LOST and to.position > row.position:
        require_filled(row.name, read_rules(row.name, row.rules), deal)
    edit_row(session, opportunity, opportunity_id, version, {"stage_id": stage_id})
    made = write_move(session, opportunity_id, row.stage_id, stage_id, at=at, by=viewer.name, reason=reason)
    kind = "moved" if to.kind == StageKind.OPEN else str(to.kind)
    moved = {"from_stage_id": row.stage_id, "to_stage_id": stage_id, "reason": reason, "value": row.value}
    emit(session, f"opportunity.{kind}", "opportunity", opportunity_id, at, moved)
    entered(session, Entry(opportunity_id, made, at, viewer.name))


def require_reason(session: Session, reason: str) -> None:
    """Go on only with a reason for a loss, of its list where that has any.

    Raises:
        RefusedError: there is none, or none that may be chosen.
    """
    if not reason.strip():
        raise RefusedError("A lost opportunity needs a reason.")
    require_code(session, "loss_reason", reason)


def require_rules(session: Session, to: Any, deal: Mapping[str, Any]) -> None:
    """Go on only when a deal has what a stage asks for by segment, and its tasks are done.

    `deal` is as `with_account` returns it; a new deal has no `id` yet.

    Raises:
        RefusedError: all that is missing.
    """
    rules = read_rules(to.name, to.rules)
    segment = deal.get("account.segment") or ""
    if missing := missing_fields(" ".join(rules.segment_fields(segment)), deal):
        said = ", ".join(missing)
        raise RefusedError(f"The stage {to.name} asks for {said} of segment {segment}: fill that in first.")
    if waiting := missing_gates(session, deal.get("id", 0), rules.gates):
        raise RefusedError(f"The stage {to.name} waits: {'; '.join(waiting)}.")


def require_filled(name: str, rules: StageRules, deal: Mapping[str, Any]) -> None:
    """Go on only when what the form of a stage requires is there.

    Raises:
        RefusedError: which fields are empty.
    """
    required = " ".join(one.field for one in rules.form if one.required)
    if missing := missing_fields(required, deal):
        raise RefusedError(f"The stage {name} is not finished: fill in {', '.join(missing)} before going on.")


def with_account(session: Session, deal: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a deal, and what can be asked of its account beside them."""
    sql = select(
        *(account.c[name] for name in ("segment", "industry", "value", "potential")),
        exists(select(contact.c.id).where(contact.c.account_id == account.c.id)).label("contact"),
    ).where(account.c.id == deal.get("account_id"))
    found = None if deal.get("account_id") is None else session.execute(sql).first()
    if found is None:
        return dict(deal)
    known = {f"account.{name}": value for name, value in found._asdict().items()}
    return {**deal, **known, "account.contact": found.contact or None}
