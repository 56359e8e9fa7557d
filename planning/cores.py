"""How many cores planning takes, by one rule for the command line, the API and jobs.

Whole questions are shared out (reps' weeks, days), never one search: the plan is the same whatever the number.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor


def allowed_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def free_cores(most: int | None = None) -> int:
    """Cores that nobody was busy on in the last minute: at least one, at most `most`."""
    allowed = allowed_cores()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    idle = (os.cpu_count() or 1) - round(load)
    return max(1, min(idle, allowed, most or allowed))


def side_by_side[Q, A](work: Callable[[Q], A], questions: Sequence[Q], workers: int) -> Iterator[A]:
    """The answers in the order of the questions, `workers` of them sought at once in threads.

    Threads are enough, since the compiled searches hold no interpreter lock. A fault, or Ctrl-C, ends what is under
    way with its present question and leaves the others unasked.
    """
    if workers <= 1 or len(questions) <= 1:
        yield from map(work, questions)
        return
    pool = ThreadPoolExecutor(min(workers, len(questions)))
    try:
        for asked in [pool.submit(work, question) for question in questions]:
            yield asked.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
