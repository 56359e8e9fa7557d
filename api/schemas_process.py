"""What stages say, in and out; the form of a step, stuck sales, flow, completeness, changes of pipelines."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import LARGEST_ID
from api.schemas import Answer
from api.writing import Line, Number

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Days = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)]
DueDays = Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False)]
Word = Annotated[Line, Field(min_length=1)]


class Part(BaseModel):
    """Base of the parts of a stage's rules."""

    model_config = ConfigDict(extra="forbid")


class FormFieldIn(Part):
    """A field of the step's form."""

    field: Word = Field(description="Of the opportunity, or account.segment and so on", examples=["value"])
    edit: bool | None = Field(default=None, description="May be changed; [fields of the sale may]", examples=[True])
    required: bool = Field(default=False, description="Must be filled before going on", examples=[True])


class PerformerIn(Part):
    """A certain rep, or whoever holds the account's territory in a role."""

    rep_id: Id | None = Field(default=None, examples=[None])
    holder: Literal["primary", "cover", "support", "above"] | None = Field(
        default=None, description="above: who holds the nearest territory above", examples=["support"]
    )
    sales_force: Line | None = Field(default=None, description="[the first]", examples=[None])


class CreateTask(Part):
    """A task for the sale."""

    do: Literal["create_task"]
    title: Word = Field(description="{title} is that of the sale", examples=["Survey for {title}"])
    kind: Word = Field(examples=["site survey"])
    due_days: DueDays | None = Field(default=None, examples=[5])
    to: PerformerIn | None = Field(default=None, description="[the rep of the sale]")


class SetField(Part):
    """A field of the sale is set."""

    do: Literal["set_field"]
    field: Literal["product", "currency", "probability", "source"] = Field(examples=["probability"])
    value: Number | Line | None = Field(default=None, examples=[0.6])


class CreateOpportunity(Part):
    """Another sale to the same account, at the beginning of a pipeline."""

    do: Literal["create_opportunity"]
    title: Word | None = Field(default=None, examples=["{title}: service contract"])
    pipeline: Word | None = Field(default=None, description="By name; [its own]", examples=["Service"])
    value: Number | None = Field(default=None, examples=[None])
    to: PerformerIn | None = Field(default=None, description="[the rep of the sale]")


class HandOver(Part):
    """The sale goes to another rep."""

    do: Literal["hand_over"]
    to: PerformerIn


class Emit(Part):
    """An event is written."""

    do: Literal["emit"]
    event: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")] = Field(examples=["offer.sent"])


EffectIn = Annotated[CreateTask | SetField | CreateOpportunity | HandOver | Emit, Field(discriminator="do")]


class TimerIn(Part):
    """What is set off when a sale is still in the stage after some days."""

    after_days: Days = Field(examples=[14])
    effects: list[EffectIn] = Field(min_length=1, max_length=20)


class RulesIn(Part):
    """What a stage says besides its name."""

    form: list[FormFieldIn] = Field(default=[], max_length=30, description="Empty: every field may be changed")
    required_by_segment: dict[Word, list[Word]] = Field(
        default={}, max_length=50, description="Asked to enter, by segment of the account", examples=[{"A": ["value"]}]
    )
    gates: list[Word] = Field(
        default=[], max_length=20, description="Kinds of tasks that must be done to enter", examples=[["site survey"]]
    )
    performer: PerformerIn | None = Field(default=None, description="Who gets a sale that enters")
    effects: list[EffectIn] = Field(default=[], max_length=20, description="What entering sets off, in this order")
    timers: list[TimerIn] = Field(default=[], max_length=10)


class FormFieldOut(Answer):
    """A field of the step's form."""

    field: str = Field(examples=["value"])
    value: Any = Field(examples=[4514.0])
    edit: bool = Field(examples=[True])
    required: bool = Field(examples=[True])
    missing: bool = Field(description="It is empty", examples=[False])


class NextStageOut(Answer):
    """Whether you may move the sale to a stage now."""

    stage_id: int = Field(examples=[3])
    stage: str = Field(examples=["Negotiation"])
    kind: str = Field(examples=["open"])
    allowed: bool = Field(examples=[False])
    why_not: str = Field(examples=["The stage Negotiation asks for value: fill that in first."])


class DealFormOut(Answer):
    """The step that a sale is in."""

    opportunity_id: int = Field(examples=[12])
    stage_id: int = Field(examples=[2])
    stage: str = Field(examples=["Offer"])
    version: int = Field(description="Of the opportunity, for If-Match", examples=[3])
    fields: tuple[FormFieldOut, ...]
    next: tuple[NextStageOut, ...]


