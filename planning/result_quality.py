"""How good and how robust the territories of a finished plan are."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockCost:
    """What the lock of `account` (a position) to `rep` costs; without it the account would go to `goes_to`.

    closer: share by which territories would lie closer together without the lock, where they were built anew.
    fewer_transfers: how many transfers fewer would do, where they were repaired. nearer: by how much less the rep
    farthest from the share would be off, where the band is missed with it. All 0: the lock costs nothing.
    """

    account: int
    rep: str
    goes_to: str
    closer: float = 0.0
    fewer_transfers: int = 0
    nearer: float = 0.0

    @property
    def free(self) -> bool:
        """The lock costs nothing."""
        return not (self.closer or self.fewer_transfers or self.nearer)


@dataclass(frozen=True, slots=True)
class PlanRobustness:
    """How a plan fares when every account's hours are off by a chance factor in 1 ± `noise`; means over the trials.

    deviation_planned: the largest deviation on the hours the territories were made of; _unchanged: with other hours,
    nothing done; _after: built or `repaired` again for them, with the share `kept` of the accounts where they are.
    locked: how many locks there are; `locks` are those tried, the dearest first.
    """

    noise: float
    trials: int
    deviation_planned: float
    deviation_unchanged: float
    deviation_after: float
    kept: float
    locked: int
    locks: tuple[LockCost, ...] = ()
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class TerritoryQuality:
    """The form of one territory; figures of `clustering.measures`, None where there is nothing to measure.

    inertia: hours a year × km² to the middle. travel_radius_min: mean minutes from the account from which it is least.
    deviation: by metric, load ÷ (capacity share of the total) − 1. cut_off: accounts apart from the main part.
    """

    zone: int
    inertia: float
    mean_radius_km: float
    reach_km: float
    travel_radius_min: float | None
    polsby_popper: float | None
    reock: float | None
    area_km2: float
    deviation: Mapping[str, float]
    cut_off: int


@dataclass(frozen=True, slots=True)
class PlanQuality:
    """How good the territories are. `gini` by metric: 0 where all reps carry the same for their capacity."""

    zones: tuple[TerritoryQuality, ...]
    gini: Mapping[str, float]

    @property
    def inertia(self) -> float:
        """Hours a year × km², of all."""
        return sum(zone.inertia for zone in self.zones)

    @property
    def cut_off(self) -> int:
        """Accounts apart from the main part of their territory."""
        return sum(zone.cut_off for zone in self.zones)

    def max_deviation(self, metric: str) -> float:
        """The largest deviation of a metric."""
        return max((abs(zone.deviation[metric]) for zone in self.zones), default=0.0)
