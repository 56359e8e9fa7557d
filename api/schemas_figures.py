"""Shapes of the answers about sums, targets, credit and kept searches."""

from datetime import date

from pydantic import Field

from api.schemas import Answer
from api.schemas_workload import WorkOut


class AccountSumOut(Answer):
    """Accounts of one group."""

    id: int | None = Field(description="Of the territory or rep; null: nobody's, or another grouping", examples=[3])
    name: str = Field(description="Empty where there is none", examples=["North"])
    accounts: int = Field(examples=[212])
    sites: int = Field(examples=[230])
    located: int = Field(description="Sites with a place", examples=[228])
    visits_a_year: float = Field(examples=[2080.0])
    value: float = Field(description="Money a year", examples=[250000.0])
    potential: float = Field(description="Money a year", examples=[400000.0])


class AccountSumsOut(Answer):
    """Sums of accounts; each account counts once."""

    by: str = Field(examples=["territory"])
    on: date = Field(examples=["2026-03-03"])
    items: tuple[AccountSumOut, ...]
    above: tuple[AccountSumOut, ...] = Field(
        description="By territory: the sums of those that others lie below; they count nothing that `items` do not"
    )


class SalesSumOut(Answer):
    """Sales of one group, one outcome and one currency."""

    id: int | None = Field(description="Of the stage, territory or rep; null: nobody's, or products", examples=[4])
    name: str = Field(examples=["New business: Offer"])
    kind: str = Field(description="open, won or lost", examples=["open"])
    currency: str = Field(examples=["EUR"])
    sales: int = Field(description="One that reps share counts for each of them", examples=[17])
    value: float = Field(description="Divided among the reps who share a sale", examples=[125000.0])
    weighted: float = Field(description="Value × probability", examples=[62500.0])


class SalesSumsOut(Answer):
    """Sums of sales."""

    by: str = Field(examples=["stage"])
    on: date = Field(examples=["2026-03-03"])
    items: tuple[SalesSumOut, ...]
    above: tuple[SalesSumOut, ...] = Field(
        description="By territory: the sums of those that others lie below; they count nothing that `items` do not"
    )


class AreaStageOut(Answer):
    """Open opportunities of an area in one stage and one currency."""

    stage_id: int = Field(examples=[3])
    name: str = Field(examples=["Field sales: Offer"])
    currency: str = Field(examples=["EUR"])
    opportunities: int = Field(examples=[12])
    amount: float = Field(examples=[48000.0])
    weighted: float = Field(description="Amount × probability", examples=[24000.0])


class AreaTotalOut(Answer):
    """Open opportunities of an area in one currency."""

    currency: str = Field(examples=["EUR"])
    opportunities: int = Field(examples=[31])
    amount: float = Field(examples=[125000.0])
    weighted: float = Field(description="Amount × probability", examples=[62500.0])


class AreaPipelineOut(Answer):
    """Open opportunities of an area: in all by currency, and by stage in order of the pipelines."""

    on: date = Field(examples=["2026-11-23"])
    opportunities: int = Field(examples=[31])
    totals: tuple[AreaTotalOut, ...]
    stages: tuple[AreaStageOut, ...]


class MoneyOut(Answer):
    """Revenue in one currency."""

    currency: str = Field(examples=["EUR"])
    target: float = Field(examples=[20000.0])
    won: float = Field(examples=[17500.0])


class TypeFactOut(Answer):
    """Visits of one type, planned and made."""

    type: str | None = Field(description="See /api/activity-types; null: without one", examples=["shelf_audit"])
    planned: WorkOut
    done: WorkOut


class PlanFactOut(Answer):
    """What a rep planned and did in one period. A joint visit counts for everybody who makes it."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    first: date = Field(description="First day of the period; of a week its Monday", examples=["2026-11-23"])
    planned: WorkOut
    done: WorkOut
    revenue: tuple[MoneyOut, ...]
    types: tuple[TypeFactOut, ...] = Field(description="The visits by type")


class PlanFactSumOut(Answer):
    """What all the reps whom you may see planned and did in one period; a joint visit counts once."""

    first: date = Field(description="First day of the period; of a week its Monday", examples=["2026-11-23"])
    planned: WorkOut
    done: WorkOut
    revenue: tuple[MoneyOut, ...]
    types: tuple[TypeFactOut, ...]


class PlanFactsOut(Answer):
    """Plan and fact by period, in order of time, then of name."""

    by: str = Field(examples=["month"])
    items: tuple[PlanFactOut, ...]
    totals: tuple[PlanFactSumOut, ...]


class TargetOut(Answer):
    """Revenue that a rep is to win."""

    id: int = Field(examples=[5])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    first_on: date = Field(examples=["2026-10-01"])
    last_on: date = Field(description="Included", examples=["2026-12-31"])
    amount: float = Field(examples=[60000.0])
    currency: str = Field(examples=["EUR"])
    version: int = Field(examples=[1])


class TargetsOut(Answer):
    """Targets by rep and day."""

    items: tuple[TargetOut, ...]


class CreditOut(Answer):
    """Who is credited with which part of a sale; empty when it is its rep's alone."""

    opportunity_id: int = Field(examples=[42])
    on: date = Field(examples=["2026-11-23"])
    shares: dict[int, float] = Field(description="By rep id", examples=[{"7": 0.6, "8": 0.4}])


class ViewOut(Answer):
    """A kept search."""

    id: int = Field(examples=[3])
    of: str = Field(description="The list it searches: accounts, opportunities or the map", examples=["accounts"])
    name: str = Field(examples=["Dormant in the north"])
    query: dict[str, str] = Field(description="Parameters of that list", examples=[{"state": "dormant"}])
    shared: bool = Field(description="Everybody may use it", examples=[False])
    owner: str = Field(examples=["anna"])
    own: bool = Field(description="Yours, to change", examples=[True])
    version: int = Field(examples=[1])


class ViewsOut(Answer):
    """Kept searches: yours, and what others share."""

    items: tuple[ViewOut, ...]
