"""`choose_rep`: who gets the next lead, by which rule and why."""

from collections.abc import Sequence

from balancing.choice import Choice, Step, Strategy, compare
from balancing.errors import InvalidLead
from balancing.lead import Candidate, Lead
from balancing.rules import RuleSet

Asked = Strategy | RuleSet


def choose_rep(lead: Lead, candidates: Sequence[Candidate], strategy: str | Asked) -> Choice:
    """Choose who gets `lead`: by a strategy's name (see `STRATEGIES`), a combination, or ordered rules.

    Nobody being possible is an answer: `rep` is None then and `why` says what ruled each one out. Same inputs, same
    choice, in whichever order the candidates come.

    Raises:
        InvalidRules: no such strategy.
        InvalidLead: two candidates have the same id.
    """
    group = tuple(candidates)
    ids = [candidate.id for candidate in group]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InvalidLead(f"candidate {twice!r} comes twice, expected once")
    if isinstance(strategy, RuleSet):
        return strategy.choose(lead, group)
    return compare(lead, group, strategy_named(strategy) if isinstance(strategy, str) else strategy)


def strategy_named(name: str) -> Strategy:
    """One strategy alone, by its public name.

    Raises:
        InvalidRules: there is no such name.
    """
    return Strategy((Step(name),))
