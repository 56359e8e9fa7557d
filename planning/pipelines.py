"""Ways of selling as data: pipelines with their stages, in editions; what a stage asks of a deal that enters it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, Pipeline, PipelineStage, Rep, Role, StageKind
from planning.edits import edit_row
from planning.pipeline_rules import MAY_BE_REQUIRED
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.stage_rules import MOST_DAYS, read_rules

pipeline, stage, opportunity = table_of(Pipeline), table_of(PipelineStage), table_of(Opportunity)
rep = table_of(Rep)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as it is described.

    `required` names columns of an opportunity, `owner_role` who may move deals into it. A deal that is there for longer
    than `expected_days` is stuck; `rules` is what else the stage says, in JSON (see `planning.stage_rules`).
    """

    name: str
    kind: StageKind = StageKind.OPEN
    probability: float = 0.0
    required: tuple[str, ...] = ()
    owner_role: str = ""
    expected_days: float | None = None
    rules: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of a pipeline; `deals` are in it now."""

    id: int
    position: int
    name: str
    kind: str
    probability: float
    required: tuple[str, ...]
    owner_role: str
    expected_days: float | None
    rules: Mapping[str, Any]
    deals: int
    version: int


@dataclass(frozen=True, slots=True)
class PipelineView:
    """One edition of a pipeline; new deals begin in the newest one that is not retired."""

    id: int
    name: str
    edition: int
    retired: bool
    version: int
    stages: tuple[StageView, ...]


def list_pipelines(session: Session, *, all_editions: bool = False) -> tuple[PipelineView, ...]:
    """The pipelines in force by name, or every edition of every one."""
    rows = session.execute(select(pipeline).order_by(pipeline.c.name, pipeline.c.edition.desc())).all()
    newest: set[str] = set()
    chosen = []
    for row in rows:
        if all_editions or (row.name not in newest and not row.retired):
            chosen.append(row)
        newest.add(row.name)
    held = stages_of(session, [row.id for row in chosen])
    return tuple(PipelineView(row.id, row.name, row.edition, row.retired, row.version, held[row.id]) for row in chosen)


def get_pipeline(session: Session, pipeline_id: int) -> PipelineView:
    """One edition of a pipeline.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(pipeline).where(pipeline.c.id == pipeline_id)).first()
    if row is None:
        raise MissingError(f"There is no pipeline {pipeline_id}.")
    held = stages_of(session, [pipeline_id])
    return PipelineView(row.id, row.name, row.edition, row.retired, row.version, held[pipeline_id])


def stages_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[StageView, ...]]:
    """The stages of these pipelines, in order."""
    found: dict[int, tuple[StageView, ...]] = dict.fromkeys(ids, ())
    deals = select(func.count()).where(opportunity.c.stage_id == stage.c.id).scalar_subquery()
    sql = select(stage, deals.label("deals")).where(stage.c.pipeline_id.in_(ids)).order_by(stage.c.position)
    for row in session.execute(sql):
        view = StageView(
            *(row.id, row.position, row.name, row.kind, row.probability, tuple(row.required.split())),
            *(row.owner_role, row.expected_days, row.rules or {}, row.deals, row.version),
        )
        found[row.pipeline_id] = (*found[row.pipeline_id], view)
    return found


def add_pipeline(session: Session, name: str, steps: Sequence[Step]) -> int:
    """Make a pipeline, or the next edition of one that is there; returns its id.

    Deals stay in the edition they are in, and go on in it; new ones begin in the new edition.

    Raises:
        RefusedError: stages that cannot work: none that is open, none that is won, two of one name, or a field or role
            that does not exist.
    """
    check_steps(name, steps)
    check_reps(session, steps)
    last = session.scalar(select(func.max(pipeline.c.edition)).where(pipeline.c.name == name)) or 0
    for row in session.execute(select(pipeline).where(pipeline.c.name == name, ~pipeline.c.retired)):
        edit_row(session, pipeline, row.id, row.version, {"retired": True})
    (made,) = insert_all(session, Pipeline, [{"name": name, "edition": last + 1, "retired": False, "version": 1}])
    rows = [
        {
            "pipeline_id": made,
            "position": position,
            "name": step.name,
            "kind": step.kind,
            "probability": step.probability,
            "required": " ".join(step.required),
            "owner_role": step.owner_role,
            "expected_days": step.expected_days,
            "rules": {key: value for key, value in (step.rules or {}).items() if value} or None,
            "version": 1,
        }
        for position, step in enumerate(steps)
    ]
    session.execute(insert(PipelineStage), rows)
    return made


def check_steps(name: str, steps: Sequence[Step]) -> None:
    """Refuse stages that no deal could walk."""
    if not name.strip():
        raise RefusedError("A pipeline needs a name.")
    names = [step.name for step in steps]
    if twice := next((one for one in names if names.count(one) > 1 or not one.strip()), None):
        raise RefusedError(f"Every stage needs a name of its own; {twice!r} is there more than once.")
    if not steps or steps[0].kind is not StageKind.OPEN:
        raise RefusedError("The first stage must be an open one: deals begin there.")
    if all(step.kind is not StageKind.WON for step in steps):
        raise RefusedError("A pipeline needs a stage of the kind won.")
    for step in steps:
        if not 0 <= step.probability <= 1:
            raise RefusedError(f"{step.name}: the probability must be between 0 and 1, got {step.probability}.")
        if step.owner_role and step.owner_role not in list(Role):
            raise RefusedError(f"{step.name}: there is no role {step.owner_role!r}; there are: {', '.join(Role)}.")
        if strange := [one for one in step.required if one not in MAY_BE_REQUIRED]:
            choice = ", ".join(MAY_BE_REQUIRED)
            raise RefusedError(f"{step.name} cannot ask for {strange[0]!r}; it may ask for: {choice}.")
        if step.expected_days is not None and not 0 < step.expected_days <= MOST_DAYS:
            raise RefusedError(f"{step.name}: expected_days must be above 0, got {step.expected_days}.")
        rules = read_rules(step.name, step.rules)
        if step.kind is StageKind.LOST and rules.gates:
            raise RefusedError(f"{step.name}: a deal can be lost at any time; a lost stage has no gates.")
        if step.kind is not StageKind.OPEN and (rules.timers or step.expected_days is not None):
            raise RefusedError(f"{step.name}: a deal ends there; only open stages have timers and expected_days.")


def check_reps(session: Session, steps: Sequence[Step]) -> None:
    """Refuse rules that name reps who are not there."""
    named: dict[int, str] = {}
    for step in steps:
        rules = read_rules(step.name, step.rules)
        effects = (*rules.effects, *(one for timer in rules.timers for one in timer.effects))
        for to in (rules.performer, *(one.to for one in effects)):
            if to is not None and to.rep_id is not None:
                named[to.rep_id] = step.name
    known = set(session.scalars(select(rep.c.id).where(rep.c.id.in_(list(named)))))
    if lost := next((number for number in named if number not in known), None):
        raise RefusedError(f"{named[lost]}: there is no rep {lost}.")


def retire_pipeline(session: Session, pipeline_id: int, version: int, retired: bool) -> None:
    """Let nothing new begin in a pipeline, or let it again; see `edit_row`.

    Raises:
        RefusedError: an edition that a newer one has followed.
    """
    found = get_pipeline(session, pipeline_id)
    newer = select(pipeline.c.id).where(pipeline.c.name == found.name, pipeline.c.edition > found.edition)
    if not retired and session.execute(newer).first():
        raise RefusedError(f"Edition {found.edition} of {found.name} has a newer one.")
    edit_row(session, pipeline, pipeline_id, version, {"retired": retired})
