import warnings

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from clustering import BalancedZones

# scikit-learn's own KMeans declares these two: a weight is not the same as a repeated row for a start by split.
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "whole rows cannot be split between clusters, copies can",
    "check_sample_weight_equivalence_on_sparse_data": "sparse input is not taken",
}


def test_it_is_a_scikit_learn_estimator() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(BalancedZones(n_clusters=2), expected_failed_checks=EXPECTED, on_fail=None)
    failed = [(result["check_name"], result["exception"]) for result in results if result["status"] == "failed"]
    assert failed == []


def test_clusters_carry_the_same_weight() -> None:
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(300, 5)), rng.lognormal(0, 0.5, 300)
    model = BalancedZones(6, tolerance=0.05, random_state=1).fit(X, sample_weight=weight)
    load = np.bincount(model.labels_, weight)
    assert np.abs(load / load.mean() - 1).max() <= 0.05 + 1e-9
    assert model.cluster_centers_.shape == (6, 5)
    assert 0 < model.lower_bound_ <= model.inertia_
    assert model.predict(model.cluster_centers_).tolist() == list(range(6))


def test_two_features_can_be_kept_contiguous() -> None:
    X = np.random.default_rng(1).normal(size=(200, 2))
    model = BalancedZones(4, contiguous=True, random_state=0).fit(X)
    assert np.abs(np.bincount(model.labels_) / 50 - 1).max() <= 0.05


def test_contiguity_of_more_features_is_refused() -> None:
    with pytest.raises(ValueError, match="need places on a plane, got 3 coordinates"):
        BalancedZones(2, contiguous=True).fit(np.zeros((9, 3)))


def test_same_random_state_same_labels() -> None:
    X = np.random.default_rng(2).normal(size=(100, 3))
    one, other = (BalancedZones(4, random_state=3).fit_predict(X) for _ in range(2))
    assert (one == other).all()
