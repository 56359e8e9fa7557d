"""Questions that the record cannot answer.

AskError
├── MissingError   (LookupError)  no such row, or none that may be seen
│   └── NoRouteError              no route on that day; knows the next day which has one
├── BadAreaError   (ValueError)   a box or polygon that cannot be searched
└── FaultyError    (ValueError)   answers or definitions with faults, each with its place
"""

from collections.abc import Sequence
from datetime import date


class AskError(Exception):
    """Any of them."""


class MissingError(AskError, LookupError):
    """There is no such thing; the message says what was looked for."""


class NoRouteError(MissingError):
    """The rep has no route on the day asked for."""

    def __init__(self, rep: str, day: date, next_day: date | None) -> None:
        self.day, self.next_day = day, next_day
        follows = f"the next one is on {next_day.isoformat()}" if next_day else "and none is planned after it"
        super().__init__(f"{rep} has no route on {day.isoformat()}; {follows}.")


class BadAreaError(AskError, ValueError):
    """What was given is not an area on the earth; the message says why."""


class StaleError(AskError, RuntimeError):
    """The row has another version than the one that was read; `version` is the present one."""

    def __init__(self, what: str, version: int) -> None:
        self.version = version
        super().__init__(f"{what} has been changed since you read it: it is at version {version} now.")


class RefusedError(AskError, RuntimeError):
    """It cannot be done as things stand."""


class FaultyError(AskError, ValueError):
    """What was given is not what was asked for; `faults` are where, and what was expected."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{where}: expected {what}" for where, what in self.faults[:3]))

    def below(self, part: str) -> "FaultyError":
        """The same of what is a part of something."""
        return FaultyError([(f"{part}.{where}", what) for where, what in self.faults])


class OtherUseError(AskError, ValueError):
    """The same key came with another request before."""
