"""The optimal day, proven, for as many visits as can be looked at in every combination."""

from routing.day_model import DayModel

MOST_VISITS = 16
MOST_LABELS = 2_000_000


def exact_order(model: DayModel, known_s: int, *, most_labels: int = MOST_LABELS) -> list[int] | None:
    """The order of visits with the least cost, of those the one that ends earliest; None when it is out of reach.

    Args:
        known_s: the cost of any feasible plan (the search passes over what costs more).
        most_labels: partial plans to keep at most; 100,000 take about 20 ms.
    """
    if len(model) > MOST_VISITS:
        return None
    from routing.exact_day_kernel import exact_day

    cost_s, order, _ = exact_day(model.arrays, known_s, most_labels)
    return [int(visit) for visit in order] if cost_s >= 0 else None
