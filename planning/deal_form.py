"""The step that a deal is in, as a form: which fields are shown, changed, still needed; and which way it may go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, PipelineStage, StageKind
from planning.deal_moves import require_filled, require_rules, with_account
from planning.opportunities import get_opportunity
from planning.pipeline_rules import missing_fields, require_entry
from planning.record_errors import RefusedError
from planning.stage_rules import DEAL_FIELDS, FormField, read_rules
from planning.viewer import Viewer

opportunity, stage = table_of(Opportunity), table_of(PipelineStage)


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of the form; `required` ones must be filled before the deal goes on, `missing` ones are not."""

    field: str
    value: Any
    edit: bool
    required: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class NextStage:
    """A stage to which the deal may be moved by this user now, or why not."""

    stage_id: int
    stage: str
    kind: str
    allowed: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class DealForm:
    """A deal's present step."""

    opportunity_id: int
    stage_id: int
    stage: str
    version: int
    fields: tuple[FieldView, ...]
    next: tuple[NextStage, ...]


def deal_form(session: Session, viewer: Viewer, opportunity_id: int) -> DealForm:
    """The form of the stage that a deal is in; all of its fields where the stage has none.

    Raises:
        MissingError: there is no such opportunity for the viewer.
    """
    found = get_opportunity(session, viewer, opportunity_id)
    row = session.execute(select(opportunity).where(opportunity.c.id == opportunity_id)).one()
    deal = with_account(session, row._asdict())
    own = session.execute(select(stage).where(stage.c.id == found.stage_id)).one()
    rules = read_rules(own.name, own.rules)
    needed = set(own.required.split()) | set(rules.segment_fields(deal.get("account.segment") or ""))
    form = rules.form or tuple(FormField(name) for name in DEAL_FIELDS)
    shown = {one.field: one for one in form}
    shown |= {name: FormField(name, False, True) for name in sorted(needed - set(shown))}
    fields = tuple(
        FieldView(name, deal.get(name), one.edit, one.required or name in needed, bool(missing_fields(name, deal)))
        for name, one in shown.items()
    )
    others = session.execute(
        select(stage).where(stage.c.pipeline_id == own.pipeline_id, stage.c.id != own.id).order_by(stage.c.position)
    )
    ways = tuple(way(session, viewer, own, to, deal) for to in others)
    return DealForm(opportunity_id, own.id, own.name, found.version, fields, ways)


def way(session: Session, viewer: Viewer, own: Any, to: Any, deal: Mapping[str, Any]) -> NextStage:
    """Whether the deal may be moved to a stage: the checks of `planning.deal_moves`, their first complaint."""
    try:
        require_entry(viewer, to, deal)
        require_rules(session, to, deal)
        if to.kind != StageKind.LOST and to.position > own.position:
            require_filled(own.name, read_rules(own.name, own.rules), deal)
    except RefusedError as error:
        return NextStage(to.id, to.name, to.kind, False, str(error))
    return NextStage(to.id, to.name, to.kind, True, "")
