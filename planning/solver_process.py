"""A process of its own for solvers: it is loaded once, stays warm, and the process that serves requests loads none.

Searches hold the interpreter's lock, so that a server which searched itself would answer nobody meanwhile. What takes
longer than a person waits belongs into a job.
"""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from threading import Lock
from typing import Any, Protocol

WAIT_S = 20.0
"""How long a caller waits; only the first question of all, which loads the solvers, takes more than a moment."""


MOST = 4
"""Each process holds the solvers, and the roads of the region."""


class SolverBusyError(RuntimeError):
    """No answer within the time; the question may be asked again."""

    def __init__(self) -> None:
        super().__init__("The planner is busy; nothing was changed. Try again in a moment.")


class Solver(Protocol):
    """Whatever runs a module's function with arguments that can be pickled, and gives back what it returns."""

    def __call__[T](self, work: Callable[..., T], *given: Any) -> T: ...

    def warm(self, work: Callable[..., Any], *given: Any) -> None: ...

    def close(self) -> None: ...


class SolverProcess:
    """A solver process, begun when first needed and again when it died; up to `most` of them while all are busy."""

    def __init__(self, wait_s: float = WAIT_S, most: int = 1) -> None:
        self._wait_s, self._most, self._lock = wait_s, min(most, MOST), Lock()
        self._pool: ProcessPoolExecutor | None = None

    def __call__[T](self, work: Callable[..., T], *given: Any) -> T:
        """What `work(*given)` returns over there, or whatever it raises.

        Raises:
            SolverBusyError: it took too long, or the process died twice.
        """
        for _ in range(2):
            asked = self._submit(work, *given)
            try:
                answer: T = asked.result(self._wait_s)
                return answer
            except TimeoutError:
                asked.cancel()
                raise SolverBusyError from None
            except BrokenProcessPool:
                self.close()
        raise SolverBusyError

    def warm(self, work: Callable[..., Any], *given: Any) -> None:
        """Have it run something without waiting, unless the process is there already."""
        with self._lock:
            begun = self._pool is not None
        if not begun:
            self._submit(work, *given)

    def _submit(self, work: Callable[..., Any], *given: Any) -> "Future[Any]":
        with self._lock:
            for _ in range(2):
                if self._pool is None:
                    self._pool = ProcessPoolExecutor(self._most, mp_context=get_context("spawn"))
                with suppress(BrokenProcessPool):
                    return self._pool.submit(work, *given)
                self._pool = None
        raise SolverBusyError

    def close(self) -> None:
        """End the process; a search under way is not waited for."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is None:
            return
        working = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in working:
            process.terminate()
