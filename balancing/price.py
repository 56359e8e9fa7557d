"""The price of a move: a sum of named terms, each adjustable and shown with every move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from balancing.errors import InvalidMoves

MONTH_DAYS = 365.25 / 12
REST_MONTHS = 12.0


@dataclass(frozen=True, slots=True)
class PriceWeights:
    """What counts how much, in parts of one account; a weight of 0 leaves its term out.

    revenue: an account with the mean revenue. tenure: one that has been with its rep for the mean time. open_deals,
    visits: each open deal, each visit promised already. travel: one hour more on the road a year.
    """

    account: float = 1.0
    revenue: float = 0.0
    tenure: float = 0.0
    open_deals: float = 0.0
    visits: float = 0.0
    travel: float = 0.0


def price_terms(
    weights: PriceWeights,
    *,
    accounts: int,
    revenue: NDArray[np.float64] | None = None,
    tenure_years: NDArray[np.float64] | None = None,
    open_deals: NDArray[np.float64] | None = None,
    promised_visits: NDArray[np.float64] | None = None,
    extra_travel_h: NDArray[np.float64] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """The terms of a `MoveProblem`: each (accounts,), travel (accounts, reps), where less travel counts as none.

    Raises:
        InvalidMoves: a weight without its figures, or below 0, or none above 0.
    """
    given = {
        "account": (weights.account, np.ones(accounts)),
        "revenue": (weights.revenue, None if revenue is None else _to_the_mean(revenue)),
        "years with the rep": (weights.tenure, None if tenure_years is None else _to_the_mean(tenure_years)),
        "open deals": (weights.open_deals, open_deals),
        "promised visits": (weights.visits, promised_visits),
        "extra travel": (weights.travel, None if extra_travel_h is None else np.maximum(extra_travel_h, 0.0)),
    }
    terms = {}
    for name, (weight, figures) in given.items():
        if weight < 0:
            raise InvalidMoves(f"the weight of {name!r} must be 0 or more, got {weight}")
        if weight > 0 and figures is None:
            raise InvalidMoves(f"{name!r} has the weight {weight}, but no figures were given for it")
        if weight > 0 and figures is not None:
            terms[name] = np.asarray(weight * figures, dtype=np.float64)
    if not terms:
        raise InvalidMoves("at least one weight must be above 0")
    return terms


def resting(moved_on: Sequence[date | None], today: date, *, months: float = REST_MONTHS) -> NDArray[np.bool_]:
    """(n,) True for accounts whose last transfer is less than `months` ago: they stay."""
    days = months * MONTH_DAYS
    return np.array([day is not None and (today - day).days < days for day in moved_on], dtype=np.bool_)


def _to_the_mean(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    mean = float(np.mean(figures)) if len(figures) else 0.0
    return np.asarray(figures / mean if mean > 0 else np.zeros(len(figures)), dtype=np.float64)
