"""The lower bound behind a plan's certificate.

For any prices p, sum of least costs - sum over zones of the dearest load within the limits is below the cost of every
division around the same centres, contiguous or not, also when accounts may be split (linear-programming duality).
The prices come from the smoothed dual, cooled until the bound stands still.
"""

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.block import Block
from clustering.blocks import Blocks
from clustering.instance import Instance
from clustering.power_diagram import Prices
from clustering.settle import balance, view_of

LEVELS = (  # whole accounts or grains, reach of the candidates in squared spacings, temperatures
    (False, np.inf, (0.1, 0.03)),
    (True, 0.2, (0.01, 0.003)),
    (True, 0.02, (0.001,)),
    (True, 0.02, (0.0003,)),
)
RUNAWAY = 50.0  # squared spacings; a price beyond comes from a zone that had nothing left to give or take


def cost_of(instance: Instance, label: Ints, centre: Floats) -> float:
    """Weight × squared distance to the centre, plus the price of every account that left its present zone."""
    accounts = instance.accounts
    cost = float((accounts.weight * ((accounts.xy - centre[label]) ** 2).sum(axis=1)).sum())
    return cost + float(accounts.price[(accounts.home >= 0) & (accounts.home != label)].sum())


def lower_bound(instance: Instance, blocks: Blocks, label: Ints, centre: Floats, price: Floats, heat: float) -> float:
    """What no division around `centre` can beat that keeps the limits, widened to the loads this one reached."""
    load = instance.totals(label).load
    low, high = np.minimum(instance.limits.low, load), np.maximum(instance.limits.high, load)
    prices = Prices(np.clip(price, -RUNAWAY * heat, RUNAWAY * heat), low, high)
    most, chosen = 0.0, np.zeros_like(price)
    for whole, reach, cooling in LEVELS:
        blocks.each(Block.zoom, whole)
        blocks.each(Block.look, view_of(instance, centre, prices.price, reach * heat))
        balance(instance, blocks, centre, prices, cooling, reach, heat)
        if whole:
            guess = sum(value for value, _ in blocks.each(Block.divide, prices.price)) - _dearest_load(prices)
            if guess > most:
                most, chosen = guess, prices.price
    view = view_of(instance, centre, chosen, 0.0)
    return sum(blocks.each(Block.least, view)) - _dearest_load(Prices(chosen, low, high))


def _dearest_load(prices: Prices) -> float:
    return float(np.where(prices.price > 0, prices.high * prices.price, prices.low * prices.price).sum())
