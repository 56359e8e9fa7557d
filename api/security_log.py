"""What the log says of signing in and of what was refused (ASVS 16.3): failures as warnings, the rest from `info` on.

Who is named is a user of the record: what somebody typed that is nobody's name may be a password.
"""

import logging
from typing import Literal

from starlette.types import Scope

from api.problems import pattern
from crm.database import Database
from planning.record_errors import MissingError
from planning.users import user_named

log = logging.getLogger("bailiwick.security")

Event = Literal[
    "signed in", "password right, code wanted", "signed out", "password changed", "session ended", "token revoked",
    "wrong name or password", "wrong code", "made to wait", "too late for the code", "wrong present password",
    "not allowed", "token not good",
]  # fmt: skip
FINE = frozenset(
    {"signed in", "password right, code wanted", "signed out", "password changed", "session ended", "token revoked"}
)


def noted(scope: Scope, event: Event, user: str = "") -> None:
    """Write down what happened, to whom, and from where."""
    client = scope.get("client")
    facts = {"event": event, "path": pattern(scope), "from": str(client[0]) if client else ""}
    who = user or scope.get("bailiwick.user_id")
    level = logging.INFO if event in FINE else logging.WARNING
    log.log(level, "security", extra={"facts": facts | ({"user": who} if who else {})})


def users_name(database: Database, typed: str) -> str:
    """The name of the user that was typed; empty where nobody has it."""
    try:
        with database.read() as session:
            return user_named(session, typed).name
    except MissingError:
        return ""
