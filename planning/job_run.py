"""What a process of the compute engine does: a batch of units, one after the other, each on its own account."""

import json
import os
import socket
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planning.use_cases import use_case


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a unit came to: a value, or an error; `again`: it may well work the next time."""

    unit: int
    value: dict[str, Any] | None
    error: str
    again: bool
    wall_s: float
    cpu_s: float
    worker: str


def run_batch(kind: str, shared: Any, units: Sequence[tuple[int, Any]]) -> list[Outcome]:
    """Compute units; an error of one does not touch the others."""
    return [run_unit(kind, shared, number, payload) for number, payload in units]


def run_unit(kind: str, shared: Any, number: int, payload: Any) -> Outcome:
    """Compute one unit."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    value, error, again = None, "", False
    try:
        value = use_case(kind).run(shared, payload)
        json.dumps(value, allow_nan=False)
    except Exception as fault:  # whatever it is, it concerns this unit alone
        value, again = None, isinstance(fault, OSError)
        error = said(fault)
    return Outcome(number, value, error, again, time.perf_counter() - wall_s, time.process_time() - cpu_s, worker)


def said(fault: BaseException) -> str:
    """An error as one line, with where it happened."""
    where = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__}: {str(fault) or 'no message'} ({os.path.basename(where.filename)}:{where.lineno})"
