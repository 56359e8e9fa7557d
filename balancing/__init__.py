"""Workload, fairness and the fewest transfers that restore balance."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from balancing.check import check_moves
    from balancing.errors import BalancingError, InvalidMoves
    from balancing.fairness import deviation, gini, spread
    from balancing.moves import lower_bound, suggest_moves
    from balancing.problem import Move, MoveProblem, Proposal

__all__ = [
    "MoveProblem",
    "suggest_moves",
    "Proposal",
    "Move",
    "lower_bound",
    "check_moves",
    "deviation",
    "gini",
    "spread",
    "BalancingError",
    "InvalidMoves",
]

_HOME = {
    "MoveProblem": "problem",
    "suggest_moves": "moves",
    "Proposal": "problem",
    "Move": "problem",
    "lower_bound": "moves",
    "check_moves": "check",
    "deviation": "fairness",
    "gini": "fairness",
    "spread": "fairness",
    "BalancingError": "errors",
    "InvalidMoves": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'balancing' has no attribute {name!r}")
    return getattr(import_module(f"balancing.{_HOME[name]}"), name)
