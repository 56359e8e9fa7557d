"""A day of 12 stops in a fresh process, and in a warm one.

Each row is the CPU seconds since the process began, its limit the reference; medians of `--size` processes (default 5).
`first`: the interpreter, imports with OR-Tools and a feasible day with nothing compiled in it; `proven`: the optimum as
well, compiled code loaded from its cache (made beforehand); `warm`: one more proven day in the same process.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.contract import Options, Row

VISITS = 12
LIMITS_S = {"first": 1.0, "proven": 4.0, "warm": 0.015}
CHILD = """
import json, sys, time
import numpy
from benchmarks.generated_days import generated_day
from routing import check_day, plan_day
assert not {"ortools", "numba"} & set(sys.modules)
days = [generated_day(VISITS, SEED + k) for k in range(21)]
spent, faults = {"imports": [time.process_time()]}, []
def timed(name, problem, proof):
    began = time.process_time()
    plan = plan_day(problem, proof=proof)
    spent.setdefault(name, []).append(time.process_time() - began)
    faults.extend(check_day(problem, plan))
    assert plan.proven or not proof
generated = time.process_time() - spent["imports"][0]
timed("first", days[0], False)
spent["first"] = [time.process_time() - generated]
assert "numba" not in sys.modules
timed("proven", days[0], True)
spent["proven"] = [time.process_time() - generated]
for day in days[1:]:
    timed("warm", day, True)
print(json.dumps({"faults": faults, **{name: sorted(values)[len(values) // 2] for name, values in spent.items()}}))
"""


def run(options: Options) -> Iterator[Row]:
    code = CHILD.replace("VISITS", str(VISITS)).replace("SEED", str(options.seed))
    answers = [fresh_process(code) for _ in range(1 + int(options.size or 5))][1:]  # the first one fills the cache
    for name, limit_s in LIMITS_S.items():
        spent = [float(str(answer[name])) for answer in answers]
        cpu_s, faults = median(spent), [fault for answer in answers for fault in list_of(answer["faults"])]
        why = "; ".join(faults[:3]) or f"{min(spent):.3f} … {max(spent):.3f} s in {len(spent)} processes"
        yield Row(f"{name}-{VISITS}", VISITS, cpu_s, limit_s, not faults and cpu_s <= limit_s, why, cpu_s, cpu_s)


def fresh_process(code: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def list_of(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []
