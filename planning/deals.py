"""Opening a deal, changing it, and the way it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, PipelineStage, Rep, StageMove
from planning.closed_accounts import require_open
from planning.code_rules import require_code
from planning.deal_moves import require_rules, with_account
from planning.edits import edit_row
from planning.external_ids import require_free_id
from planning.opportunities import get_opportunity
from planning.pipeline_rules import missing_fields, require_begin, require_entry
from planning.record_errors import RefusedError
from planning.stage_effects import begin_deal, keep_estimate
from planning.stage_rules import StageRules, read_rules
from planning.viewer import Viewer, require_account

opportunity, stage = table_of(Opportunity), table_of(PipelineStage)
move, rep = table_of(StageMove), table_of(Rep)

EMPTY: Mapping[str, Any] = {
    "external_id": None,
    "account_id": None,
    "rep_id": None,
    "product": "",
    "value": None,
    "currency": "",
    "probability": None,
    "expected_on": None,
    "source": "",
}


@dataclass(frozen=True, slots=True)
class MoveView:
    """An opportunity came to a stage, and stayed there for `stayed_s` seconds (None: it is still there)."""

    id: int
    from_stage_id: int | None
    from_stage: str | None
    to_stage_id: int
    to_stage: str
    moved_at: datetime
    moved_by: str
    reason: str
    stayed_s: float | None


def add_opportunity(session: Session, viewer: Viewer, values: Mapping[str, Any], *, at: datetime) -> int:
    """Open a deal in a stage; returns its id. `values` are columns of `Opportunity`; a rep's own is that rep's.

    Raises:
        MissingError: the account is not there for the viewer.
        RefusedError: the account is closed, a stage that no deal may begin in or that asks for more, a product that is
            not in its list, a rep who is not there, an id that is taken, or no account from somebody who does not see
            everything.
    """
    row = {**EMPTY, **values}
    row["rep_id"] = row["rep_id"] or viewer.rep_id
    check_references(session, viewer, row)
    require_free_id(session, "opportunities", row["external_id"], opportunity)
    begins_in, deal = require_begin(session, row["stage_id"]), with_account(session, row)
    require_entry(viewer, begins_in, deal)
    require_rules(session, begins_in, deal)
    return begin_deal(session, row, at=at, by=viewer.name)


def edit_opportunity(
    session: Session, viewer: Viewer, opportunity_id: int, version: int, values: Mapping[str, Any], *, at: datetime
) -> None:
    """Change a deal; see `edit_row`. Its stage is changed by moving it.

    Raises:
        MissingError: there is no such opportunity for the viewer, or no such account.
        RefusedError: as for a new one; also when its stage asks for what would be empty then, or has a form that does
            not let one of the fields be changed.
    """
    get_opportunity(session, viewer, opportunity_id)
    before = session.execute(select(opportunity).where(opportunity.c.id == opportunity_id)).one()._asdict()
    check_references(session, viewer, {name: value for name, value in values.items() if before[name] != value})
    in_stage = session.execute(select(stage).where(stage.c.id == before["stage_id"])).one()
    require_editable(in_stage.name, read_rules(in_stage.name, in_stage.rules), before, values)
    emptied = set(missing_fields(in_stage.required, {**before, **values}))
    if lost := emptied - set(missing_fields(in_stage.required, before)):
        raise RefusedError(f"The stage {in_stage.name} asks for {', '.join(sorted(lost))}: it cannot be emptied.")
    edit_row(session, opportunity, opportunity_id, version, values)
    if "probability" in values and values["probability"] != before["probability"]:
        keep_estimate(session, opportunity_id, values["probability"], at=at, by=viewer.name)


def require_editable(name: str, rules: StageRules, before: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Go on only with fields that the form of the stage lets be changed.

    Raises:
        RefusedError: which are not, and which are.
    """
    if not rules.form:
        return
    editable = [one.field for one in rules.form if one.edit]
    if other := [field for field, value in values.items() if field not in editable and value != before[field]]:
        may = ", ".join(editable) or "nothing"
        raise RefusedError(f"In the stage {name} {', '.join(other)} cannot be changed; it lets be changed: {may}.")


def check_references(session: Session, viewer: Viewer, values: Mapping[str, Any]) -> None:
    """Refuse what does not exist, what the viewer may not see, and an account that is none any more."""
    if values.get("account_id") is not None:
        require_account(session, viewer, values["account_id"])
        require_open(session, values["account_id"], "a new sale")
    elif "account_id" in values and not viewer.sees_all and values.get("rep_id", viewer.rep_id) is None:
        raise RefusedError("Say with which account this deal is: without one nobody of your team could see it.")
    require_code(session, "product", values.get("product") or "")
    rep_id = values.get("rep_id")
    if rep_id is not None and session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise RefusedError(f"There is no rep {rep_id}.")


def moves_of(session: Session, viewer: Viewer, opportunity_id: int) -> tuple[MoveView, ...]:
    """How an opportunity came to where it is, the oldest move first.

    Raises:
        MissingError: there is no such opportunity for the viewer.
    """
    get_opportunity(session, viewer, opportunity_id)
    start, to = stage.alias("start"), stage.alias("came_to")
    sql = (
        select(move, start.c.name.label("from_stage"), to.c.name.label("to_stage"))
        .join(to, to.c.id == move.c.to_stage_id)
        .outerjoin(start, start.c.id == move.c.from_stage_id)
        .where(move.c.opportunity_id == opportunity_id)
        .order_by(move.c.moved_at, move.c.id)
    )
    rows = session.execute(sql).all()
    following = [*(row.moved_at for row in rows[1:]), None]
    return tuple(
        MoveView(
            *(row.id, row.from_stage_id, row.from_stage, row.to_stage_id, row.to_stage),
            *(row.moved_at, row.moved_by, row.reason),
            None if then is None else (then - row.moved_at).total_seconds(),
        )
        for row, then in zip(rows, following, strict=False)  # a deal of an older program may have no move
    )
