"""Better orders for a day too long to be solved exactly, in plain Python."""

from collections.abc import Iterator

from routing.day_model import DayModel
from routing.day_schedule import full_cost_s, timetable

DEFAULT_ROUNDS = 20


def feasible(model: DayModel, order: list[int]) -> bool:
    return timetable(model, order) is not None


def keep_feasible(model: DayModel, order: list[int]) -> list[int]:
    """`order` itself if it can be driven, else as many of its visits as fit, inserted one by one."""
    if feasible(model, order):
        return order
    kept: list[int] = []
    for visit in order:
        kept = min(
            (o for o in insertions(kept, visit) if feasible(model, o)),
            key=lambda o: full_cost_s(model, o) or 0,
            default=kept,
        )
    return kept


def with_calls(model: DayModel, order: list[int]) -> list[int]:
    """`order` with every visit that has no place, put in where it costs least, if that is less than its prize."""
    for visit in sorted(model.remote, key=lambda row: -model.prize_s[row]):
        now_s = full_cost_s(model, order)
        found = [(cost, o) for o in insertions(order, visit) if (cost := full_cost_s(model, o)) is not None]
        if found and (now_s is None or min(found)[0] < now_s):
            order = min(found)[1]
    return order


def insertions(order: list[int], visit: int) -> Iterator[list[int]]:
    """`order` with `visit` put in at every position."""
    for k in range(len(order) + 1):
        yield [*order[:k], visit, *order[k:]]


def neighbours(model: DayModel, order: list[int]) -> Iterator[list[int]]:
    """One visit added, left out, swapped for another or moved with up to two followers; one stretch reversed."""
    outside = [visit for visit in range(len(model)) if visit not in order]
    for visit in outside:
        yield from insertions(order, visit)
    for k in range(len(order)):
        rest = order[:k] + order[k + 1 :]
        yield rest
        for visit in outside:
            yield from insertions(rest, visit)
        for length in (1, 2, 3):
            stretch, others = order[k : k + length], order[:k] + order[k + length :]
            yield from ([*others[:at], *stretch, *others[at:]] for at in range(len(others) + 1) if at != k)
        for end in range(k + 2, len(order) + 1):
            yield [*order[:k], *reversed(order[k:end]), *order[end:]]


def improve(model: DayModel, order: list[int], rounds: int = DEFAULT_ROUNDS) -> list[int]:
    """Go to the best neighbour again and again, until none is cheaper or `rounds` are over."""
    cost_s = full_cost_s(model, order)
    assert cost_s is not None, "an improvement starts from a feasible order"
    for _ in range(rounds):
        best = best_neighbour(model, order, cost_s)
        if best is None:
            return order
        cost_s, order = best
    return order


def best_neighbour(model: DayModel, order: list[int], cost_s: int) -> tuple[int, list[int]] | None:
    """The cheapest feasible neighbour below `cost_s`; cheap ones without the clock are timed first.

    Where legs leave a choice that bound says little and the clock takes long: there the first better one will do.
    """
    promising = sorted((low, other) for other in neighbours(model, order) if (low := model.cost_s(other)) < cost_s)
    best: tuple[int, list[int]] | None = None
    for low_s, other in promising:
        if best is not None and low_s >= best[0]:
            break
        full_s = full_cost_s(model, other)
        if full_s is not None and full_s < (cost_s if best is None else best[0]):
            best = full_s, other
            if model.ways:
                break
    return best