class StuckDealOut(Answer):
    """A sale that is in its stage for longer than expected."""

    opportunity_id: int = Field(examples=[12])
    title: str = Field(examples=["Autumn range"])
    account_id: int | None = Field(examples=[42])
    account: str | None = Field(examples=["Café Nord"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    pipeline: str = Field(examples=["Field sales"])
    stage_id: int = Field(examples=[2])
    stage: str = Field(examples=["Offer"])
    since: datetime = Field(examples=["2026-11-02T09:00:00Z"])
    days: float = Field(examples=[21.0])
    expected_days: float = Field(examples=[14.0])
    overdue_days: float = Field(examples=[7.0])
    value: float | None = Field(examples=[4514.0])
    currency: str = Field(examples=["EUR"])
    open_tasks: int = Field(examples=[1])


class StuckDealsOut(Answer):
    """Stuck sales, the longest overdue first."""

    at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    count: int = Field(description="All that fit", examples=[31])
    items: tuple[StuckDealOut, ...] = Field(validation_alias="deals")


class StageFlowOut(Answer):
    """One stage in one period."""

    stage_id: int = Field(examples=[2])
    stage: str = Field(examples=["Offer"])
    kind: str = Field(examples=["open"])
    first: date = Field(description="The period's first day", examples=["2026-11-01"])
    entered: int = Field(examples=[12])
    left: int = Field(examples=[9])
    present: int = Field(description="At the end", examples=[30])
    value: float = Field(description="Of those present", examples=[120_000.0])


class StageFlowsOut(Answer):
    """The flow through a pipeline, stage by stage and period by period."""

    items: tuple[StageFlowOut, ...]


class SalesRowOut(Answer):
    """A sale behind a sum, as it stood at the end of the day."""

    opportunity_id: int = Field(examples=[12])
    title: str = Field(examples=["Autumn range"])
    account_id: int | None = Field(examples=[42])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    stage_id: int = Field(examples=[2])
    stage: str = Field(examples=["Offer"])
    kind: str = Field(examples=["open"])
    moved_at: datetime = Field(description="When it came to that stage", examples=["2026-11-02T09:00:00Z"])
    share: float = Field(description="The part that counts, where reps share it", examples=[1.0])
    value: float = Field(examples=[4514.0])
    weighted: float = Field(examples=[2257.0])
    currency: str = Field(examples=["EUR"])
    version: int = Field(examples=[3])


class SalesRowsOut(Answer):
    """The sales behind a sum."""

    on: date = Field(examples=["2026-11-02"])
    items: tuple[SalesRowOut, ...]
    next: str | None = Field(description="Cursor of the next page", examples=[None])


class DealGapsOut(Answer):
    """A sale and what it lacks."""

    opportunity_id: int = Field(examples=[12])
    title: str = Field(examples=["Autumn range"])
    asked: int = Field(examples=[4])
    missing: tuple[str, ...] = Field(examples=[["value"]])


class GroupGapsOut(Answer):
    """Open sales of a rep, stage or segment."""

    id: int | None = Field(examples=[7])
    name: str = Field(examples=["Anna Berg"])
    deals: int = Field(examples=[20])
    complete: int = Field(examples=[15])
    asked: int = Field(description="Fields", examples=[80])
    filled: int = Field(examples=[74])
    share: float | None = Field(description="Filled of those asked for, 0–1", examples=[0.925])
    missing: dict[str, int] = Field(description="By field, in how many sales", examples=[{"value": 6}])
    named: tuple[DealGapsOut, ...] = Field(description="Those with most missing first, 50 at most")


class CompletenessOut(Answer):
    """How complete open sales are."""

    by: str = Field(examples=["rep"])
    items: tuple[GroupGapsOut, ...]


class StageChangeOut(Answer):
    """Sales that go from one stage to another."""

    from_stage_id: int = Field(examples=[2])
    from_stage: str = Field(examples=["Offer"])
    to_stage_id: int = Field(examples=[8])
    to_stage: str = Field(examples=["Proposal"])
    deals: int = Field(examples=[12])
    incomplete: int = Field(description="Lack something asked for up to there", examples=[2])


class PipelineChangeOut(Answer):
    """What a change of pipelines did, or would do."""

    from_pipeline_id: int = Field(examples=[1])
    to_pipeline_id: int = Field(examples=[2])
    dry_run: bool = Field(examples=[False])
    deals: int = Field(examples=[31])
    stages: tuple[StageChangeOut, ...]
