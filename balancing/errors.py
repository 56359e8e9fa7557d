"""What can be wrong with a balancing problem.

BalancingError
 └ InvalidMoves (also ValueError)   shapes or values that cannot be meant
"""


class BalancingError(Exception):
    """Anything this package raises on purpose."""


class InvalidMoves(BalancingError, ValueError):
    """A problem whose arrays do not fit together; the text says what was given and what was expected."""
