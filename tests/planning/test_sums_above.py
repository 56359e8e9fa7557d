"""Sums of territories in a tree: a parent is what it holds itself and its children, at every place of any tree."""

import random

from planning.rollups import SalesSum
from planning.sums_above import carried_up


def test_a_parent_is_the_sum_of_its_children_and_its_own_in_any_tree():
    for seed in range(50):
        chance = random.Random(seed)
        parents = {key: chance.choice([None, *range(1, key)]) for key in range(1, 13)}
        rows = [
            SalesSum(key, f"T{key}", kind, currency, chance.randint(1, 9), float(chance.randint(0, 99)), 1.0)
            for key in (None, *parents)
            for kind in ("open", "won")
            for currency in ("EUR", "CZK")
            if chance.random() < 0.7
        ]
        above = {(one.id, one.kind, one.currency): one for one in carried_up(rows, parents)}
        assert {key for key, *_ in above} <= set(parents.values())
        own = {(one.id, one.kind, one.currency): one for one in rows}
        for key in set(parents.values()) - {None}:
            for kind, currency in (("open", "EUR"), ("open", "CZK"), ("won", "EUR"), ("won", "CZK")):
                children = [child for child, parent in parents.items() if parent == key]
                parts = [own.get((key, kind, currency))]
                parts += [above.get((c, kind, currency), own.get((c, kind, currency))) for c in children]
                known = [part for part in parts if part is not None]
                found = above.get((key, kind, currency))
                assert (found.sales if found else 0) == sum(part.sales for part in known)
                assert (found.value if found else 0) == sum(part.value for part in known)
