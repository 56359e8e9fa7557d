"""What can be wrong with a balancing problem.

BalancingError
 ├ InvalidMoves (also ValueError)   shapes or values that cannot be meant
 ├ InvalidLead (also ValueError)    a lead or a candidate with such values
 ├ InvalidRules (also ValueError)   rules that cannot be used; knows every fault
 └ InvalidWork (also ValueError)    figures of workload that do not fit together
"""


class BalancingError(Exception):
    """Anything this package raises on purpose."""


class InvalidMoves(BalancingError, ValueError):
    """A problem whose arrays do not fit together; the text says what was given and what was expected."""


class InvalidLead(BalancingError, ValueError):
    """A lead or a candidate that cannot be meant; the text names it, the field, what was given and expected."""


class InvalidRules(BalancingError, ValueError):
    """Rules that cannot be used; `faults` has one sentence each, with rule, field, given and expected."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(faults[0] + more)


class InvalidWork(BalancingError, ValueError):
    """Figures of workload that do not fit together; the text says what was given and what was expected."""
