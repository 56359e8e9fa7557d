"""Lloyd rounds over balanced power diagrams: cells around the centres, centres of the cells, again and again."""

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.block import Block, View, joined_unsure
from clustering.blocks import Blocks
from clustering.dual_kernel import round_off
from clustering.instance import Instance
from clustering.power_diagram import Prices, means, solve, total

INSIDE = 0.97  # part of the width of the limits the smooth search aims at, so that rounding has room
FIRST_COOLING = (0.3, 0.1, 0.03)
AGAIN_COOLING = (0.1, 0.03)
LAST_COOLING = (0.03, 0.01, 0.003, 0.001)
WHOLE_ROUNDS = 4  # the last ones, on whole accounts where the others took grains
ROUGH_STEPS = 3  # Newton steps in a round on grains: centres wander better while balance may wait
ROUGH_CLOSE = 0.1  # of a zone's mean load, where such a round ends sooner
NEWTON_STEPS, COOLING_STEPS = 12, 25  # at most, at one temperature and on the way down through several
CLOSE, LAST_CLOSE = 0.01, 0.003  # of a zone's mean load
PLAIN_ROUNDS = 2  # of these the last ones, in which centres go where the cell's middle is and not beyond
STRIDE = 1.8  # times the way to the middle of its cell a centre goes: below 2 it converges, in half the rounds
CANDIDATES = 10
REACH = 0.6  # squared spacings a candidate may be dearer than the cheapest: 20 temperatures, and prices may move

ASTRAY = 0.03  # of a zone's mean load


def settle(instance: Instance, blocks: Blocks, centre: Floats, rounds: int, heat: float) -> tuple[Ints, Prices, Floats]:
    """The last cells in whole accounts, their prices, and the centres the cells are around."""
    low, high = inner_limits(instance)
    prices = Prices(np.zeros(low.shape), low, high)
    grains = any(blocks.each(Block.zoom, False))
    rough = max(rounds - WHOLE_ROUNDS, 0) if grains else 0
    for done in range(rounds):
        if done == rough and grains:
            blocks.each(Block.zoom, True)
        last = done == rounds - 1
        cooling = (FIRST_COOLING if done == 0 else ()) + (LAST_COOLING if last else FIRST_COOLING[-1:])
        if grains and rough < done and not last:
            blocks.each(Block.follow, centre, instance.power)
        else:
            blocks.each(Block.look, view_of(instance, centre, prices.price, np.inf if done == 0 else REACH * heat))
        if 0 < done < rough:
            solve(prices, blocks, cooling[0] * heat, ROUGH_STEPS, ROUGH_CLOSE)
        else:
            balance(instance, blocks, centre, prices, cooling, np.inf if done == 0 else REACH, heat)
        if not last:
            stride = STRIDE if done < rounds - 1 - PLAIN_ROUNDS else 1.0
            centre = centre + stride * (_moved(instance, blocks, centre, prices.price) - centre)
    return _rounded(instance, blocks, prices, cooling[-1] * heat), prices, centre


def view_of(instance: Instance, centre: Floats, price: Floats, reach: float, wanted: int = CANDIDATES) -> View:
    """What a block needs to know to look for candidates."""
    accounts = instance.accounts
    ratio = np.asarray(accounts.load.sum(axis=0) / accounts.weight.sum())
    return View(centre, price, ratio, wanted, reach, instance.power)


def inner_limits(instance: Instance) -> tuple[Floats, Floats]:
    """The limits drawn in a little, but never so far that the sums no longer fit."""
    low, high = instance.limits.low, instance.limits.high
    draw = (1 - INSIDE) / 2 * (high - low)
    load = instance.accounts.load.sum(axis=0)
    room = np.maximum(np.minimum(high.sum(axis=0) - load, load - low.sum(axis=0)), 0) / 2
    draw *= np.minimum(1, room / np.maximum(draw.sum(axis=0), 1e-300))
    return low + draw, high - draw


def balance(
    instance: Instance,
    blocks: Blocks,
    centre: Floats,
    prices: Prices,
    cooling: tuple[float, ...],
    reach: float,
    heat: float,
) -> None:
    """Solve for the prices around these centres, from temperature to temperature (in squared spacings, like `reach`).

    The candidates are those the blocks have looked for last. Where too few are within reach, no price of its own makes
    a zone carry what it should; then the search for prices begins again with more of them.
    """
    before = prices.price
    for share in cooling:
        steps = COOLING_STEPS if len(cooling) > 1 else NEWTON_STEPS
        left = solve(prices, blocks, share * heat, steps, CLOSE if share > 0.005 else LAST_CLOSE)
        if left > ASTRAY and np.isfinite(reach):
            prices.price = before
            blocks.each(Block.look, view_of(instance, centre, before, np.inf))
            balance(instance, blocks, centre, prices, (*AGAIN_COOLING, *cooling), np.inf, heat)
            return


def _moved(instance: Instance, blocks: Blocks, centre: Floats, price: Floats) -> Floats:
    """Pinned centres where they are, the others in the middle of the cells."""
    centre = means(total([sums for _, sums in blocks.each(Block.divide, price)]), centre)
    centre[instance.pinned] = instance.centre[instance.pinned]
    return centre


def _rounded(instance: Instance, blocks: Blocks, prices: Prices, heat: float) -> Ints:
    """Zones (n,) for whole accounts: the clear ones first, the others surest first where there is still room."""
    answers = blocks.each(Block.unsure, prices.price, heat)
    unsure = joined_unsure([part for _, part in answers])
    room = instance.limits.high - np.sum([load for load, _ in answers], axis=0)
    zone = np.empty(len(unsure.row), np.int64)
    round_off(unsure.choices, prices.price, np.argsort(-unsure.regret, kind="stable"), room, zone)
    first = np.cumsum([0] + [len(part.row) for _, part in answers])
    label = []
    for number, (_, part) in enumerate(answers):
        mine = zone[first[number] : first[number + 1]]
        label.append(blocks.one(number, Block.settle, part.row, mine))
    return np.concatenate(label)
