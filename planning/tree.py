"""Districts of whole territories over a plan, level by level, as managers lead them."""

import math

import numpy as np

from clustering import Districts, Level, Span, build_districts
from planning.bindings import NOBODY, Bindings
from planning.demand import Demand
from planning.options import PlanOptions
from planning.territories import Territories

MOST_LEVELS = 6


def district_tree(
    territories: Territories, demand: Demand, bindings: Bindings, options: PlanOptions
) -> tuple[Districts, ...]:
    """The districts that are asked for: so many, or, with a span alone, level on level until one manager leads all.

    What is balanced are the hours of the weeks planned, driving included; a level's hours are sums of those below.
    Key accounts count with their hours but do not make territories neighbours.
    """
    if options.districts is None and options.span is None:
        return ()
    span = Span(*options.span) if options.span else Span(1, len(territories.weeks))
    load_h = np.array([weeks.workload_s for weeks in territories.weeks])[:, None] / 3600
    ordinary = bindings.named == NOBODY
    zone, xy_m = territories.owner[ordinary].astype(np.int64), demand.xy_m[ordinary]
    if len(np.unique(zone)) < len(load_h):  # a rep with key accounts only lies nowhere
        zone, xy_m = territories.owner.astype(np.int64), demand.xy_m
    levels: list[Districts] = []
    wanted = options.districts
    while len(levels) < MOST_LEVELS:
        found = build_districts(xy_m, zone, load_h, Level(wanted, span), seed=options.seed)
        levels.append(found)
        zone, load_h = found.district[zone].astype(np.int64), found.loads
        wanted = math.ceil(len(load_h) / span.most)
        if options.span is None or wanted <= 1:
            break
    return tuple(levels)
