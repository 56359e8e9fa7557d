"""Figures for Prometheus, in its text format: requests, jobs, the process. Kept in memory, one set a process."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AttemptEnd, Job, JobAttempt, JobState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
job, attempt = table_of(Job), table_of(JobAttempt)


@dataclass
class Requests:
    """How many requests were answered with which status, and how long the answers took, by pattern of the path."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    count: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    within: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    total_s: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    def note(self, method: str, path: str, status: int, took_s: float) -> None:
        """One more answer."""
        with self.lock:
            self.count[method, path, status] += 1
            self.total_s[method, path] += took_s
            within = self.within.setdefault((method, path), [0] * (len(BUCKETS_S) + 1))
            within[next((at for at, limit in enumerate(BUCKETS_S) if took_s <= limit), len(BUCKETS_S))] += 1

    def lines(self) -> Iterable[str]:
        """In Prometheus's format."""
        with self.lock:
            yield from head("bailiwick_requests_total", "counter", "Requests answered.")
            for (method, path, status), number in sorted(self.count.items()):
                labels = {"method": method, "path": path, "status": status}
                yield sample("bailiwick_requests_total", labels, number)
            name = "bailiwick_request_seconds"
            yield from head(name, "histogram", "Time until an answer was complete.")
            for (method, path), within in sorted(self.within.items()):
                so_far = 0
                for limit, number in zip((*BUCKETS_S, "+Inf"), within, strict=True):
                    so_far += number
                    yield sample(f"{name}_bucket", {"method": method, "path": path, "le": limit}, so_far)
                yield sample(f"{name}_sum", {"method": method, "path": path}, self.total_s[method, path])
                yield sample(f"{name}_count", {"method": method, "path": path}, so_far)


def head(name: str, kind: str, text: str) -> tuple[str, str]:
    """The two lines before the samples of a name."""
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def sample(name: str, labels: Mapping[str, Any], value: float) -> str:
    """One line."""
    said = ",".join(f'{label}="{escaped(str(text))}"' for label, text in labels.items())
    return f"{name}{{{said}}} {value:g}" if said else f"{name} {value:g}"


def escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def job_lines(session: Session, now: datetime) -> Iterable[str]:
    """How many jobs are in which state, how long the oldest has waited, and how units ended."""
    yield from head("bailiwick_jobs", "gauge", "Jobs by kind and state.")
    of = job.c.kind, job.c.state
    for kind, state, number in session.execute(select(*of, func.count()).group_by(*of).order_by(*of)):
        yield sample("bailiwick_jobs", {"kind": kind, "state": state}, number)
    yield from head("bailiwick_job_oldest_waiting_seconds", "gauge", "Age of the job that has waited longest.")
    oldest = session.scalar(select(func.min(job.c.asked_at)).where(job.c.state == JobState.QUEUED))
    waited_s = (now - oldest).total_seconds() if oldest else 0.0
    yield sample("bailiwick_job_oldest_waiting_seconds", {}, max(0.0, waited_s))
    yield from head("bailiwick_job_attempts_total", "counter", "Attempts at units of jobs, by how they ended.")
    rows = session.execute(select(attempt.c.end, func.count()).group_by(attempt.c.end))
    ends = {row[0]: int(row[1]) for row in rows}
    for end in AttemptEnd:
        yield sample("bailiwick_job_attempts_total", {"end": end.value}, ends.get(end, 0))


def process_lines(streams: int) -> Iterable[str]:
    """This process: CPU, memory, streams of progress that are open."""
    yield from head("process_cpu_seconds_total", "counter", "CPU of this process.")
    yield sample("process_cpu_seconds_total", {}, time.process_time())
    if (resident := resident_bytes()) is not None:
        yield from head("process_resident_memory_bytes", "gauge", "Memory of this process.")
        yield sample("process_resident_memory_bytes", {}, resident)
    yield from head("bailiwick_streams", "gauge", "Streams of progress that are open.")
    yield sample("bailiwick_streams", {}, streams)


def resident_bytes() -> int | None:
    """Where the system says so in /proc."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return None
