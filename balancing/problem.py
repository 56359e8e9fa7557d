"""Which accounts should change hands: what is asked (`MoveProblem`) and what is answered (`Proposal`)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from balancing.errors import InvalidMoves


@dataclass(frozen=True, slots=True, eq=False)
class MoveProblem:
    """The present owners, and the band every rep's load should lie in.

    xy_m: (n, 2) metres. neighbours: (n, n) sparse symmetric graph on which territories hang together.
    load: (n,) or (n, metrics), 0 or more. owner: (n,) rep of each account now. share: (reps,) part of the total that
    each rep should carry, sums to 1. tolerance: half-width of the band as a part of the share; one or one per metric.
    price: (n,) what moving an account costs; None: 1 each. locked: (n,) True = stays. value: (n,) for the reasons only.
    contiguous: no territory may get more pieces than it has now, and an account joins only a rep it then borders on.
    A rep without accounts may begin anywhere, in one piece.

    Raises:
        InvalidMoves: shapes that do not fit, values that are no numbers.
    """

    xy_m: NDArray[np.float64]
    neighbours: Any
    load: NDArray[np.float64]
    owner: NDArray[np.int32]
    share: NDArray[np.float64]
    tolerance: float | tuple[float, ...] = 0.05
    price: NDArray[np.float64] | None = None
    locked: NDArray[np.bool_] | None = None
    contiguous: bool = True
    value: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        kinds: dict[str, type] = {"xy_m": float, "load": float, "share": float, "price": float, "value": float}
        kinds |= {"owner": np.int32, "locked": np.bool_}
        for name, kind in kinds.items():
            given: ArrayLike | None = getattr(self, name)
            if given is not None:
                array: NDArray[Any] = np.array(given, dtype=kind, order="C")
                array.setflags(write=False)
                object.__setattr__(self, name, array)
        self._check()

    def _check(self) -> None:
        n = len(self.owner)
        if n == 0:
            raise InvalidMoves("there must be at least one account")
        if self.xy_m.shape != (n, 2):
            raise InvalidMoves(f"xy_m must have shape ({n}, 2), got {self.xy_m.shape}")
        if self.load.ndim not in (1, 2) or len(self.load) != n:
            raise InvalidMoves(f"load must have shape ({n},) or ({n}, metrics), got {self.load.shape}")
        if not np.isfinite(self.load).all() or self.load.min() < 0:
            raise InvalidMoves("load must be finite and 0 or more everywhere")
        for name in ("price", "locked", "value"):
            values = getattr(self, name)
            if values is not None and values.shape != (n,):
                raise InvalidMoves(f"{name} must have shape ({n},), got {values.shape}")
        if self.price is not None and not (np.isfinite(self.price).all() and self.price.min() > 0):
            raise InvalidMoves("price must be finite and above 0 everywhere")
        if self.neighbours.shape != (n, n):
            raise InvalidMoves(f"neighbours must have shape ({n}, {n}), got {self.neighbours.shape}")
        if not (self.share > 0).all() or abs(float(self.share.sum()) - 1) > 1e-6:
            raise InvalidMoves(f"share must be above 0 and sum to 1, got the sum {self.share.sum():.6f}")
        if self.owner.min() < 0 or self.owner.max() >= len(self.share):
            raise InvalidMoves(f"owner must be between 0 and {len(self.share) - 1}")
        if not all(width > 0 for width in np.atleast_1d(self.tolerance)):
            raise InvalidMoves(f"tolerance must be above 0, got {self.tolerance}")

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def reps(self) -> int:
        return len(self.share)

    @property
    def loads(self) -> NDArray[np.float64]:
        """(n, metrics), also where one metric was given as (n,)."""
        return self.load.reshape(len(self), -1)

    @property
    def prices(self) -> NDArray[np.float64]:
        """(n,), also where none were given."""
        return np.ones(len(self)) if self.price is None else self.price

    @property
    def movable(self) -> NDArray[np.bool_]:
        """(n,) accounts that are not locked."""
        return np.ones(len(self), dtype=np.bool_) if self.locked is None else ~self.locked

    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the most load of every rep, both (reps, metrics)."""
        target = np.outer(self.share, self.loads.sum(axis=0))
        width = np.broadcast_to(np.atleast_1d(np.asarray(self.tolerance, dtype=np.float64)), target.shape)
        return target * (1 - width), target * (1 + width)

    def rep_loads(self, owner: NDArray[np.int32]) -> NDArray[np.float64]:
        """(reps, metrics) for a given division."""
        columns = [np.bincount(owner, column, self.reps) for column in self.loads.T]
        return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class Move:
    """One account that changes hands, what that costs and why it is this one."""

    account: int
    from_rep: int
    to_rep: int
    price: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The moves and what they do; `before` and `after` (reps, metrics).

    `feasible`: everyone is in the band afterwards. No proposal that is can cost less than `lower_bound`; `gap` is the
    part above it, `proven_minimal` that there is none. `notes`: what stood in the way.
    """

    moves: tuple[Move, ...]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    feasible: bool
    proven_minimal: bool
    lower_bound: float
    gap: float
    notes: tuple[str, ...] = ()
