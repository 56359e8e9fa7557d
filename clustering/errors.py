"""What can be wrong with a zone problem.

ZoneError
└── InvalidProblem (also a ValueError): the input contradicts itself; says what was given and what was expected.

A wish that cannot be met (an account larger than a band, locks that break the balance) is no error: the plan comes
back with a note.
"""


class ZoneError(Exception):
    """Everything this package raises on its own account."""


class InvalidProblem(ZoneError, ValueError):
    """The problem as given makes no sense; the message names the field."""
