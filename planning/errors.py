"""What can be wrong with what a plan is made from.

PlanningError
 └ TableError (also ValueError)   a file cannot be used; the command line ends with code 2
"""


class PlanningError(Exception):
    """Anything that keeps a plan from being made; its text is one sentence for a person."""


class TableError(PlanningError, ValueError):
    """A file as a whole cannot be used: what was given, what was expected, what to do."""
