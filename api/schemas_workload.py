"""Shapes of the answers about workload."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answer
from api.schemas_leads import EvennessOut

Hours = Annotated[float, Field(description="Hours", examples=[38.5])]
KnownHours = Annotated[float | None, Field(description="Hours; null: saved without it", examples=[38.5])]
BASIS = {"visits": "planned", "drive_h": "estimated", "value": "measured"}


class WorkloadOut(Answer):
    """What one territory asks of its rep over the weeks of the plan, and in a year."""

    territory_id: int = Field(examples=[3])
    territory: str = Field(examples=["North"])
    zone: int = Field(description="Number of the zone in the plan, from 0", examples=[2])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    accounts: int = Field(examples=[212])
    visits: int = Field(examples=[160])
    service_h: Hours
    access_h: KnownHours
    drive_h: Hours
    admin_h: KnownHours
    workload_h: Hours
    capacity_h: Hours
    value: float = Field(description="Actual, money a year", examples=[250000.0])
    potential: float | None = Field(description="Possible, money a year", examples=[400000.0])
    gap: float | None = Field(description="What the accounts lack to it, money a year", examples=[160000.0])
    deviation: float = Field(description="Workload ÷ (the rep's share of the total) − 1", examples=[0.02])
    hours_a_year: Hours
    visits_a_year: float | None = Field(examples=[2080.0])
    work_h_a_year: KnownHours
    net_h_a_year: KnownHours


class TerritorySumOut(Answer):
    """A territory that others lie below: their sum."""

    territory_id: int = Field(examples=[1])
    territory: str = Field(examples=["Germany"])
    accounts: int = Field(examples=[2120])
    visits: int = Field(examples=[1600])
    workload_h: Hours
    capacity_h: Hours
    hours_a_year: Hours
    value: float = Field(examples=[2500000.0])


class WorkloadsOut(Answer):
    """The workloads of one plan, and how evenly they lie on the reps."""

    plan_id: int = Field(examples=[1])
    weeks: int = Field(examples=[4])
    basis: dict[str, str] = Field(
        description="How each figure is known: planned, estimated or measured", examples=[BASIS]
    )
    items: tuple[WorkloadOut, ...]
    above: tuple[TerritorySumOut, ...]
    evenness: tuple[EvennessOut, ...]


class WorkOut(Answer):
    """An amount of work; whole seconds that add up exactly."""

    visits: float = Field(examples=[32])
    service_s: int = Field(description="With the access to each place", examples=[57600])
    travel_s: int = Field(examples=[21600])
    total_s: int = Field(examples=[79200])


class PeriodOut(Answer):
    """The work of one rep, or of one territory with all below it, in one period."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["Anna Berg"])
    first: date = Field(description="First day of the period; of a week its Monday", examples=["2026-11-23"])
    planned: WorkOut
    done: WorkOut


class PeriodsOut(Answer):
    """Work by period, in order of time."""

    by: str = Field(examples=["week"])
    of: str = Field(examples=["rep"])
    basis: dict[str, str] = Field(
        description="How each figure is known: planned, estimated or measured", examples=[{"done.visits": "measured"}]
    )
    items: tuple[PeriodOut, ...]
    evenness: tuple[EvennessOut, ...]


class SharesOut(Answer):
    """Who has which part of an account; empty when it is its territory's holder's."""

    account_id: int = Field(examples=[42])
    on: date = Field(examples=["2026-11-23"])
    shares: dict[int, float] = Field(description="By rep id", examples=[{"7": 0.6, "8": 0.4}])


class WorkloadRuleOut(Answer):
    """How work is weighed from a day on."""

    id: int = Field(examples=[2])
    sales_force: str = Field(description='"": of every sales force without rules of its own', examples=[""])
    valid_from: date = Field(examples=["2027-01-01"])
    access_min: float = Field(examples=[5.0])
    admin_min: float = Field(examples=[30.0])
    service_min: float = Field(examples=[30.0])
    weights: dict[str, float] = Field(examples=[{"shelf_audit": 1.5}])
    hours_share: float = Field(examples=[0.8])
    value_share: float = Field(examples=[0.1])
    potential_share: float = Field(examples=[0.1])
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["paul"])
    why: str = Field(examples=["measured in October"])


class WorkloadRulesOut(Answer):
    """Rules in the order in which they begin."""

    items: tuple[WorkloadRuleOut, ...]


class PolicyRowOut(Answer):
    """What clients of a segment get."""

    segment: str = Field(description='"": of every segment without a row of its own', examples=["A"])
    contract: bool = Field(description="Only those with a contract", examples=[False])
    visits_per_year: float | None = Field(examples=[12.0])
    service_min: float | None = Field(description="Minutes of a visit", examples=[30.0])


class VisitPolicyOut(Answer):
    """How often and how long clients are visited from a day on, where nobody says it of themselves."""

    id: int = Field(examples=[2])
    valid_from: date = Field(examples=["2027-01-01"])
    rows: tuple[PolicyRowOut, ...]
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["paul"])
    why: str = Field(examples=["agreed with sales"])


class VisitPoliciesOut(Answer):
    """Policies in the order in which they begin."""

    items: tuple[VisitPolicyOut, ...]


class PolicyEffectOut(Answer):
    """What a policy would do to the sites of a segment; `before` is what holds without it. Driving is not counted."""

    segment: str = Field(examples=["A"])
    contract: bool = Field(examples=[False])
    sites: int = Field(examples=[120])
    by_policy: int = Field(description="Sites that would get their frequency from it", examples=[80])
    visits_per_year: float = Field(examples=[1440.0])
    visits_per_year_before: float = Field(examples=[960.0])
    hours_per_year: float = Field(examples=[720.0])
    hours_per_year_before: float = Field(examples=[480.0])


class PolicyEffectsOut(Answer):
    """By segment, the most hours first."""

    items: tuple[PolicyEffectOut, ...]


class SitePolicyOut(Answer):
    """How often a site is visited and for how long on a day, and who says so."""

    site_id: int = Field(examples=[7])
    visits_per_year: float | None = Field(description="null: nobody says", examples=[12.0])
    visits_by: Literal["site", "policy", "nobody"] = Field(examples=["policy"])
    service_s: int | None = Field(description="null: nobody says", examples=[1800])
    service_by: Literal["site", "policy", "nobody"] = Field(examples=["site"])
    policy_id: int | None = Field(description="The policy that says it", examples=[2])
    visits_row: PolicyRowOut | None = Field(description="Its row that says how often")
    service_row: PolicyRowOut | None = Field(description="Its row that says how long")


class SitePoliciesOut(Answer):
    """By site."""

    items: tuple[SitePolicyOut, ...]
