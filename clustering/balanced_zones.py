"""The zone builder as a scikit-learn estimator."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from clustering.band import Tolerance
from clustering.build import build_zones
from clustering.problem import ZoneProblem
from geo.limits import Limits


class BalancedZones(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """k-means whose clusters carry the same weight within a tolerance.

    Parameters: n_clusters; tolerance, the share by which a cluster's sum of `sample_weight` may be off its part;
    contiguous, whether clusters hang together on the Delaunay graph (two features only); n_init, how many first
    divisions are tried (None: by size); random_state turns them.

    Attributes after `fit`: labels_ (n,), cluster_centers_ (k, features), inertia_, lower_bound_ (no division around
    these centres costs less), max_deviation_, n_features_in_. `predict` gives the nearest centre, which on the
    training data may differ from `labels_` where balance asked for it.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "tolerance": [Interval(Real, 0, 1, closed="left")],
        "contiguous": ["boolean"],
        "n_init": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        tolerance: float = 0.05,
        contiguous: bool = False,
        n_init: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.tolerance = tolerance
        self.contiguous = contiguous
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Divide the rows of X (n, features); `sample_weight` (n,) is what is balanced, 1 each by default."""
        self._validate_params()
        rows = validate_data(self, X, dtype=np.float64)
        weight = _weights(sample_weight, len(rows))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        problem = ZoneProblem(rows, weight, self.n_clusters, Tolerance(self.tolerance), contiguous=self.contiguous)
        plan = build_zones(problem, limits=Limits(iterations=self.n_init), seed=seed)
        self.labels_ = plan.zone.copy()
        self.cluster_centers_ = plan.centres_m.copy()
        self.inertia_ = plan.certificate.cost
        self.lower_bound_ = plan.certificate.lower_bound
        self.max_deviation_ = plan.max_deviation
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """The cluster with the nearest centre for each row of X."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        off = rows[:, None, :] - self.cluster_centers_[None, :, :]
        return np.asarray((off**2).sum(axis=2).argmin(axis=1), dtype=np.int32)

    def fit_predict(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> NDArray[np.int32]:
        """`fit`, then its labels."""
        return np.asarray(self.fit(X, y, sample_weight=sample_weight).labels_)


def _weights(given: ArrayLike | None, n: int) -> NDArray[np.float64]:
    weight = np.ones(n) if given is None else np.asarray(given, dtype=np.float64)
    if weight.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), got {weight.shape}")
    if not weight.any():
        raise ValueError("sample_weight is zero for every row: there is no weight to balance")
    return weight
