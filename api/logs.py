"""The log: lines for people, or one JSON object a line for programs; both say which request or job they belong to.

What people send is never logged: no bodies, no headers, no queries; a path is logged by its pattern.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from planning.log_context import CONTEXT

Form = Literal["text", "json"]


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `message`, what it belongs to, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **CONTEXT.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same on one line for people; what somebody sent begins no line of its own, and moves no cursor."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = printable(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        facts = {**CONTEXT.get(), **getattr(record, "facts", {})}
        said = " ".join(f"{name}={value}" for name, value in facts.items())
        return f"{line} [{said}]" if said else line


def printable(text: str) -> str:
    """The text with line breaks and control characters as they are written in Python."""
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def begin_log(form: Form, level: str) -> None:
    """Write our log to standard error in this form, from this level on; of other packages only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    text = TextLines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else text)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("bailiwick").setLevel(level.upper())
