"""Shapes of the answer that compares two plans."""

from pydantic import Field

from api.schemas import Answer, PlanOut


class RepSideOut(Answer):
    """A rep in one plan; visits and hours are per week planned."""

    accounts: int = Field(examples=[84])
    visits: float = Field(examples=[31.5])
    drive_h: float = Field(examples=[9.2])
    workload_h: float = Field(examples=[36.4])
    deviation: float = Field(description="Workload ÷ share of the total − 1", examples=[0.03])
    value: float = Field(examples=[125000.0])


class RepComparedOut(Answer):
    """A rep before and after; null where the rep holds nothing that you may see."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    before: RepSideOut | None
    after: RepSideOut | None
    gained: int = Field(description="Sites that came from others", examples=[4])
    lost: int = Field(description="Sites that went to others", examples=[2])


class SiteMovedOut(Answer):
    """A site whose rep changed."""

    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    from_rep_id: int = Field(examples=[7])
    from_rep: str = Field(examples=["Anna Berg"])
    to_rep_id: int = Field(examples=[8])
    to_rep: str = Field(examples=["Ben Falk"])
    hours_a_year: float = Field(description="Visiting hours a year that go with it", examples=[6.5])


class PlansComparedOut(Answer):
    """Two plans side by side, as far as you may see both."""

    before: PlanOut
    after: PlanOut
    sites: int = Field(description="Sites that both plans have", examples=[1200])
    only_before: int = Field(examples=[3])
    only_after: int = Field(examples=[5])
    moved_count: int = Field(description="Sites whose rep changed", examples=[23])
    reps: tuple[RepComparedOut, ...]
    moved: tuple[SiteMovedOut, ...] = Field(description="The first of them by the name of the account, see `limit`")
