"""Balanced power diagrams: cells around centres whose prices of load make them carry what they should.

Cohen-Addad, Klein & Young 2018 (arXiv 1710.03358) show that an optimal balanced division around given centres is a
power diagram. We find its prices by Newton steps on a smoothed dual (`dual_kernel.py`) with one unknown per zone and
metric, cooling the temperature, and search an account's candidate zones as nearest points of a k-d tree lifted by one
dimension in which the price is a height.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import cg, spsolve
from scipy.spatial import KDTree

from clustering.arrays import Accounts, Floats, Narrow
from clustering.dual_kernel import Choices, Triplets, curvature, own_curvature, soft_assign

CANDIDATES = 10
AT_ONCE = 100_000  # accounts searched at once, to spare memory
DIRECT_SOLVE_UP_TO = 3000  # unknowns; above, conjugate gradients are faster


@dataclass(slots=True, eq=False)
class Prices:
    """The unknowns (k, m) with the limits they answer for, and work space that is used again and again."""

    price: Floats
    low: Floats
    high: Floats
    part: Floats = field(default_factory=lambda: np.empty((0, 0)))
    triplets: Triplets = field(default_factory=lambda: _room(1))

    def parts(self, shape: tuple[int, ...]) -> Floats:
        if self.part.shape != shape:
            self.part = np.empty(shape)
        return self.part


def _room(size: int) -> Triplets:
    return Triplets(np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size))


def choices_of(accounts: Accounts, centre: Floats, price: Floats, wanted: int = CANDIDATES, power: int = 2) -> Choices:
    """The `wanted` cheapest zones of every account at mean ratio, with what they cost before prices."""
    ratio = accounts.load / accounts.weight[:, None]
    mean_price = price @ _mean_ratio(accounts)
    zone = lifted_search(accounts, centre, mean_price if power == 2 else 0 * mean_price, min(wanted, len(centre)))
    _include_rules(accounts, zone)
    dist2 = np.empty(zone.shape)
    for q in range(zone.shape[1]):
        dist2[:, q] = ((accounts.xy - centre[zone[:, q]]) ** 2).sum(axis=1) ** (power / 2)
    _apply_rules(accounts, zone, dist2)
    return Choices(zone, dist2, ratio, accounts.weight)


def _mean_ratio(accounts: Accounts) -> Floats:
    return np.asarray(accounts.load.sum(axis=0) / accounts.weight.sum())


def lifted_search(accounts: Accounts, centre: Floats, price: Floats, wanted: int) -> Narrow:
    """The `wanted` zones of least squared distance + price, cheapest first."""
    if wanted == len(centre):
        return np.tile(np.arange(wanted, dtype=np.int32), (len(accounts.xy), 1))
    tree = KDTree(np.column_stack([centre, np.sqrt(price - price.min())]))
    zone = np.empty((len(accounts.xy), wanted), np.int32)
    for first in range(0, len(zone), AT_ONCE):
        part = accounts.xy[first : first + AT_ONCE]
        _, found = tree.query(np.column_stack([part, np.zeros(len(part))]), k=wanted)
        zone[first : first + AT_ONCE] = found.reshape(len(part), wanted)
    return zone


def _include_rules(accounts: Accounts, zone: Narrow) -> None:
    """Put the zone of a lock and the present zone among the candidates (in the last column)."""
    for wish in (accounts.home, accounts.locked):
        rows = np.flatnonzero((wish >= 0) & (zone != wish[:, None]).all(axis=1))
        zone[rows, -1] = wish[rows]


def _apply_rules(accounts: Accounts, zone: Narrow, dist2: Floats) -> None:
    """Infinite cost where an account may not be; the price of a move where it is not at present."""
    locked = accounts.locked >= 0
    if locked.any():
        dist2[locked[:, None] & (zone != accounts.locked[:, None])] = np.inf
    if (accounts.home >= 0).any():
        step = np.where(accounts.home >= 0, accounts.price / accounts.weight, 0.0)
        dist2 += step[:, None] * (zone != accounts.home[:, None])
    for i in np.flatnonzero(np.diff(accounts.barred_ptr)):
        barred = accounts.barred_zone[accounts.barred_ptr[i] : accounts.barred_ptr[i + 1]]
        bad = np.isin(zone[i], barred)
        if bad.all():
            zone[i, -1] = next(z for z in range(len(barred) + 1) if z not in barred)
            dist2[i, -1] = dist2[i, 0]
            bad[-1] = False
        dist2[i, bad] = np.inf


def solve(prices: Prices, choices: Choices, heat: float, steps: int, close: float) -> None:
    """Newton ascent of the smoothed dual at temperature `heat` until loads are within `close` of the limits.

    Maximises sum w softmin(cost + price) - [low × price + (high - low) × softplus(price)], whose gradient is load
    minus the load the price asks for; the step is halved until it gains (Armijo).
    """
    value, gradient, own = _evaluate(prices, choices, prices.price, heat)
    for _ in range(steps):
        if np.abs(gradient).max() < close:
            return
        step = _newton_step(prices, choices, gradient, own, heat)
        slope = float((gradient * step).sum())
        length = 1.0
        for _halving in range(12):
            trial = prices.price + length * step
            new = _evaluate(prices, choices, trial, heat)
            if new[0] >= value + 1e-4 * length * slope:
                break
            length /= 2
        else:
            return
        prices.price = trial
        value, gradient, own = new


def _evaluate(prices: Prices, choices: Choices, price: Floats, heat: float) -> tuple[float, Floats, Floats]:
    """Value, gradient and the diagonal the limits add to the curvature."""
    load = np.empty_like(price)
    value = soft_assign(choices, price, heat, prices.parts(choices.zone.shape), load)
    width = prices.high - prices.low
    soft = np.logaddexp(0, price / heat)
    asked = np.exp(price / heat - soft)
    value -= float((prices.low * price + width * heat * soft).sum())
    return value, load - (prices.low + width * asked), width * asked * (1 - asked) / heat


def _newton_step(prices: Prices, choices: Choices, gradient: Floats, own: Floats, heat: float) -> Floats:
    zones, metrics = gradient.shape
    unknowns = zones * metrics
    size = curvature(choices, prices.part, heat, prices.triplets)
    if size > len(prices.triplets.row):
        prices.triplets = _room(int(1.3 * size))
        curvature(choices, prices.part, heat, prices.triplets)
    out = prices.triplets
    place = out.row[:size], out.column[:size]
    between = csc_array((out.value[:size], place), shape=(unknowns, unknowns))
    matrix = _own_blocks(choices, prices.part, heat, zones, metrics) - between - between.T
    ridge = 1e-5 / max(heat, 1e-12)
    matrix = csc_array(matrix + diags_array(own.ravel() + ridge))
    if unknowns <= DIRECT_SOLVE_UP_TO:
        step = spsolve(matrix, gradient.ravel())
    else:
        inverse = diags_array(1 / matrix.diagonal())
        step, _ = cg(matrix, gradient.ravel(), rtol=1e-3, maxiter=300, M=inverse)
    return np.asarray(np.clip(step, -60 * heat, 60 * heat)).reshape(zones, metrics)


def _own_blocks(choices: Choices, part: Floats, heat: float, zones: int, metrics: int) -> csc_array[np.float64]:
    block = np.empty((zones, metrics, metrics))
    own_curvature(choices, part, heat, block)
    index = np.arange(zones * metrics).reshape(zones, metrics)
    rows: NDArray[np.intp] = np.repeat(index, metrics, axis=1).ravel()
    columns: NDArray[np.intp] = np.tile(index, (1, metrics)).ravel()
    return csc_array((block.ravel(), (rows, columns)), shape=(zones * metrics, zones * metrics))
