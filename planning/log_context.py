"""What a line of the log belongs to: the request, the job. Set where the work begins, read where lines are written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

CONTEXT: ContextVar[Mapping[str, Any]] = ContextVar("bailiwick_log_context", default={})  # noqa: B039


@contextmanager
def belonging(**facts: Any) -> Iterator[None]:
    """Every line that is logged inside carries these facts, such as `request_id` or `job_id`."""
    token = CONTEXT.set({**CONTEXT.get(), **facts})
    try:
        yield
    finally:
        CONTEXT.reset(token)
