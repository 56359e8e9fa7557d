from itertools import pairwise

import numpy as np
import pytest

from clustering import InvalidProblem, Market, Staffing, size_zones

STAFF = Staffing(net_days=200, hours_per_day=8, admin_share=0.0, speed_kmh=50, cost_per_rep=50_000, cost_per_km=0.5)


def market(n: int = 200, visits: float = 12, hours: float = 1.0, **more: object) -> Market:
    xy_m = np.random.default_rng(0).random((n, 2)) * 50_000
    return Market(xy_m, np.full(n, visits), np.full(n, hours), **more)  # type: ignore[arg-type]


def test_accounts_at_one_place_need_hours_over_hours_of_a_rep() -> None:
    here = Market(np.zeros((100, 2)), np.full(100, 14.4), np.full(100, 2.0))
    sizing = size_zones(here, STAFF, reps=[1, 2, 3])
    assert [choice.mean_use for choice in sizing.choices] == pytest.approx([1.8, 0.9, 0.6])
    assert [choice.served for choice in sizing.choices] == pytest.approx([1 / 1.8, 1, 1])
    assert sizing.recommended == 2 and "fewest reps" in sizing.reason
    assert [choice.cost for choice in sizing.choices] == pytest.approx([50_000, 100_000, 150_000])


def test_more_reps_drive_less_in_all_and_cost_more() -> None:
    choices = size_zones(market(), STAFF).choices
    assert len(choices) >= 3
    assert all(more.km < fewer.km * 1.02 for fewer, more in pairwise(choices))
    assert all(more.cost > fewer.cost for fewer, more in pairwise(choices))
    assert choices[0].largest_use > 1 > choices[-1].largest_use


def test_access_time_and_administration_count() -> None:
    plain = size_zones(market(), STAFF, reps=[2]).choices[0]
    slow = size_zones(market(access_h=0.5), STAFF, reps=[2]).choices[0]
    assert slow.service_h == pytest.approx(1.5 * plain.service_h)
    busy = Staffing(net_days=200, hours_per_day=8, admin_share=0.25, speed_kmh=50)
    told = size_zones(market(), busy, reps=[2]).choices[0]
    assert told.admin_h == pytest.approx(0.25 * 200 * 8 * 2) and told.mean_use > plain.mean_use


def test_with_potential_the_number_that_leaves_most_is_recommended() -> None:
    rich = size_zones(market(contribution=5_000.0), STAFF)
    poor = size_zones(market(contribution=200.0), STAFF)
    assert poor.recommended < rich.recommended
    gains = [choice.contribution - choice.cost for choice in rich.choices if choice.contribution is not None]
    assert rich.recommended == rich.choices[int(np.argmax(gains))].reps
    assert rich.choices[0].marginal is None and rich.choices[1].marginal is not None
    assert rich.choices[-1].marginal == pytest.approx(0, abs=1e-6)  # everything is served: one more brings nothing


def test_numbers_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="between 1 and 200"):
        size_zones(market(), STAFF, reps=[0, 3])
    with pytest.raises(InvalidProblem, match="visits must be 0 or more"):
        market(visits=-1)
    with pytest.raises(InvalidProblem, match="admin_share below 1"):
        Staffing(admin_share=1.0)


def test_an_impossible_amount_of_work_is_said() -> None:
    sizing = size_zones(market(n=10, visits=1000, hours=4), STAFF, reps=[5, 10])
    assert sizing.recommended == 10 and sizing.reason.startswith("even 10 reps cannot do it all")
