"""Workload, fairness and the fewest transfers that restore balance."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from balancing.challenge import Answer, price_of_having, price_of_keeping
    from balancing.check import check_moves
    from balancing.choice import Choice, Step, Strategy
    from balancing.choice_kept import choice_data, replay
    from balancing.choose import choose_rep
    from balancing.curve import CurvePoint, trade_off
    from balancing.deal import DryRun, dry_run
    from balancing.errors import BalancingError, InvalidLead, InvalidMoves, InvalidRules, InvalidWork
    from balancing.fairness import Evenness, deviation, evenness, gini, spread
    from balancing.lead import Candidate, Lead
    from balancing.lead_fairness import FairnessReport, Given, fairness_report
    from balancing.moves import lower_bound, suggest_moves
    from balancing.net_time import NetTime, days_between
    from balancing.price import PriceWeights, price_terms
    from balancing.problem import Budget, Move, MoveProblem, Proposal
    from balancing.rules import RuleSet
    from balancing.rules_read import read_rules, rules_of
    from balancing.sales import Sales
    from balancing.strategies import STRATEGIES
    from balancing.what_if import Outcome, carry_over, rep_joins, rep_splits, reps_leave, reps_merge
    from balancing.workload import Basis, Entry, Work

__all__ = [
    "MoveProblem",
    "suggest_moves",
    "Proposal",
    "Move",
    "lower_bound",
    "PriceWeights",
    "price_terms",
    "Budget",
    "trade_off",
    "CurvePoint",
    "price_of_keeping",
    "price_of_having",
    "Answer",
    "Outcome",
    "reps_leave",
    "carry_over",
    "rep_joins",
    "rep_splits",
    "reps_merge",
    "check_moves",
    "deviation",
    "gini",
    "spread",
    "evenness",
    "Evenness",
    "Work",
    "Entry",
    "Basis",
    "NetTime",
    "days_between",
    "Sales",
    "choose_rep",
    "Choice",
    "Strategy",
    "Step",
    "STRATEGIES",
    "Lead",
    "Candidate",
    "RuleSet",
    "read_rules",
    "rules_of",
    "dry_run",
    "DryRun",
    "choice_data",
    "replay",
    "fairness_report",
    "FairnessReport",
    "Given",
    "BalancingError",
    "InvalidMoves",
    "InvalidLead",
    "InvalidRules",
    "InvalidWork",
]

_HOME = {
    "PriceWeights": "price",
    "price_terms": "price",
    "Budget": "problem",
    "trade_off": "curve",
    "CurvePoint": "curve",
    "price_of_keeping": "challenge",
    "price_of_having": "challenge",
    "Answer": "challenge",
    "Outcome": "what_if",
    "reps_leave": "what_if",
    "carry_over": "what_if",
    "rep_joins": "what_if",
    "rep_splits": "what_if",
    "reps_merge": "what_if",
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
    "choose_rep": "choose",
    "Choice": "choice",
    "Strategy": "choice",
    "Step": "choice",
    "STRATEGIES": "strategies",
    "Lead": "lead",
    "Candidate": "lead",
    "RuleSet": "rules",
    "read_rules": "rules_read",
    "rules_of": "rules_read",
    "dry_run": "deal",
    "DryRun": "deal",
    "choice_data": "choice_kept",
    "replay": "choice_kept",
    "fairness_report": "lead_fairness",
    "FairnessReport": "lead_fairness",
    "Given": "lead_fairness",
    "InvalidLead": "errors",
    "InvalidRules": "errors",
    "evenness": "fairness",
    "Evenness": "fairness",
    "Work": "workload",
    "Entry": "workload",
    "Basis": "workload",
    "NetTime": "net_time",
    "days_between": "net_time",
    "Sales": "sales",
    "InvalidWork": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'balancing' has no attribute {name!r}")
    return getattr(import_module(f"balancing.{_HOME[name]}"), name)
