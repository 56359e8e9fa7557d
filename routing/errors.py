"""What may go wrong in this package.

    RoutingError
    └── BadProblemError (also ValueError)    the question itself makes no sense; names what was given and expected

A visit that does not fit is no error: it comes back in `unserved` with its reason.
"""


class RoutingError(Exception):
    """Everything this package raises on purpose."""


class BadProblemError(RoutingError, ValueError):
    """The question itself makes no sense: what was given, and what was expected."""
