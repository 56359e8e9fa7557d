"""Travel times between accounts and the places a zone may be served from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clustering.errors import InvalidProblem

FAR = 3.0
"""A place without a way counts as this many times the longest way there is."""
FREE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Ways between n accounts and c candidate centres: homes, or accounts. Few candidates do for many accounts.

    duration_s: (n, c) seconds, the mean of both directions; below 0 or not finite: there is no way.
    xy_m: (c, 2) where the candidates are. fixed: (zones,) the candidate each zone is served from, -1 = to be chosen;
    None: all are.
    """

    duration_s: NDArray[np.float64]
    xy_m: NDArray[np.float64]
    fixed: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        for name, kind in (("duration_s", np.float64), ("xy_m", np.float64), ("fixed", np.int32)):
            given: ArrayLike | None = getattr(self, name)
            if given is not None:
                array: NDArray[Any] = np.array(given, dtype=kind, order="C")
                array.setflags(write=False)
                object.__setattr__(self, name, array)
        if self.duration_s.ndim != 2 or self.xy_m.shape != (self.duration_s.shape[1], 2):
            raise InvalidProblem(
                f"duration_s must be (accounts, candidates) and xy_m (candidates, 2), got {self.duration_s.shape} and "
                f"{self.xy_m.shape}"
            )
        if not self.reachable.any():
            raise InvalidProblem("no account can be reached from any candidate centre")

    @classmethod
    def both_ways(
        cls, there_s: ArrayLike, back_s: ArrayLike, xy_m: ArrayLike, fixed: ArrayLike | None = None
    ) -> "Travel":
        """From the times to the candidates and back, both (n, c): their mean, or the only direction there is."""
        there, back = np.asarray(there_s, dtype=np.float64), np.asarray(back_s, dtype=np.float64)
        if there.shape != back.shape:
            raise InvalidProblem(f"times there and back must have one shape, got {there.shape} and {back.shape}")
        ways = np.stack([np.where(np.isfinite(each) & (each >= 0), each, np.nan) for each in (there, back)])
        count = np.isfinite(ways).sum(axis=0)
        mean = np.divide(np.nansum(ways, axis=0), count, out=np.full(there.shape, -1.0), where=count > 0)
        return cls(mean, np.asarray(xy_m, dtype=np.float64), None if fixed is None else np.asarray(fixed, np.int32))

    @classmethod
    def between_accounts(cls, duration_s: ArrayLike, xy_m: ArrayLike) -> "Travel":
        """From a square matrix (n, n) between the accounts, row = from: each of them may become a centre."""
        matrix = np.asarray(duration_s, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise InvalidProblem(f"a matrix between accounts must be square, got {matrix.shape}")
        return cls.both_ways(matrix, matrix.T, xy_m)

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """(n, c) True where there is a way."""
        return np.asarray(np.isfinite(self.duration_s) & (self.duration_s >= 0))

    @property
    def cost_s(self) -> NDArray[np.float64]:
        """(n, c) seconds, with three times the longest way where there is none."""
        there = self.reachable
        longest = max(float(self.duration_s[there].max()), 1.0)
        return np.where(there, self.duration_s, FAR * longest)
