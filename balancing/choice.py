"""A choice among candidates: how they are compared (`Strategy`), and the answer with its reasons (`Choice`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

from balancing.errors import InvalidRules
from balancing.lead import Candidate, Lead
from balancing.strategies import STRATEGIES, Mark

if TYPE_CHECKING:
    from balancing.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison; keys that fall into the same `step` (in the key's unit) count as equal, 0: only equal ones do."""

    by: str
    step: float = 0.0

    def __post_init__(self) -> None:
        if self.by not in STRATEGIES:
            raise InvalidRules((f"strategy: given {self.by!r}, expected one of {', '.join(STRATEGIES)}",))
        if not (isfinite(self.step) and self.step >= 0):
            raise InvalidRules((f"step of {self.by}: given {self.step!r}, expected a number of 0 or more",))

    def place_of(self, mark: Mark) -> float:
        """The key to sort by."""
        return floor(mark.key / self.step) if self.step and isfinite(mark.key) else mark.key


@dataclass(frozen=True, slots=True)
class Strategy:
    """A combination: `filters` only rule out, the steps of `order` compare one after the other.

    A step rules out too, as its strategy does. What is still equal goes by the candidates' ids.
    """

    order: tuple[Step, ...]
    filters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.filters:
            Step(name)
        if not self.order:
            raise InvalidRules(("order: given nothing, expected at least one strategy",))


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate as it was looked at: its keys in the order of the steps, or why it was ruled out."""

    rep: str
    words: str
    keys: tuple[float, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the lead (`rep` None: nobody can), why, and everything that was looked at.

    `rule` and `rules` (name and version) are empty where a strategy was named directly. `lead`, `candidates` and
    `asked` are the inputs: `balancing.replay` makes the same choice from them again.
    """

    lead: Lead
    rep: str | None
    why: str
    considered: tuple[Considered, ...]
    candidates: tuple[Candidate, ...]
    asked: "Strategy | RuleSet"
    rule: str = ""
    rules: str = ""


def compare(lead: Lead, candidates: tuple[Candidate, ...], strategy: Strategy) -> Choice:
    """The best of `candidates` by one strategy."""
    looked = tuple(consider(lead, candidate, strategy) for candidate in candidates)
    fit = [row for row in looked if not row.refused]
    if not fit:
        reasons = "; ".join(f"{row.rep}: {row.words}" for row in looked[:5]) or "there are no candidates"
        more = f" and {len(looked) - 5} more" if len(looked) > 5 else ""
        return Choice(lead, None, f"nobody: {reasons}{more}", looked, candidates, strategy)
    best = min(fit, key=lambda row: (*row.keys, row.rep))
    return Choice(lead, best.rep, reason(best, fit, strategy), looked, candidates, strategy)


def consider(lead: Lead, candidate: Candidate, strategy: Strategy) -> Considered:
    """Look at one candidate: the first refusal counts."""
    if not candidate.present:
        return Considered(candidate.id, "is absent", refused=True)
    for name in strategy.filters:
        mark = STRATEGIES[name](lead, candidate)
        if mark.refused:
            return Considered(candidate.id, mark.words, refused=True)
    keys, words = [], []
    for step in strategy.order:
        mark = STRATEGIES[step.by](lead, candidate)
        if mark.refused:
            return Considered(candidate.id, mark.words, refused=True)
        keys.append(step.place_of(mark))
        words.append(mark.words)
    return Considered(candidate.id, ", ".join(words), tuple(keys))


def reason(best: Considered, fit: Sequence[Considered], strategy: Strategy) -> str:
    """One sentence: by which step the best one won, and against how many."""
    others = [row for row in fit if row is not best]
    names = " then ".join(step.by for step in strategy.order)
    filtered = f" among those who pass {', '.join(strategy.filters)}" if strategy.filters else ""
    if not others:
        return f"{best.rep} is the only one possible by {names}{filtered}: {best.words}"
    tied = sum(row.keys == best.keys for row in others)
    by = f"first of {len(fit)} by {names}{filtered}"
    tie = f"; {tied} more are equal, the first id counts" if tied else ""
    return f"{best.rep} is {by}: {best.words}{tie}"


def strategy_data(strategy: Strategy) -> dict[str, Any]:
    """The combination as plain values; `strategy_of` reads them."""
    order = [step.by if not step.step else {"by": step.by, "step": step.step} for step in strategy.order]
    return {"filters": list(strategy.filters), "order": order}


def strategy_of(data: Mapping[str, Any]) -> Strategy:
    """The other way round."""
    steps = tuple(Step(item) if isinstance(item, str) else Step(item["by"], item["step"]) for item in data["order"])
    return Strategy(steps, tuple(data["filters"]))
