"""A model of the chances of deals: a logistic regression on stage, age, time in stage, amount and segment.

It is checked on deals it did not learn from (five folds, all looks at a deal in one fold) against the simplest forecast
there is, the share of all deals that is won; the Brier score is the mean squared distance between forecast and outcome
(Brier 1950). It is as honest as its examples: deals that are still open taught it nothing, and an account's segment is
the one of today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p
from typing import Any

from planning.record_errors import RefusedError
from planning.win_samples import Look, Sample, counts

LEAST_DEALS = 100
LEAST_OF_EACH = 30
"""Closed deals that it needs, and of them won as well as lost ones."""
PER_COLUMN = 10
"""Deals of the rarer outcome for every column (Peduzzi et al. 1996); columns beyond are left out."""
LEAST_OF_GROUP = 30
"""Deals that a stage or segment needs to count by itself."""
KNOWN_SHARE = 0.2
"""The amount counts where it was known of this part of the deals, at least."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Columns:
    """What the model looks at; stages and segments besides these count alike."""

    stages: tuple[str, ...]
    segments: tuple[str, ...]
    amount: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The columns by name."""
        amount = ("amount known", "log amount") if self.amount else ()
        groups = (*(f"stage {name}" for name in self.stages), *(f"segment {name}" for name in self.segments))
        return ("log days since the beginning", "log days in stage", *amount, *groups)

    def row(self, look: Look) -> list[float]:
        """The values of a look."""
        values = [log1p(max(0.0, look.age_days)), log1p(max(0.0, look.stay_days))]
        if self.amount:
            known = look.value is not None
            values += [float(known), log1p(max(0.0, look.value)) if look.value is not None else 0.0]
        values += [float(look.stage == name) for name in self.stages]
        return values + [float(look.segment == name) for name in self.segments]


def fit(samples: Sequence[Sample]) -> dict[str, Any]:
    """A model as JSON, with what it was learnt from and how good it is on deals it did not see.

    Raises:
        RefusedError: too few closed deals; the sentence says how many there are.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    of_each = counts(samples)
    require_enough(of_each)
    columns = columns_for(samples, min(of_each.values()) // PER_COLUMN)
    rows = np.array([columns.row(one.look) for one in samples])
    won = np.array([one.won for one in samples], dtype=int)
    weight = np.array([one.weight for one in samples])
    deals = np.array([one.look.deal for one in samples])
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = (rows - middle) / spread

    def learnt(chosen: Any) -> Any:
        return LogisticRegression(C=1.0, max_iter=1000).fit(scaled[chosen], won[chosen], sample_weight=weight[chosen])

    guessed, base = np.zeros(len(samples)), np.zeros(len(samples))
    for train, test in GroupKFold(FOLDS).split(scaled, won, deals):
        guessed[test] = learnt(train).predict_proba(scaled[test])[:, 1]
        base[test] = np.average(won[train], weights=weight[train])
    whole = learnt(np.arange(len(samples)))
    brier, base_brier = (float(np.average((one - won) ** 2, weights=weight)) for one in (guessed, base))
    return {
        "stages": list(columns.stages),
        "segments": list(columns.segments),
        "amount": columns.amount,
        "columns": list(columns.names),
        "middle": middle.tolist(),
        "spread": spread.tolist(),
        "weights": whole.coef_[0].tolist(),
        "intercept": float(whole.intercept_[0]),
        "deals": sum(of_each.values()),
        "won": of_each[True],
        "looks": len(samples),
        "brier": brier,
        "base_brier": base_brier,
        "skill": 1 - brier / base_brier,
        "bins": weighed(guessed.tolist(), won.tolist(), weight.tolist()),
    }


def weighed(guessed: Sequence[float], won: Sequence[int], weight: Sequence[float]) -> list[dict[str, float]]:
    """Forecasts of deals that were not learnt from, in tenths: how many deals, what was forecast, what came true."""
    sums: dict[int, list[float]] = {}
    for chance, end, part in zip(guessed, won, weight, strict=True):
        own = sums.setdefault(min(9, int(chance * 10)), [0.0, 0.0, 0.0])
        for place, value in enumerate((part, part * chance, part * end)):
            own[place] += value
    return [
        {"low": number / 10, "deals": deals, "mean_estimate": chance / deals, "won_share": end / deals}
        for number, (deals, chance, end) in sorted(sums.items())
    ]


def require_enough(of_each: Mapping[bool, int]) -> None:
    """Go on only with enough closed deals.

    Raises:
        RefusedError: how many there are, and how many it takes.
    """
    if sum(of_each.values()) < LEAST_DEALS or min(of_each.values()) < LEAST_OF_EACH:
        raise RefusedError(
            f"{of_each[True]} won and {of_each[False]} lost deals are too few to learn from: it takes {LEAST_DEALS}, "
            f"{LEAST_OF_EACH} of each at least."
        )


def columns_for(samples: Sequence[Sample], most: int) -> Columns:
    """As many columns as the examples can bear: the days first, then stages, the amount, segments."""
    known = {one.look.deal for one in samples if one.look.value is not None}
    deals = {one.look.deal for one in samples}
    room = most - 2
    stages = frequent((one.look.deal, one.look.stage) for one in samples)[: max(0, room)]
    room -= len(stages)
    amount = len(known) >= KNOWN_SHARE * len(deals) and room >= 2
    room -= 2 * amount
    segments = frequent((one.look.deal, one.look.segment) for one in samples if one.look.segment)[: max(0, room)]
    return Columns(stages, segments, amount)


def frequent(pairs: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """Groups with enough deals, the largest first, without the very largest, with which the others are compared."""
    deals: dict[str, set[int]] = {}
    for deal, name in pairs:
        deals.setdefault(name, set()).add(deal)
    enough = [name for name in deals if len(deals[name]) >= LEAST_OF_GROUP]
    return tuple(sorted(enough, key=lambda name: (-len(deals[name]), name))[1:])


def estimate(figures: Mapping[str, Any], look: Look) -> float:
    """The probability (0–1) that a deal is won, by a model from `fit`."""
    columns = Columns(tuple(figures["stages"]), tuple(figures["segments"]), figures["amount"])
    scaled = (
        weight * (value - middle) / spread
        for weight, value, middle, spread in zip(
            figures["weights"], columns.row(look), figures["middle"], figures["spread"], strict=True
        )
    )
    return 1 / (1 + exp(-max(-30.0, min(30.0, figures["intercept"] + sum(scaled)))))
