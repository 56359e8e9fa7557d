"""Which accounts should change hands: what is asked (`MoveProblem`) and what is answered (`Proposal`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from balancing.errors import InvalidMoves


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """At most `most` of `amount` (n,) may change hands in all: accounts, hours, revenue."""

    name: str
    amount: NDArray[np.float64]
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class MoveProblem:
    """The present owners, and the band every rep's load should lie in.

    xy_m: (n, 2) metres. neighbours: (n, n) sparse symmetric graph on which territories hang together.
    load: (n,) or (n, metrics), 0 or more. owner: (n,) rep of each account now. share: (reps,) part of the total that
    each rep should carry, sums to 1. tolerance: half-width of the band as a part of the share; one or one per metric.
    price: (n,) what moving an account costs, or (n, reps) by who takes it; None: 1 each. terms: the same as named
    parts, each (n,) or (n, reps), that every move then shows; their sum is the price. locked: (n,) True = stays.
    value: (n,) for the reasons only. allowed: (n, reps) False where a rep must not be given an account (skills,
    reach); None: all may.
    most_given, most_taken: (reps,) caps on the accounts a rep gives away or is given. budgets: caps on all together.
    required: (account, rep) pairs that must come true.
    extra_travel: (n, reps) what a move adds to the driving, 0 or more, in any unit: of the lists with the fewest moves
    one with little of it is chosen. Only where every move costs the same; else it is a term of the price.
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
    terms: Mapping[str, NDArray[np.float64]] | None = None
    allowed: NDArray[np.bool_] | None = None
    most_given: NDArray[np.int64] | None = None
    most_taken: NDArray[np.int64] | None = None
    budgets: tuple[Budget, ...] = ()
    required: tuple[tuple[int, int], ...] = ()
    extra_travel: NDArray[np.float64] | None = None
    possible: NDArray[np.bool_] = field(init=False)
    """(n, reps) moves that are not ruled out: to another rep, not locked, allowed."""
    movable: NDArray[np.bool_] = field(init=False)
    """(n,) accounts that are not locked and that somebody else may take."""
    prices: NDArray[np.float64] = field(init=False)
    """(n,) what moving an account costs at least, whoever takes it."""

    def __post_init__(self) -> None:
        kinds: dict[str, type] = {"xy_m": float, "load": float, "share": float, "price": float, "value": float}
        kinds |= {"owner": np.int32, "locked": np.bool_, "allowed": np.bool_, "extra_travel": float}
        kinds |= {"most_given": np.int64, "most_taken": np.int64}
        if self.terms is not None:
            object.__setattr__(self, "price", self._sum_of_terms(self.terms))
        for name, kind in kinds.items():
            given: ArrayLike | None = getattr(self, name)
            if given is not None:
                array: NDArray[Any] = np.array(given, dtype=kind, order="C")
                array.setflags(write=False)
                object.__setattr__(self, name, array)
        self._check()
        self._check_travel()
        price = np.ones(len(self)) if self.price is None else self.price
        free = np.ones(len(self), dtype=np.bool_) if self.locked is None else ~self.locked
        possible = (np.arange(self.reps) != self.owner[:, None]) & free[:, None]
        possible = possible if self.allowed is None else possible & self.allowed
        for account, rep in self.required:
            if not possible[account, rep] and self.owner[account] != rep:
                raise InvalidMoves(f"account {account} is required to go to rep {rep}, but may not")
        object.__setattr__(self, "possible", possible)
        object.__setattr__(self, "movable", free & possible.any(axis=1) if self.allowed is not None else free)
        object.__setattr__(self, "prices", price if price.ndim == 1 else price.min(axis=1))

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
        reps = len(self.share)
        shapes: dict[str, list[tuple[int, ...]]] = {
            "locked": [(n,)],
            "value": [(n,)],
            "price": [(n,), (n, reps)],
            "allowed": [(n, reps)],
            "extra_travel": [(n, reps)],
        }
        shapes |= {"most_given": [(reps,)], "most_taken": [(reps,)]}
        for name, expected in shapes.items():
            values = getattr(self, name)
            if values is not None and values.shape not in expected:
                wanted = " or ".join(str(shape) for shape in expected)
                raise InvalidMoves(f"{name} must have shape {wanted}, got {values.shape}")
        for budget in self.budgets:
            if np.shape(budget.amount) != (n,) or not np.min(budget.amount) >= 0 or not budget.most >= 0:
                raise InvalidMoves(f"the budget {budget.name!r} needs {n} amounts and a cap, all 0 or more")
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

    def _check_travel(self) -> None:
        if self.extra_travel is not None:
            if not (np.isfinite(self.extra_travel).all() and self.extra_travel.min() >= 0):
                raise InvalidMoves("extra_travel must be finite and 0 or more everywhere")
            if not self.same_price:
                raise InvalidMoves("extra_travel is for moves that all cost the same: else make it a term of the price")

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
    def pair_prices(self) -> NDArray[np.float64]:
        """(n, reps) what moving an account to a rep costs; a view that must not be written to."""
        price = self.prices if self.price is None or self.price.ndim == 1 else self.price
        return np.broadcast_to(price if price.ndim == 2 else price[:, None], (len(self), self.reps))

    @property
    def same_price(self) -> bool:
        """True when every move costs the same."""
        return self.price is None or bool((self.price == self.price.flat[0]).all())

    def price_of(self, owner: NDArray[np.int32]) -> float:
        """What a division costs against the present one."""
        moved = np.flatnonzero(owner != self.owner)
        return float(self.pair_prices[moved, owner[moved]].sum())

    def travel_of(self, owner: NDArray[np.int32]) -> float:
        """What a division adds to the driving against the present one."""
        if self.extra_travel is None:
            return 0.0
        moved = np.flatnonzero(owner != self.owner)
        return float(self.extra_travel[moved, owner[moved]].sum())

    def keeps_caps(self, owner: NDArray[np.int32]) -> bool:
        """True when all moves are possible, the caps per rep and the budgets kept, and what is required comes true."""
        moved = np.flatnonzero(owner != self.owner)
        if not self.possible[moved, owner[moved]].all():
            return False
        given, taken = (np.bincount(side[moved], minlength=self.reps) for side in (self.owner, owner))
        return all(owner[account] == rep for account, rep in self.required) and bool(
            (self.most_given is None or bool((given <= self.most_given).all()))
            and (self.most_taken is None or bool((taken <= self.most_taken).all()))
            and all(float(b.amount[moved].sum()) <= b.most * (1 + 1e-9) + 1e-9 for b in self.budgets)
        )

    def _sum_of_terms(self, terms: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The price that the terms add up to; it may be given as well, as `dataclasses.replace` does."""
        if not terms:
            raise InvalidMoves("terms must name at least one part of the price")
        arrays = [np.asarray(part, dtype=np.float64) for part in terms.values()]
        wide = any(part.ndim == 2 for part in arrays)
        price = np.asarray(sum(part[:, None] if wide and part.ndim == 1 else part for part in arrays))
        if self.price is not None and not np.array_equal(np.asarray(self.price), price):
            raise InvalidMoves("give price or terms, not both: the terms add up to the price")
        return price

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
    """One account that changes hands, what that costs, by which terms, and why it is this one."""

    account: int
    from_rep: int
    to_rep: int
    price: float
    reason: str
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The moves and what they do; `before` and `after` (reps, metrics).

    `feasible`: everyone is in the band afterwards. No proposal that is can cost less than `lower_bound`; `gap` is the
    part above it, `proven_minimal` that there is none. `notes`: what stood in the way. `extra_travel`: what the moves
    add to the driving where that was asked for; no list with as many moves adds less than `travel_bound`.
    """

    moves: tuple[Move, ...]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    feasible: bool
    proven_minimal: bool
    lower_bound: float
    gap: float
    notes: tuple[str, ...] = ()
    extra_travel: float | None = None
    travel_bound: float = 0.0
    travel_proven: bool = False
