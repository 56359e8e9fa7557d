"""Shapes of the answers about who gets which lead."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer

RULES = {"name": "New leads", "version": 2, "rule": [{"id": "even", "order": ["least_loaded"]}]}


class RulesOut(Answer):
    """An edition of the rules by which leads are given away."""

    id: int = Field(examples=[2])
    name: str = Field(examples=["New leads"])
    edition: int = Field(examples=[2])
    rules: dict[str, Any] = Field(examples=[RULES])
    made_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    made_by: str = Field(examples=["anna"])


class AllRulesOut(Answer):
    """All editions, the newest first."""

    items: tuple[RulesOut, ...]


class ChoiceOut(Answer):
    """A lead that was given away."""

    id: int = Field(examples=[5])
    opportunity_id: int = Field(examples=[3])
    rules_id: int = Field(examples=[2])
    rule: str = Field(description="The rule that decided", examples=["even"])
    chosen_rep_id: int | None = Field(description="Whom the rules chose; null: nobody", examples=[7])
    chosen_rep: str | None = Field(examples=["Anna Berg"])
    rep_id: int | None = Field(description="Who got it", examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    overridden: bool = Field(examples=[False])
    why: str = Field(examples=["rule “even”: Anna Berg is first of 4 by least_loaded: 0 min of work so far"])
    override_why: str = Field(examples=[""])
    work_min: float = Field(examples=[30.0])
    value: float = Field(examples=[4514.0])
    given_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    given_by: str = Field(examples=["anna"])


class ChoicesOut(Answer):
    """A page of choices, the newest first."""

    items: tuple[ChoiceOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class ReplayOut(Answer):
    """A choice made again from its kept inputs."""

    choice: ChoiceOut
    same: bool = Field(description="It came out as it was kept", examples=[True])
    rep_now: str | None = Field(examples=["Anna Berg"])
    why_now: str = Field(examples=["rule “even”: Anna Berg is first of 4 by least_loaded: 0 min of work so far"])
    inputs: dict[str, Any] = Field(description="Lead, candidates and rules", examples=[{"lead": {}, "candidates": []}])


class DealtOut(Answer):
    """Who would get one lead."""

    opportunity_id: int = Field(examples=[3])
    rep: str | None = Field(description="External id; null: nobody can get it", examples=["Anna Berg"])
    rule: str = Field(examples=["even"])
    why: str = Field(examples=["rule “even”: Anna Berg is first of 4 by least_loaded: 0 min of work so far"])
    rep_until_now: str = Field(examples=[""])


class TallyOut(Answer):
    """What one rep would have afterwards."""

    rep: str = Field(examples=["Anna Berg"])
    leads: int = Field(examples=[12])
    before_min: float = Field(examples=[240.0])
    after_min: float = Field(examples=[600.0])
    value: float = Field(examples=[54000.0])
    leads_in_the_past: int = Field(description="Of these leads, already the rep's", examples=[3])


class DryRunOut(Answer):
    """Who would get what; nothing was changed."""

    dealt: tuple[DealtOut, ...]
    tallies: tuple[TallyOut, ...]


class EvennessOut(Answer):
    """One metric over the team."""

    metric: str = Field(examples=["work_min"])
    amount: dict[str, float] = Field(description="By rep", examples=[{"Anna Berg": 600.0}])
    deviation: dict[str, float] = Field(description="From the rep's share, less 1", examples=[{"Anna Berg": 0.05}])
    spread: float = Field(description="Max − min per full time, in the metric's unit", examples=[30.0])
    gini: float = Field(examples=[0.02])
    max_deviation: float = Field(examples=[0.05])


class OverrideOut(Answer):
    """A lead that somebody gave to another than the rules had chosen."""

    lead: str = Field(description="The opportunity's id", examples=["3"])
    rep: str = Field(examples=["Ben Falk"])
    chosen: str = Field(examples=["Anna Berg"])
    given_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    by: str = Field(examples=["anna"])
    why: str = Field(examples=["knows the owner"])


class LeadFairnessOut(Answer):
    """How evenly leads were given away."""

    first: datetime = Field(examples=["2026-01-01T00:00:00Z"])
    last: datetime = Field(examples=["2027-01-01T00:00:00Z"])
    metrics: tuple[EvennessOut, ...]
    overrides: tuple[OverrideOut, ...]


class NeedsOut(Answer):
    """What an account needs of its rep."""

    account_id: int = Field(examples=[42])
    needs: dict[str, float] = Field(examples=[{"cooling": 2.0}])


class SkillsOut(Answer):
    """What a rep can do."""

    rep_id: int = Field(examples=[7])
    skills: dict[str, float] = Field(examples=[{"cooling": 3.0, "english": 2.0}])
