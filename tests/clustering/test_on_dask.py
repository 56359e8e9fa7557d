"""The same plan wherever the work is done."""

import numpy as np
import pytest
from distributed import Client, LocalCluster

from clustering import OnDask, Tolerance, ZoneProblem, build_zones, check_zones
from geo.limits import Limits


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks and regions for a problem that is small enough for a test."""
    monkeypatch.setattr("clustering.build.BLOCK", 300)
    monkeypatch.setattr("clustering.search.LARGE", 500)
    monkeypatch.setattr("clustering.search.REGION", 400)
    monkeypatch.setattr("clustering.search.LEAST_ZONES", 5)


def problem() -> ZoneProblem:
    rng = np.random.default_rng(3)
    return ZoneProblem(rng.random((1500, 2)) * 1e5, rng.lognormal(0, 0.7, 1500), 20, Tolerance(0.05))


@pytest.mark.usefixtures("in_pieces")
def test_blocks_and_regions_give_a_balanced_contiguous_plan() -> None:
    plan = build_zones(problem(), limits=Limits(iterations=1))
    assert check_zones(problem(), plan) == []
    assert plan.max_deviation <= 0.05 + 1e-9 and plan.contiguity_breaks == 0 and plan.notes == ()


@pytest.mark.usefixtures("in_pieces")
def test_two_workers_make_the_plan_that_one_process_makes() -> None:
    alone = build_zones(problem(), limits=Limits(iterations=1))
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        together = build_zones(problem(), limits=Limits(iterations=1), keep=OnDask(client))
    assert (together.zone == alone.zone).all()
    assert together.certificate == alone.certificate
