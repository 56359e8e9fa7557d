"""Shapes of scenarios: what is asked of them and what they answer."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.dependencies import LARGEST_ID
from api.schemas import Answer
from api.schemas_jobs import JobOut
from api.writing import NO_NUL, Edit, Line

SiteId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Key = Annotated[int, Field(ge=0, le=LARGEST_ID)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL, strip_whitespace=True)]


class ScenarioIn(BaseModel):
    """A new scenario, empty or a copy of another one."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(examples=["One more rep in the north"])
    plan_id: SiteId | None = Field(default=None, description="[the published plan]", examples=[1])
    like: SiteId | None = Field(default=None, description="A scenario to copy, with its steps", examples=[None])


class ScenarioEdit(BaseModel):
    """A new name, or the end of it."""

    model_config = ConfigDict(extra="forbid")

    name: Title | None = Field(default=None, examples=["North with ten"])
    discarded: bool = Field(default=False, examples=[False])


class StepIn(Edit):
    """An act; which fields it needs depends on its kind.

    move: sites, territory. lock: sites, locked. border: shapes. draw: geometry, and territory and mode, or a name for a
    new territory. split: territory, name. merge: territory takes over other. change: territory, name, rep_id. fit.
    """

    kind: Literal["move", "lock", "border", "draw", "split", "merge", "change", "fit"] = Field(examples=["move"])
    sites: list[SiteId] = Field(default=[], max_length=1_000_000, examples=[[17, 18]])
    territory: Key | None = Field(default=None, description="Its key in the scenario", examples=[2])
    other: Key | None = Field(default=None, examples=[None])
    name: Title | None = Field(default=None, examples=[None])
    rep_id: SiteId | None = Field(default=None, examples=[None])
    locked: bool = Field(default=True, examples=[True])
    mode: Literal["replace", "add", "cut"] = Field(default="replace", examples=["add"])
    geometry: dict[str, Any] | None = Field(default=None, description="GeoJSON, longitude first", examples=[None])
    shapes: dict[Key, dict[str, Any]] = Field(default={}, max_length=50, description="GeoJSON by key", examples=[{}])
    why: Line = Field(default="", examples=["nearer to the rep's home"])


class PublishIn(Edit):
    """From which day on the scenario is the plan."""

    starts_on: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1), examples=["2026-12-01"])


class RebaseIn(BaseModel):
    """Whose change counts where an account changed hands on both sides."""

    model_config = ConfigDict(extra="forbid")

    keep: Literal["mine", "theirs"] = Field(default="theirs", examples=["theirs"])


class CurveIn(BaseModel):
    """The widths of the band for which transfers are wanted."""

    model_config = ConfigDict(extra="forbid")

    tolerances: list[Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]] = Field(
        default=[0.2, 0.15, 0.1, 0.075, 0.05, 0.025], min_length=1, max_length=8, examples=[[0.1, 0.05]]
    )


class CurveOut(Answer):
    """What is known of the transfers of a scenario as it is now."""

    job: JobOut | None


class ScenarioOut(Answer):
    """A draft of territories."""

    id: int = Field(examples=[3])
    plan_id: int = Field(description="The plan it stands on", examples=[1])
    name: str = Field(examples=["One more rep in the north"])
    state: str = Field(description="draft or published", examples=["draft"])
    position: int = Field(description="So many of its steps count", examples=[4])
    steps: int = Field(description="Undone ones too", examples=[5])
    undo: str | None = Field(description="What undo takes back", examples=["12 accounts to Anna Berg"])
    redo: str | None = Field(description="What redo does again", examples=["Borders drawn around the accounts"])
    published_plan_id: int | None = Field(examples=[None])
    last_act: str = Field(examples=["12 accounts to Anna Berg"])
    made_at: datetime = Field(examples=["2026-11-20T09:00:00Z"])
    made_by: str = Field(examples=["mona"])
    changed_at: datetime = Field(examples=["2026-11-20T09:05:00Z"])
    changed_by: str = Field(examples=["paul"])
    version: int = Field(description="For If-Match", examples=[6])


class ScenariosOut(Answer):
    """The scenarios that you may see, the one changed last first."""

    items: tuple[ScenarioOut, ...]


class StepOut(Answer):
    """One act in a scenario."""

    number: int = Field(examples=[4])
    kind: str = Field(examples=["move"])
    title: str = Field(examples=["12 accounts to Anna Berg"])
    made_at: datetime = Field(examples=["2026-11-20T09:05:00Z"])
    made_by: str = Field(examples=["paul"])
    done: bool = Field(description="False: it was undone", examples=[True])


class StepsOut(Answer):
    """The last acts, the newest first."""

    items: tuple[StepOut, ...]


class LoadOut(Answer):
    """What a territory asks over the plan's weeks, hours; what changed hands is estimated."""

    accounts: int = Field(examples=[120])
    visits: float = Field(examples=[160.0])
    service_h: float = Field(examples=[96.0])
    drive_h: float = Field(examples=[41.5])
    workload_h: float = Field(examples=[137.5])
    capacity_h: float = Field(examples=[160.0])
    value: float = Field(examples=[912000.0])
    deviation: float = Field(description="From its share of all hours", examples=[0.031])


class TerritoryOut(Answer):
    """A territory as it is in a scenario. `rings`: pieces of rings of [latitude, longitude]; only where asked for."""

    key: int = Field(examples=[2])
    name: str = Field(examples=["Anna Berg"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    color: int = Field(description="0 to 5, neighbours differ; more where six are not enough", examples=[3])
    label: tuple[float, float] | None = Field(description="Latitude, longitude", examples=[[52.5, 13.4]])
    load: LoadOut
    was: LoadOut | None = Field(description="In the plan")
    rings: list[Any] | None = Field(
        default=None, examples=[[[[[52.0, 13.0], [52.0, 14.0], [53.0, 13.5], [52.0, 13.0]]]]]
    )


class StepDoneOut(Answer):
    """What an act did: sites and their territories now, locks now, and all territories with their work."""

    scenario: ScenarioOut
    sites: list[int] = Field(examples=[[17]])
    keys: list[int] = Field(description="The territory of each, −1 for none", examples=[[2]])
    locks: dict[int, bool] = Field(examples=[{"18": True}])
    territories: tuple[TerritoryOut, ...] = Field(description="With rings where these changed")


class RebasedOut(Answer):
    """A scenario brought up to date; `crossed`: sites that had changed hands on both sides."""

    scenario: ScenarioOut
    crossed: tuple[int, ...] = Field(examples=[[17]])
