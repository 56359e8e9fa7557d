"""A planned day of a team, asked for room: which slots can be offered, and who is near and due.

`--size REPS/VISITS-EACH` (default 20/25), `--budget-s` CPU seconds for the plan (default 5). A question is a new visit
of 20 minutes at one of 100 places, with and without lunch in the plan; the cost is the 95th percentile in milliseconds
of CPU and fails above 50.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.contract import Options, Row
from benchmarks.generated_teams import MINUTE, generated_team
from geo.limits import Limits
from routing import TeamPlan, TeamProblem, Visit, near_and_due, offer_slots, plan_team

QUESTIONS, LIMIT_MS, NEW_S = 100, 50.0, 20 * MINUTE


def run(options: Options) -> Iterator[Row]:
    reps, each = reps_and_visits(options.size or "20/25")
    for lunch in (False, True):
        problem = generated_team(options.seed, reps=reps, each=each, lunch=lunch)
        plan = plan_team(problem, limits=Limits(cpu_s=options.budget_s or 5.0), seed=options.seed)
        name = f"seed{options.seed}-{'lunch' if lunch else 'plain'}"
        yield asked(f"slots-{name}", problem, partial(offered, problem, plan))
        yield asked(f"near-{name}", problem, partial(near, problem, plan))


def reps_and_visits(text: str) -> tuple[int, int]:
    """ "20/25" as two numbers.

    Raises:
        ValueError: it is something else.
    """
    parts = text.split("/")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) for part in parts):
        raise ValueError(f"--size must be REPS/VISITS-EACH such as 20/25, got {text!r}")
    return int(parts[0]), int(parts[1])


def offered(problem: TeamProblem, plan: TeamPlan, visit: Visit) -> int:
    """How many slots the whole team has for it."""
    return len(offer_slots(problem, plan, visit))


def near(problem: TeamProblem, plan: TeamPlan, visit: Visit) -> int:
    """How many of 50 candidates of the team fit into the day of one rep."""
    return len(near_and_due(problem.day(0), plan.days[0], [visit, *problem.visits[:49]]))


def asked(name: str, problem: TeamProblem, question: Callable[[Visit], int]) -> Row:
    """The time of one question, 95th percentile of 100."""
    spent_ms, answers = [], 0
    began_wall = time.perf_counter()
    for number in range(QUESTIONS):
        place = problem.visits[number * len(problem.visits) // QUESTIONS].place
        began = time.process_time()
        answers += question(Visit(place, NEW_S))
        spent_ms.append((time.process_time() - began) * 1000)
    p50_ms, p95_ms = (float(np.percentile(spent_ms, share)) for share in (50, 95))
    why = f"{answers / QUESTIONS:.0f} answers a question, median {p50_ms:.1f} ms"
    wall_s = time.perf_counter() - began_wall
    n = len(problem.visits)
    return Row(name, n, p95_ms, LIMIT_MS, p95_ms <= LIMIT_MS, why, sum(spent_ms) / 1000, wall_s)
