"""The lower bound behind a plan's certificate.

For any prices p, sum of least costs - sum over zones of the dearest load within the limits is below the cost of every
division around the same centres, contiguous or not, also when accounts may be split (linear-programming duality).
The prices come from the smoothed dual, cooled until the bound stands still.
"""

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.dual_kernel import hard_assign, least_costs
from clustering.instance import Instance
from clustering.power_diagram import Prices, choices_of, lifted_search, solve

EVERY_ZONE_UP_TO = 300_000_000  # accounts × zones; above, the k-d tree finds the least cost
COOLING = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
BOUND_CANDIDATES = 12
RUNAWAY = 50.0  # squared spacings; a price beyond comes from a zone that had nothing left to give or take


def cost_of(instance: Instance, label: Ints, centre: Floats) -> float:
    """Weight × squared distance to the centre, plus the price of every account that left its present zone."""
    accounts = instance.accounts
    cost = float(accounts.weight @ ((accounts.xy - centre[label]) ** 2).sum(axis=1))
    return cost + float(accounts.price[(accounts.home >= 0) & (accounts.home != label)].sum())


def lower_bound(instance: Instance, label: Ints, centre: Floats, price: Floats, heat: float) -> float:
    """What no division around `centre` can beat that keeps the limits, widened to the loads this one reached."""
    load = instance.totals(label).load
    low, high = np.minimum(instance.limits.low, load), np.maximum(instance.limits.high, load)
    prices = Prices(np.clip(price, -RUNAWAY * heat, RUNAWAY * heat), low, high)
    scratch = np.empty(len(label), np.int64), np.empty(len(label))
    most, chosen = 0.0, np.zeros_like(price)
    for share in COOLING:
        choices = choices_of(instance.accounts, centre, prices.price, BOUND_CANDIDATES, instance.power)
        solve(prices, choices, share * heat, steps=20, close=0.003)
        guess = hard_assign(choices, prices.price, *scratch) - _dearest_load(prices)
        if guess > most:
            most, chosen = guess, prices.price
    return _bound(instance, centre, Prices(chosen, low, high))


def _bound(instance: Instance, centre: Floats, prices: Prices) -> float:
    return float(_least_costs(instance, centre, prices.price).sum()) - _dearest_load(prices)


def _dearest_load(prices: Prices) -> float:
    return float(np.where(prices.price > 0, prices.high * prices.price, prices.low * prices.price).sum())


def _least_costs(instance: Instance, centre: Floats, price: Floats) -> Floats:
    accounts = instance.accounts
    one_ratio = price.shape[1] == 1 and np.allclose(accounts.load[:, 0], accounts.weight, rtol=1e-9)
    if not one_ratio or instance.power == 1 or len(accounts.xy) * len(centre) <= EVERY_ZONE_UP_TO:
        return np.asarray(least_costs(accounts, centre, price, instance.power))
    zone = lifted_search(accounts, centre, price[:, 0], 1)[:, 0]
    return np.asarray(accounts.weight * (((accounts.xy - centre[zone]) ** 2).sum(axis=1) + price[zone, 0]))
