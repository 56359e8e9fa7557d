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
from dataclasses import asdict
from datetime import date

import pandas as pd
from IPython.display import SVG

from planning.demo import demo_of_towns
from planning.options import PlanOptions

options = PlanOptions(starts_on=date(2026, 3, 2), weeks=4, seed=1)
plan = demo_of_towns("DK", options)
print(plan.title, "-", len(plan.table.accounts), "accounts")
for note in plan.notes:
    print("*", note)

# %% [markdown]
# ## A first look at the whole curve
#
# Before any day is planned, the hours of a year can be estimated for every size: visits and the way to them, against
# the net hours of a rep. Where it is known what the visits bring (here: a fifth of the invented sales), the curve shows
# what one rep more adds. A bar is what the visits bring less what the team costs.

# %%
curve = plan.sizing(margin=0.2)
choices = pd.DataFrame([asdict(choice) for choice in curve.choices]).set_index("reps")
choices["surplus"] = choices["contribution"] - choices["cost"]
print(curve.reason)
shown = choices[["drive_h", "largest_use", "served", "cost", "contribution", "marginal", "surplus"]]
money = dict.fromkeys(["cost", "contribution", "marginal", "surplus"], "{:,.0f}")
hours = {"drive_h": "{:,.0f}", "largest_use": "{:.2f}", "served": "{:.0%}"}
styled = (shown.round(dict.fromkeys(money, 0)) + 0.0).style.format(money | hours, na_rep="–")
styled.bar(subset=["surplus", "marginal"], color="#88ccee")

# %% [markdown]
# The same as a line: reps from left to right, upwards the hours the fullest territory needs as a share of a rep's year.

# %%
reps, use = choices.index.to_numpy(), choices["largest_use"].to_numpy()
x = 40 + 540 * (reps - reps[0]) / max(reps[-1] - reps[0], 1)
y = 180 - 145 * use / max(use.max(), 1)
full = 180 - 145 / max(use.max(), 1)
line = " ".join(f"{a:.0f},{b:.0f}" for a, b in zip(x, y, strict=True))
dots = "".join(f"<circle cx='{a:.0f}' cy='{b:.0f}' r='4'/>" for a, b in zip(x, y, strict=True))
names = "".join(f"<text x='{a:.0f}' y='198' text-anchor='middle'>{n}</text>" for a, n in zip(x, reps, strict=True))
SVG(f"""<svg xmlns='http://www.w3.org/2000/svg' width='620' height='204' font-size='12' font-family='sans-serif'>
<line x1='30' x2='600' y1='{full:.0f}' y2='{full:.0f}' stroke='#cc6677'/>
<text x='34' y='{full - 4:.0f}'>a full year</text>
<polyline points='{line}' fill='none' stroke='#332288'/>{dots}{names}</svg>""")

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
