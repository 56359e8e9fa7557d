"""Opportunities from a file, with the moves that its dates tell of.

A deal came into its opening stage on the day it was opened and into its last stage on the day it was closed; a file
that says more than that is imported again and again as it changes, each new stage being one more move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, Pipeline, PipelineStage, RowState, StageKind
from planning.deals import EMPTY as NO_DEAL
from planning.errors import TableError
from planning.import_decision import (
    Decision,
    MadeIds,
    Once,
    Values,
    changes,
    differing,
    reason,
    reject,
    rejected_row,
    settle,
)
from planning.import_fields import Field, Rows, Said, Setting, day, is_day, looks_like, moment, number, share, text
from planning.import_people import matching
from planning.import_references import Found, Known, Register, find_accounts, find_codes, find_reps
from planning.pipeline_rules import missing_fields

opportunity, pipeline, stage = table_of(Opportunity), table_of(Pipeline), table_of(PipelineStage)

FIELDS: Mapping[str, Field] = {
    "id": Field(
        "id | opportunity id | deal id | external id | key | uid | uuid | chance id | mulighed id | ид | код "
        "| код сделки",
        text,
    ),
    "title": Field(
        "title | name | opportunity | opportunity name | deal | deal name | subject | bezeichnung | chance | titel | "
        "название | сделка | название сделки | nom | titre | titulo | nombre",
        text,
    ),
    "account": Field(
        "account | account id | account name | customer | customer id | client | company | business id | firma "
        "| kunde | kundennummer | virksomhed | клиент | компания | организация | entreprise | societe | empresa "
        "| cliente",
        text,
        "the id or name of an account",
    ),
    "rep": Field(
        "rep | sales rep | sales agent | owner | agent | seller | salesperson | vertreter | aussendienst | verkaufer | "
        "saelger | представитель | торговый представитель | ответственный | менеджер | commercial | vendedor",
        text,
        "the id or name of a rep",
    ),
    "product": Field(
        "product | product name | item | article | produkt | artikel | vare | продукт | товар | produit | producto",
        text,
    ),
    "pipeline": Field("pipeline | sales process | funnel | vertriebsprozess | воронка | entonnoir | embudo", text),
    "stage": Field(
        "stage | deal stage | sales stage | status | phase | state | stufe | vertriebsphase | fase | этап | стадия | "
        "статус | etape | etapa",
        text,
        "a stage of the pipeline",
        required=True,
    ),
    "value": Field(
        "value | amount | close value | deal value | deal size | revenue | wert | betrag | auftragswert | vaerdi "
        "| belob | сумма | стоимость | montant | valeur | importe | valor",
        number,
        "a sum of money",
        looks=looks_like(number),
    ),
    "currency": Field("currency | currency code | wahrung | valuta | валюта | devise | moneda", text),
    "probability": Field(
        "probability | chance of success | win probability | wahrscheinlichkeit | sandsynlighed | вероятность | "
        "probabilite | probabilidad",
        share,
        "a share from 0 to 1, or from 0 % to 100 %",
        looks=looks_like(share),
    ),
    "expected_on": Field(
        "expected on | expected close | expected close date | forecast date | abschluss erwartet | forventet lukket | "
        "ожидаемая дата | cloture prevue | cierre previsto",
        day,
        "a date",
        looks=is_day,
    ),
    "opened_at": Field(
        "opened at | opened on | open date | engage date | created | created at | created on | start date | begonnen | "
        "erstellt am | oprettet | открыта | дата создания | ouvert le | abierta",
        moment,
        "a date",
        looks=is_day,
    ),
    "closed_at": Field(
        "closed at | closed on | close date | closing date | won date | end date | abgeschlossen | abschlussdatum "
        "| lukket | закрыта | дата закрытия | cloture le | date de cloture | cerrada | fecha de cierre",
        moment,
        "a date",
        looks=is_day,
    ),
    "reason": Field(
        "reason | loss reason | lost reason | verlustgrund | grund | tabsarsag | причина | причина отказа | motif "
        "| motivo",
        text,
    ),
    "source": Field("source | lead source | origin | herkunft | quelle | kilde | источник | origine | origen", text),
    "opening_stage": Field("opening stage", text, "the stage in which deals are opened"),
}


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of the pipelines in force: the one a row means, and the one in which its deals are opened."""

    rows: Mapping[int, Any]
    registers: Mapping[str, Register[int]]
    opening: Mapping[int, int]

    def find(self, values: Mapping[str, Any], field: str = "stage") -> Found[int]:
        """The stage of a row.

        Raises:
            TableError: there are several pipelines and none is named, or none of that name.
        """
        named = values.get("pipeline")
        if named is None and len(self.registers) != 1:
            raise TableError(
                "There is no pipeline yet: make one first."
                if not self.registers
                else f"There are several pipelines ({', '.join(self.registers)}): set which one these deals are in."
            )
        name = next(iter(self.registers)) if named is None else str(named)
        if name not in self.registers:
            choice = ", ".join(self.registers) or "none"
            return Found(name, (), False, expected=f"a pipeline in force; there are: {choice}")
        found = self.registers[name].find(values[field])
        stages = ", ".join(item[0].name for item in self.registers[name].by_id.values())
        return found if found.ids else replace(found, expected=f"a stage of the pipeline {name}: {stages}")


