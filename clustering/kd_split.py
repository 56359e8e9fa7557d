"""A first division: halving the load again and again across the longer side."""

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats, Ints


def kd_split(xy: Floats, size: Floats, share: Floats) -> Ints:
    """Label (n,) of parts whose sum of `size` follows `share` (k,); every part has one account or more.

    Weighted recursive bisection (Bentley's k-d tree with unequal halves), across the direction of larger variance.
    """
    label = np.zeros(len(xy), dtype=np.int64)
    todo: list[tuple[NDArray[np.intp], int, int]] = [(np.arange(len(xy)), 0, len(share))]
    while todo:
        rows, first, last = todo.pop()
        if last - first == 1:
            label[rows] = first
            continue
        middle = (first + last) // 2
        ordered = rows[np.argsort(xy[rows, _longer_side(xy[rows], size[rows])], kind="stable")]
        cut = _cut_at(size[ordered], float(share[first:middle].sum() / share[first:last].sum()))
        cut = min(max(cut, middle - first), len(rows) - (last - middle))
        todo.append((ordered[:cut], first, middle))
        todo.append((ordered[cut:], middle, last))
    return label


def _longer_side(xy: Floats, size: Floats) -> int:
    total = size.sum()
    if total <= 0:
        return int(np.argmax(np.ptp(xy, axis=0)))
    off = xy - size @ xy / total
    return int(np.argmax(size @ off**2))


def _cut_at(size: Floats, share: float) -> int:
    """How many of the accounts in this order carry `share` of their size, to the nearest account."""
    sums = np.cumsum(size)
    return int(np.searchsorted(sums - size / 2, sums[-1] * share))


def turn(axes: int, angle: float) -> Floats:
    """A rotation (axes, axes) by `angle` in the plane of each two following axes."""
    whole = np.eye(axes)
    for axis in range(axes - 1):
        step = np.eye(axes)
        step[axis : axis + 2, axis : axis + 2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        whole = whole @ step
    return whole
