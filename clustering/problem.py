"""What is to be divided, and the rules of the division."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clustering.band import Band, Tolerance
from clustering.errors import InvalidProblem
from clustering.travel import Travel

FREE = -1
LEAST_WEIGHT = 1e-3  # of the mean: an account without load still belongs somewhere near


class Objective(StrEnum):
    """What makes a plan compact."""

    SQUARED_DISTANCE = "squared distance"  # sum of weight × squared distance to the zone's weighted mean (inertia)
    MEDIAN = "median"  # sum of weight × distance to the zone's median, which is one of its accounts
    TRAVEL = "travel time"  # sum of weight × seconds of travel to the place the zone is served from; see `travel`


@dataclass(frozen=True, slots=True, eq=False)
class ZoneProblem:
    """Accounts at `xy_m` (n, 2; metres on the ground) with `load` (n,) or (n, metrics), to be cut into `zones` zones.

    Without contiguity `xy_m` may have any number of columns, which makes it balanced clustering of any features.

    band: how far a zone's load may be from its part of the total, for every metric at once.
    share: (zones,) part of the total each zone should carry; sums to 1; None means equal parts.
    contiguous: each zone hangs together on the graph `neighbours` (n, n; sparse, symmetric; None: Delaunay of `xy_m`).
    locked: (n,) zone index the account must be in, -1 = free.
    centres_m: (zones, 2) fixed centres (a rep's home); a row of NaN is left free; None: all free.
    weight: (n,) what distance is multiplied with; None: the first metric's load, at least 1/1000 of its mean.
    forbidden: (p, 2) pairs (account, zone) that may not be.
    current, move_price: (n,) present zone (-1 = none) and what leaving it costs, in the unit of the objective:
        weight × m², weight × m for medians, weight × s for travel times.
    named: (n,) zone of an account that belongs to a person wherever it lies, -1 = ordinary. It uses that zone's load,
        but has no weight: it draws no centre, costs no distance and need not hang together with the rest.
    smooth: how much straight borders count against distance, 0 for not at all: each pair of neighbours in different
        zones costs this share of what an account of mean weight costs a zone's width away. 0.2 draws in tongues; the
        plan's cost and certificate count distance alone. For squared distance on a plane.
    travel: travel times to candidate centres; the objective is then travel time, and `centres_m` is not used.

    Raises:
        InvalidProblem: shapes that do not fit, values that are no numbers, negative load, more zones than accounts.
    """

    xy_m: NDArray[np.float64]
    load: NDArray[np.float64]
    zones: int
    band: Band = field(default_factory=Tolerance)
    share: NDArray[np.float64] | None = None
    objective: Objective = Objective.SQUARED_DISTANCE
    contiguous: bool = True
    locked: NDArray[np.int32] | None = None
    centres_m: NDArray[np.float64] | None = None
    neighbours: Any = None
    weight: NDArray[np.float64] | None = None
    forbidden: NDArray[np.int32] | None = None
    current: NDArray[np.int32] | None = None
    move_price: NDArray[np.float64] | None = None
    named: NDArray[np.int32] | None = None
    travel: Travel | None = None
    smooth: float = 0.0

    def __post_init__(self) -> None:
        self._set("objective", Objective.TRAVEL if self.travel is not None else Objective(self.objective))
        for name in ("xy_m", "load", "share", "centres_m", "weight", "move_price"):
            self._set_array(name, np.float64)
        for name in ("locked", "forbidden", "current", "named"):
            self._set_array(name, np.int32)
        self._check_accounts()
        self._check_zones()
        self._check_rules()

    @property
    def loads(self) -> NDArray[np.float64]:
        """(n, metrics), also where one metric was given as (n,)."""
        return self.load.reshape(len(self.load), -1)

    @property
    def shares(self) -> NDArray[np.float64]:
        """(zones,), also where none were given."""
        return np.full(self.zones, 1 / self.zones) if self.share is None else self.share

    @property
    def weights(self) -> NDArray[np.float64]:
        """(n,) what distance is multiplied with: above 0, and 0 for named accounts."""
        given = self.loads[:, 0] if self.weight is None else self.weight
        mean = float(given.mean())
        weights = np.maximum(given, LEAST_WEIGHT * mean) if mean > 0 else np.ones(len(given))
        return weights if self.named is None else np.where(self.named >= 0, 0.0, weights)

    @property
    def ordinary(self) -> NDArray[np.intp]:
        """Rows of the accounts that are not named: those whose place decides."""
        return np.arange(len(self)) if self.named is None else np.flatnonzero(self.named < 0)

    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the most load of each zone, both (zones, metrics)."""
        return self.band.limits(self.loads.sum(axis=0), self.shares)

    def __len__(self) -> int:
        return len(self.xy_m)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _set_array(self, name: str, kind: type) -> None:
        given: ArrayLike | None = getattr(self, name)
        if given is None:
            return
        array: NDArray[Any] = np.array(given, dtype=kind, order="C")
        array.setflags(write=False)
        self._set(name, array)

    def _check_accounts(self) -> None:
        n = len(self.xy_m)
        if n == 0 or self.xy_m.ndim != 2 or self.xy_m.shape[1] == 0:
            raise InvalidProblem(f"xy_m must have shape (accounts, 2) with one account or more, got {self.xy_m.shape}")
        if self.xy_m.shape[1] != 2 and (self.contiguous or self.objective is Objective.MEDIAN):
            raise InvalidProblem(f"contiguity and medians need places on a plane, got {self.xy_m.shape[1]} coordinates")
        if self.load.ndim not in (1, 2) or len(self.load) != n or self.load.size == 0:
            raise InvalidProblem(f"load must have shape ({n},) or ({n}, metrics), got {self.load.shape}")
        for name in ("xy_m", "load", "weight", "move_price"):
            values = getattr(self, name)
            if values is not None and not np.isfinite(values).all():
                row = int(np.argmin(np.isfinite(values.reshape(len(values), -1)).all(axis=1)))
                raise InvalidProblem(f"{name} of account {row} is not a number: {values[row]}")
        for name in ("load", "weight", "move_price"):
            values = getattr(self, name)
            if values is not None and values.min(initial=0) < 0:
                row = int(np.argmax((values.reshape(len(values), -1) < 0).any(axis=1)))
                raise InvalidProblem(f"{name} of account {row} is negative: {values[row]}")
        if not 0 <= self.smooth < np.inf:
            raise InvalidProblem(f"smooth must be 0 or more, got {self.smooth}")
        if self.smooth and (self.xy_m.shape[1] != 2 or self.objective is not Objective.SQUARED_DISTANCE):
            raise InvalidProblem("smooth borders need squared distance on a plane: leave smooth at 0")
        for name in ("weight", "move_price", "locked", "current", "named"):
            values = getattr(self, name)
            if values is not None and values.shape != (n,):
                raise InvalidProblem(f"{name} must have shape ({n},), got {values.shape}")
        if self.neighbours is not None and self.neighbours.shape != (n, n):
            raise InvalidProblem(f"neighbours must have shape ({n}, {n}), got {self.neighbours.shape}")

    def _check_zones(self) -> None:
        n, k = len(self.xy_m), self.zones
        if not 1 <= k <= n:
            raise InvalidProblem(f"{k} zones cannot be made of {n} accounts: give between 1 and {n} zones")
        if self.share is not None:
            if self.share.shape != (k,):
                raise InvalidProblem(f"share must have shape ({k},), got {self.share.shape}")
            if not (self.share > 0).all() or abs(float(self.share.sum()) - 1) > 1e-6:
                raise InvalidProblem(f"shares must be above 0 and sum to 1, got the sum {self.share.sum():.6f}")
        if self.centres_m is not None and self.centres_m.shape != (k, self.xy_m.shape[1]):
            raise InvalidProblem(f"centres_m must have shape ({k}, {self.xy_m.shape[1]}), got {self.centres_m.shape}")
        self._check_travel()
        self.limits()

    def _check_travel(self) -> None:
        if self.travel is None:
            if self.objective is Objective.TRAVEL:
                raise InvalidProblem("zones by travel time need travel times: give travel")
            return
        rows, candidates = self.travel.duration_s.shape
        if rows != len(self):
            raise InvalidProblem(f"travel times must have {len(self)} rows, one per account, got {rows}")
        fixed = self.travel.fixed
        if fixed is not None and (
            fixed.shape != (self.zones,) or fixed.min(initial=0) < FREE or fixed.max(initial=0) >= candidates
        ):
            raise InvalidProblem(f"fixed must name a candidate below {candidates} or -1 for each of {self.zones} zones")

    def _check_rules(self) -> None:
        n, k = len(self.xy_m), self.zones
        for name in ("locked", "current", "named"):
            values = getattr(self, name)
            if values is not None and ((values < FREE) | (values >= k)).any():
                row = int(np.argmax((values < FREE) | (values >= k)))
                raise InvalidProblem(
                    f"{name} of account {row} is zone {values[row]}; zones are 0 to {k - 1}, -1 is none"
                )
        if (self.current is None) != (self.move_price is None):
            raise InvalidProblem("current and move_price go together: give both or neither")
        self._check_named()
        if self.forbidden is None:
            return
        pairs = self.forbidden
        if pairs.ndim != 2 or pairs.shape[1] != 2:
            raise InvalidProblem(f"forbidden must have shape (pairs, 2), got {pairs.shape}")
        if len(pairs) and (pairs.min() < 0 or pairs[:, 0].max() >= n or pairs[:, 1].max() >= k):
            raise InvalidProblem(f"forbidden pairs must be (account below {n}, zone below {k})")
        self._check_forbidden(np.unique(pairs, axis=0))

    def _check_named(self) -> None:
        if self.named is None:
            return
        if len(self.ordinary) < self.zones:
            raise InvalidProblem(
                f"{len(self) - len(self.ordinary)} of {len(self)} accounts are named: at least one other account for "
                f"each of {self.zones} zones is needed"
            )
        if self.locked is not None:
            clash = (self.named >= 0) & (self.locked >= 0) & (self.locked != self.named)
            if clash.any():
                row = int(np.argmax(clash))
                raise InvalidProblem(f"account {row} is locked to zone {self.locked[row]}, named for {self.named[row]}")

    def _check_forbidden(self, pairs: NDArray[np.int32]) -> None:
        barred = np.bincount(pairs[:, 0], minlength=len(self))
        if (barred >= self.zones).any():
            raise InvalidProblem(f"account {int(np.argmax(barred >= self.zones))} is forbidden in every zone")
        for bound, word in ((self.locked, "locked to"), (self.named, "named for")):
            clash = np.zeros(len(pairs), np.bool_) if bound is None else bound[pairs[:, 0]] == pairs[:, 1]
            if clash.any():
                account, zone = pairs[int(np.argmax(clash))]
                raise InvalidProblem(f"account {account} is {word} zone {zone} and forbidden there")