def stages_in_force(session: Session) -> Stages:
    """Those of the newest edition of every pipeline that is not retired."""
    newest: dict[str, Any] = {}
    for row in session.execute(select(pipeline).where(~pipeline.c.retired).order_by(pipeline.c.edition)):
        newest[row.name] = row
    rows: dict[int, Any] = {}
    registers: dict[str, Register[int]] = {}
    opening: dict[int, int] = {}
    for name, row in newest.items():
        sql = select(stage).where(stage.c.pipeline_id == row.id).order_by(stage.c.position)
        steps = session.execute(sql).all()
        registers[name] = Register([Known(step.id, step.name, step.name) for step in steps], "stage")
        rows |= {step.id: step for step in steps}
        first = next((step.id for step in steps if step.kind == StageKind.OPEN), None)
        opening |= {step.id: first for step in steps if first is not None}
    return Stages(rows, registers, opening)


def decide(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do."""
    decisions = [rejected_row(row) for row in rows.rejected]
    made_ids, once = MadeIds(), Once()
    said = [identified(row, made_ids) for row in rows.rows]
    ids = [row.values["id"] for row in said]
    known = {row.external_id: row._mapping for row in matching(session, opportunity, opportunity.c.external_id, ids)}
    stages = stages_in_force(session)
    stages = with_known(session, stages, {row["stage_id"] for row in known.values()})
    accounts = find_accounts(session, texts(said, "account"), make=setting.make_accounts)
    reps = find_reps(session, texts(said, "rep"))
    products = find_codes(session, "product", texts(said, "product"))
    for row in said:
        if again := once.again(row.values["id"], row.line):
            decisions.append(again)
            continue
        found: dict[str, Found[Any]] = {"stage": stages.find(row.values)}
        if "opening_stage" in row.values:
            found["opening_stage"] = stages.find(row.values, "opening_stage")
        for name, there in (("account", accounts), ("rep", reps), ("product", products)):
            if name in row.values:
                found[name] = there[row.values[name]]
        decisions.append(settle(row, row.values["id"], found, lambda one: plan(one, known, stages, setting)))
    return decisions


def with_known(session: Session, stages: Stages, ids: set[int]) -> Stages:
    """The same with the stages in which known deals are, which may be of an older edition."""
    more = {row.id: row for row in matching(session, stage, stage.c.id, ids - set(stages.rows))}
    return replace(stages, rows={**stages.rows, **more})


def texts(said: Sequence[Said], field: str) -> list[str]:
    """What the rows say in a field."""
    return [row.values[field] for row in said if field in row.values]


def identified(row: Said, made: MadeIds) -> Said:
    """The row with an id: its own, or one made from whom, what and since when."""
    if "id" in row.values:
        return row
    parts = [row.values.get(name) for name in ("account", "title", "product", "rep", "opened_at")]
    return replace(row, values={**row.values, "id": made.of(*parts)})


def plan(row: Said, known: Mapping[str, Any], stages: Stages, setting: Setting) -> Decision:
    """What the row would do."""
    external, values = row.values["id"], row.values
    before = known.get(external)
    said = columns_of(values, stages)
    whole = {**(before or {}), **{name: value for name, value in said.items() if value not in (None, "")}}
    to = stages.rows[values["stage"]]
    entering = before is None or before["stage_id"] != to.id
    if entering and (missing := missing_fields(to.required, whole)):
        return reject(row.line, external, missing[0], "", f"a value: the stage {to.name} asks for it")
    if entering and to.kind == StageKind.LOST and "reason" not in values:
        return reject(row.line, external, "reason", "", "why the deal was lost; it may be set for all rows")
    if "opened_at" in values and "closed_at" in values and values["closed_at"] < values["opened_at"]:
        return reject(
            row.line, external, "closed_at", values["closed_at"].isoformat(), "a day after the deal was opened"
        )
    if before is None:
        created = values.get("opened_at") or setting.now
        title = values.get("title") or values.get("product") or external
        new = {**EMPTY, **said, "external_id": external, "title": title, "created_at": created}
        writes = {"opportunity": new, "stage_move": first_moves(values, stages, setting)}
        return Decision(RowState.CREATE, row.line, external, writes, {}, account_id=values.get("account"))
    new = differing(said, before)
    writes = {"opportunity": new} if new else {}
    if entering:
        at = values.get("closed_at", setting.now) if to.kind != StageKind.OPEN else setting.now
        writes["stage_move"] = [move(before["stage_id"], to.id, at, setting.by, values)]
    names = {one: stages.rows[one].name for one in (before["stage_id"], to.id)}
    why = [
        reason("stage", names[to.id], f"was {names[before['stage_id']]}") if item["field"] == "stage_id" else item
        for item in changes(new, before)
    ]
    state = RowState.UPDATE if writes else RowState.UNCHANGED
    targets = {"opportunity": (before["id"], before["version"])}
    return Decision(state, row.line, external, writes, targets, tuple(why), before["id"], whole.get("account_id"))


EMPTY: Mapping[str, Any] = {**NO_DEAL, "source": "import"}


def columns_of(values: Mapping[str, Any], stages: Stages) -> Values:
    """What a row says, by column; the closing day of a deal that is still open is the one expected."""
    said: Values = {"stage_id": values["stage"]}
    same = ("title", "product", "value", "currency", "probability", "expected_on", "source")
    said |= {name: values[name] for name in same if name in values}
    said |= {f"{name}_id": values[name] for name in ("account", "rep") if name in values}
    if "closed_at" in values and stages.rows[values["stage"]].kind == StageKind.OPEN:
        said.setdefault("expected_on", values["closed_at"].date())
    return said


def first_moves(values: Mapping[str, Any], stages: Stages, setting: Setting) -> list[Values]:
    """How a new deal came to its stage: opened where deals are opened, then moved on, as far as its dates tell."""
    at = values["stage"]
    to = stages.rows[at]
    opening = values.get("opening_stage", stages.opening.get(at, at))
    opened, closed = values.get("opened_at"), values.get("closed_at")
    if to.kind == StageKind.OPEN or at == opening or opened is None:
        came = opened if to.kind == StageKind.OPEN else closed or opened
        return [move(None, at, came or setting.now, setting.by, values)]
    last = closed or setting.now
    return [move(None, opening, opened, setting.by, {}), move(opening, at, max(last, opened), setting.by, values)]


def move(start: int | None, to: int, at: datetime, by: str, values: Mapping[str, Any]) -> Values:
    """One move as a row."""
    return {
        "from_stage_id": start,
        "to_stage_id": to,
        "moved_at": at,
        "moved_by": by,
        "reason": values.get("reason", ""),
    }
