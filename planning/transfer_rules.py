"""What transfers are asked for: how much each term of the price counts, and what caps hold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from balancing.price import REST_MONTHS, PriceWeights
from planning.record_errors import RefusedError


@dataclass(frozen=True, slots=True)
class TransferRules:
    """Weights of the terms and caps on what changes hands.

    most_given, most_taken: accounts per rep. accounts_share, hours_share, revenue_share: the part (0–1) of all accounts
    (hours, revenue) that changes hands at most. rest_months: accounts transferred more recently stay.
    revenue_band: how far from its share (0.3 for ±30 %) every territory's revenue may lie, besides its hours.
    """

    weights: PriceWeights = field(default_factory=PriceWeights)
    most_given: int | None = None
    most_taken: int | None = None
    accounts_share: float | None = None
    hours_share: float | None = None
    revenue_share: float | None = None
    rest_months: float = REST_MONTHS
    revenue_band: float | None = None

    @property
    def by_count(self) -> bool:
        """Every account counts the same."""
        return self.weights == PriceWeights(account=self.weights.account)

    def data(self) -> dict[str, Any]:
        """As plain values, for a job's row; `rules_of` reads it."""
        return asdict(self)


def rules_of(data: Mapping[str, Any] | None) -> TransferRules:
    """The rules that plain values describe; what is not named keeps its default.

    Raises:
        RefusedError: a name that is not known, or a value out of range.
    """
    given = dict(data or {})
    weights = given.pop("weights", None) or {}
    _known(weights, PriceWeights, "weights")
    _known(given, TransferRules, "rules")
    rules = TransferRules(weights=PriceWeights(**weights), **given)
    if rules.weights.account <= 0:
        raise RefusedError(f"weights.account: expected more than 0, got {rules.weights.account}.")
    for name in ("accounts_share", "hours_share", "revenue_share"):
        share = getattr(rules, name)
        if share is not None and not 0 <= share <= 1:
            raise RefusedError(f"{name}: expected a share between 0 and 1, got {share}.")
    if rules.revenue_band is not None and not rules.revenue_band > 0:
        raise RefusedError(f"revenue_band: expected more than 0, got {rules.revenue_band}.")
    return rules


def _known(given: Mapping[str, Any], kind: type, what: str) -> None:
    names = {one.name for one in fields(kind)}
    unknown = sorted(given.keys() - names)
    if unknown:
        raise RefusedError(f"{what}: unknown {unknown[0]!r}, expected {', '.join(sorted(names))}.")
    below = sorted(name for name, value in given.items() if isinstance(value, (int, float)) and not 0 <= value < 1e9)
    if below:
        raise RefusedError(f"{what}: {below[0]} must be 0 or more, got {given[below[0]]}.")
