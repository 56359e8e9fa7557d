"""What can be wrong with what a plan is made from.

PlanningError
 ├ CheckFailed                    an answer broke its own rules: a fault of the program, nothing is written
 └ TableError (also ValueError)   a file cannot be used; the command line ends with code 2
"""

from collections.abc import Sequence

MOST_CHARACTERS = 1000


class PlanningError(Exception):
    """Anything that keeps a plan from being made; its text is one sentence for a person."""


class TableError(PlanningError, ValueError):
    """A file as a whole cannot be used: what was given, what was expected, what to do.

    What a file holds may be as long as it likes; of a sentence with more than that the middle is left out.
    """

    def __init__(self, sentence: str) -> None:
        if len(sentence) > MOST_CHARACTERS:
            sentence = f"{sentence[: MOST_CHARACTERS // 2]} … {sentence[-MOST_CHARACTERS // 2 :]}"
        super().__init__(sentence)


class CheckFailed(PlanningError):
    """A solver's answer did not pass its independent check."""


def require(faults: Sequence[str], what: str) -> None:
    """Go on only when a check found nothing.

    Raises:
        CheckFailed: with the first faults.
    """
    if faults:
        raise CheckFailed(f"{what} failed its own check, so nothing was written: {'; '.join(faults[:3])}")
