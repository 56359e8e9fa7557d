"""Six colours that people with any colour vision tell apart, and a colouring in which neighbours always differ.

The colours are those of Okabe and Ito (*Color Universal Design*, 2008) without yellow, which is too pale for an
outline or a point on paper: measured by CIEDE2000, the smallest difference between any two stays the largest of
the common sets under protanopia, deuteranopia and tritanopia.
"""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

COLORS: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
SPARE: tuple[str, ...] = ("#5B5B5B", "#8A6D3B", "#6A4C93", "#4F7C3A", "#A0404A", "#2F6F7E")
_TOUCH_DEGREES = 1e-6  # outlines that should share a border may miss it by rounding: 0.1 m


def neighbours(outlines: Sequence[BaseGeometry]) -> list[set[int]]:
    """For each outline the others that touch or overlap it, by position."""
    near: list[set[int]] = [set() for _ in outlines]
    if outlines:
        shapes = list(outlines)
        pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_TOUCH_DEGREES)
        for a, b in pairs.T.tolist():
            if a != b:
                near[a].add(b)
                near[b].add(a)
    return near


def color_zones(near: Sequence[set[int]]) -> list[int]:
    """One colour number per zone such that no two neighbours share one; the same input gives the same colours.

    Zones are taken by DSATUR (Brélaz 1979: next the one with the most colours around it) and get the colour used
    least so far, which spreads all six over the map. Should that need a seventh, colours are given in
    smallest-last order (Matula and Beck 1983), which needs at most six for any set of zones that meet only along
    borders, because every planar graph has a vertex with at most five neighbours. Zones in scattered pieces may
    truly need more; the numbers then go on past six (:data:`SPARE`).
    """
    colors = _dsatur(near)
    if max(colors, default=0) >= len(COLORS):
        colors = min(colors, _smallest_last(near), key=lambda found: max(found))
    return colors


def keep_colors(near: Sequence[set[int]], before: Sequence[int | None]) -> list[int]:
    """The colours zones had, changed only where neighbours would share one; None is a zone that had none yet.

    Everything is coloured anew where that would need a seventh.
    """
    colors = list(before)
    used = [sum(color == one for color in before) for one in range(len(COLORS))]
    for zone, color in enumerate(before):
        around = {colors[other] for other in near[zone] if other < zone or before[other] is not None}
        if color is not None and color not in {colors[other] for other in near[zone] if other < zone}:
            continue
        free = [one for one in range(len(COLORS)) if one not in around]
        if not free:
            return color_zones(near)
        colors[zone] = min(free, key=lambda one: (used[one], one))
        used[colors[zone] or 0] += 1
    return [color or 0 for color in colors]


def palette(count: int) -> list[str]:
    """Colours for numbers 0 … count − 1; beyond six spare ones, beyond those again from the start."""
    tones = COLORS + SPARE
    return [tones[number % len(tones)] for number in range(max(count, len(COLORS)))]


def _dsatur(near: Sequence[set[int]]) -> list[int]:
    colors, used = [-1] * len(near), [0] * len(COLORS)
    around: list[set[int]] = [set() for _ in near]
    for _ in near:
        waiting = (zone for zone, color in enumerate(colors) if color < 0)
        zone = max(waiting, key=lambda z: (len(around[z]), len(near[z]), -z))
        free = [color for color in range(len(used)) if color not in around[zone]]
        if not free:
            free = [len(used)]
            used.append(0)
        colors[zone] = min(free, key=lambda color: (used[color], color))
        used[colors[zone]] += 1
        for other in near[zone]:
            around[other].add(colors[zone])
    return colors


def _smallest_last(near: Sequence[set[int]]) -> list[int]:
    left, order = [set(others) for others in near], []
    waiting = set(range(len(near)))
    while waiting:
        zone = min(waiting, key=lambda z: (len(left[z]), z))
        waiting.remove(zone)
        order.append(zone)
        for other in left[zone]:
            left[other].discard(zone)
    colors = [-1] * len(near)
    for zone in reversed(order):
        taken = {colors[other] for other in near[zone]}
        colors[zone] = next(color for color in range(len(near)) if color not in taken)
    return colors
