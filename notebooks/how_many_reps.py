# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How many reps does this team need?
#
# Too few, and visits fall away; too many, and paid hours stay empty. This study plans the same accounts for several
# team sizes and compares the hours needed with the hours the team has.
#
# The accounts are the larger towns of Denmark, with an invented visit policy. Put your own file in their place with
# `Plan.from_file(Path("accounts.csv"), options=options)`.

# %%
from datetime import date

import pandas as pd

from planning.demo import demo_of_towns
from planning.options import PlanOptions

options = PlanOptions(starts_on=date(2026, 3, 2), weeks=4, seed=1)
plan = demo_of_towns("DK", options)
print(plan.title, "-", len(plan.table.accounts), "accounts")
for note in plan.notes:
    print("*", note)

# %% [markdown]
# ## What each size costs
#
# Every row below is a whole plan: territories built, four weeks of days routed, hours added up. `used` is the workload
# of the fullest rep as a share of the net hours a rep has in these weeks.

# %%
rows = []
for reps in (1, 2, 3):
    result = plan.with_team(reps).solve()
    rows.append(
        {
            "reps": reps,
            "service h": sum(rep.service_h for rep in result.reps),
            "driving h": sum(rep.drive_h for rep in result.reps),
            "used": max(rep.workload_h / rep.capacity_h for rep in result.reps),
            "visits due": result.visits_due,
            "visits planned": result.visits_planned,
            "largest deviation": result.max_deviation,
        }
    )
sizes = pd.DataFrame(rows).set_index("reps")
sizes.round(3)

# %% [markdown]
# ## The answer
#
# The smallest team whose fullest rep stays within the net hours, with every visit planned.

# %%
enough = sizes[(sizes["used"] <= 1) & (sizes["visits planned"] == sizes["visits due"])]
answer = int(enough.index.min()) if len(enough) else None
print("Reps needed:", answer if answer is not None else f"more than {int(sizes.index.max())}")
assert answer is None or answer in sizes.index
