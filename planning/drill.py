"""A fire drill: units that take a while and do nothing, to see that jobs run, and what happens when one does not."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm.tables import ActKind
from planning.record_errors import RefusedError
from planning.use_case import Asked, Prepared, Unit

MOST_UNITS = 100_000
MOST_SECONDS = 600.0
FAULTS = ("error", "death", "for_ever")


class Drill:
    """`units` units of `seconds` CPU seconds each; unit number `poison` goes wrong in the way `fault` says."""

    act = ActKind.EDIT
    limit_s = MOST_SECONDS

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        units, seconds = what.get("units", 1), what.get("seconds", 1.0)
        if type(units) is not int or not 1 <= units <= MOST_UNITS:
            raise RefusedError(f"units: expected a whole number from 1 to {MOST_UNITS:,}, got {units!r}.")
        if not isinstance(seconds, (int, float)) or not 0 <= seconds <= MOST_SECONDS:
            raise RefusedError(f"seconds: expected a number from 0 to {MOST_SECONDS:g}, got {seconds!r}.")
        if what.get("fault", FAULTS[0]) not in FAULTS:
            raise RefusedError(f"fault: expected one of {', '.join(FAULTS)}, got {what['fault']!r}.")
        return f"Drill of {units:,} units of {seconds:g} s"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        self.title(session, asked.what)
        count, poison = asked.what.get("units", 1), asked.what.get("poison")
        fault = asked.what.get("fault", FAULTS[0])
        seconds = float(asked.what.get("seconds", 1.0))
        return Prepared(
            [
                Unit(f"unit {number}", (number, fault if number == poison else ""), "1")
                for number in range(1, count + 1)
            ],
            shared=seconds,
        )

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        number, fault = payload
        if fault == "error":
            raise ValueError("this unit was asked to fail")
        if fault == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        until = time.process_time() + shared
        while fault == "for_ever" or time.process_time() < until:
            sum(range(1000))
        return {"number": number}

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        return {"units": len(results), "sum": sum(result["number"] for result in results.values())}
