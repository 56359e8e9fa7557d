"""Balanced power diagrams: cells around centres whose prices of load make them carry what they should.

Cohen-Addad, Klein & Young 2018 (arXiv 1710.03358) show that an optimal balanced division around given centres is a
power diagram. We find its prices by Newton steps on a smoothed dual (`dual_kernel.py`) with one unknown per zone and
metric, cooling the temperature. What has a row per account happens in blocks (`block.py`); here are sums per zone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import cg, spsolve

from clustering.arrays import Floats
from clustering.block import Block, Sums
from clustering.blocks import Blocks
from clustering.dual_kernel import Curvature

DIRECT_SOLVE_UP_TO = 3000  # unknowns; above, conjugate gradients are faster


@dataclass(slots=True, eq=False)
class Prices:
    """The unknowns (k, m) with the limits they answer for."""

    price: Floats
    low: Floats
    high: Floats


def solve(prices: Prices, blocks: Blocks, heat: float, steps: int, close: float) -> float:
    """Newton ascent of the smoothed dual at temperature `heat` until loads are within `close` of the limits.

    Maximises sum w softmin(cost + price) - [low × price + (high - low) × softplus(price)], whose gradient is load
    minus the load the price asks for; the step is halved until it gains (Armijo). Returns how far the load of a zone
    still is from what is asked.
    """
    value, gradient, own = _evaluate(prices, blocks, prices.price, heat)
    for _ in range(steps):
        if np.abs(gradient).max() < close:
            break
        step = _newton_step(blocks.each(Block.bend, len(gradient), heat), gradient, own, heat)
        slope = float((gradient * step).sum())
        length = 1.0
        for _halving in range(12):
            trial = prices.price + length * step
            new = _evaluate(prices, blocks, trial, heat)
            if new[0] >= value + 1e-4 * length * slope:
                break
            length /= 2
        else:
            break
        prices.price = trial
        value, gradient, own = new
    return float(np.abs(gradient).max())


def _evaluate(prices: Prices, blocks: Blocks, price: Floats, heat: float) -> tuple[float, Floats, Floats]:
    """Value, gradient and the diagonal the limits add to the curvature."""
    answers = blocks.each(Block.soften, price, heat)
    value = sum(softened for softened, _ in answers)
    load = np.sum([loads for _, loads in answers], axis=0)
    width = prices.high - prices.low
    soft = np.logaddexp(0, price / heat)
    asked = np.exp(price / heat - soft)
    value -= float((prices.low * price + width * heat * soft).sum())
    return value, load - (prices.low + width * asked), width * asked * (1 - asked) / heat


def _newton_step(parts: list[Curvature], gradient: Floats, own: Floats, heat: float) -> Floats:
    zones, metrics = gradient.shape
    matrix = curvature_matrix(parts, zones, metrics)
    ridge = 1e-5 / max(heat, 1e-12)
    matrix = csc_array(matrix + diags_array(own.ravel() + ridge))
    if zones * metrics <= DIRECT_SOLVE_UP_TO:
        step = spsolve(matrix, gradient.ravel())
    else:
        inverse = diags_array(1 / matrix.diagonal())
        step, _ = cg(matrix, gradient.ravel(), rtol=1e-3, maxiter=300, M=inverse)
    return np.asarray(np.clip(step, -10 * heat, 10 * heat)).reshape(zones, metrics)


def curvature_matrix(parts: list[Curvature], zones: int, metrics: int) -> csc_array[np.float64]:
    """The blocks' curvatures added up; unknown = zone × metrics + metric."""
    unknowns = zones * metrics
    own = _spread(np.sum([part.own for part in parts], axis=0), np.arange(zones), np.arange(zones), unknowns)
    first = np.concatenate([part.first for part in parts]).astype(np.intp)
    second = np.concatenate([part.second for part in parts]).astype(np.intp)
    between = _spread(np.concatenate([part.between for part in parts]), first, second, unknowns)
    return csc_array(own - between - between.T)


def _spread(value: Floats, one: NDArray[np.intp], other: NDArray[np.intp], unknowns: int) -> csc_array[np.float64]:
    """Blocks (p, m, m) at the rows of zone `one` and the columns of zone `other`."""
    metrics = np.arange(value.shape[1])
    row = np.broadcast_to((one[:, None] * len(metrics) + metrics)[:, :, None], value.shape)
    column = np.broadcast_to((other[:, None] * len(metrics) + metrics)[:, None, :], value.shape)
    return csc_array((value.ravel(), (row.ravel(), column.ravel())), shape=(unknowns, unknowns))


def total(parts: list[Sums]) -> Sums:
    """The sums of all blocks together."""
    return Sums(*(np.sum(column, axis=0) for column in zip(*parts, strict=True)))


def means(sums: Sums, before: Floats) -> Floats:
    """The weighted mean of each zone; a zone without accounts keeps the centre it had `before`."""
    empty = sums.members == 0
    mean = sums.moment / np.where(empty, 1.0, sums.weight)[:, None]
    mean[empty] = before[empty]
    return np.asarray(mean)
