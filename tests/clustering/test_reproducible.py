"""What may not change a plan, and what a budget of time does."""

import os
import subprocess
import sys

import numpy as np

from clustering import ZoneProblem, build_zones, check_zones
from geo.limits import Limits

PROGRAM = """
import zlib
import numpy as np
from clustering import ZoneProblem, build_zones
from geo.limits import Limits
rng = np.random.default_rng(5)
problem = ZoneProblem(rng.random((800, 2)) * 1e5, rng.lognormal(0, 0.7, (800, 2)), 8)
plan = build_zones(problem, limits=Limits(iterations=1))
print(zlib.crc32(plan.zone.tobytes()), plan.certificate.lower_bound)
"""


def plan_with(threads: str) -> str:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = os.environ | dict.fromkeys(names, threads)
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_number_of_threads_changes_nothing() -> None:
    assert plan_with("1") == plan_with("2") != ""


def test_without_time_there_is_still_the_plan_of_one_run() -> None:
    rng = np.random.default_rng(6)
    problem = ZoneProblem(rng.random((400, 2)) * 1e5, rng.lognormal(0, 0.7, 400), 6)
    hurried = build_zones(problem, limits=Limits(cpu_s=1e-6))
    assert check_zones(problem, hurried) == []
    assert hurried.max_deviation <= 0.05 + 1e-9
    calm = build_zones(problem)
    assert calm.certificate.cost <= hurried.certificate.cost
