"""Territories by planned hours: service plus the driving of really planned weeks, against every rep's capacity.

`--instances` holds files of accounts (or is one), and may hold a folder made by `bailiwick region build`, whose roads
are then used; without, the towns of Germany and Denmark stand for a national team. `--size REPS` fixes the team. The
cost is the largest deviation of planned hours from a rep's share by capacity, in percent; feasible means within ±5 %
and checked by adding the planned days up again. The additive load is what the territories were built on: hours per
account summed, before the last weeks were planned.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.contract import Options, Row
from geo.region import open_region
from planning.demo import demo_of_towns
from planning.errors import PlanningError
from planning.options import PlanOptions
from planning.plan import Plan
from planning.result import PlanResult

BAND = 0.05
STARTS_ON = date(2026, 3, 2)
TOWNS = ("DE", "DK")
CLOSE_H = 0.02  # figures of stops are whole minutes in places


def run(options: Options) -> Iterator[Row]:
    plans = _of_files(options) if options.instances else _of_towns(options)
    for name, plan in plans:
        began, began_wall = time.process_time(), time.perf_counter()
        try:
            result = plan.solve()
        except PlanningError as error:
            yield Row(name, len(plan.table.accounts), None, None, False, str(error), 0.0, 0.0)
            continue
        cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
        faults = check_hours(result)
        placed = sum(account.status == "planned" for account in result.accounts)
        why = "; ".join([*faults, figures(result)])
        within = result.max_deviation <= BAND and not faults
        yield Row(name, placed, 100 * result.max_deviation, None, within, why, cpu_s, wall_s)


def _of_towns(options: Options) -> Iterator[tuple[str, Plan]]:
    for country in TOWNS:
        plan = demo_of_towns(country, PlanOptions(STARTS_ON, seed=options.seed, rebuild=True))
        yield f"towns-{country}", plan.with_team(int(options.size)) if options.size else plan


def _of_files(options: Options) -> Iterator[tuple[str, Plan]]:
    for given in options.instances:
        found = [given] if given.is_file() else sorted(given.glob("*.csv"))
        if not found:
            raise FileNotFoundError(f"no .csv files of accounts in {given}")
        regions = [folder.parent for folder in given.parent.glob("*/manifest.json")] if given.is_file() else []
        regions += [manifest.parent for manifest in given.glob("*/manifest.json")] if given.is_dir() else []
        for path in found:
            try:
                plan = Plan.from_file(path, options=PlanOptions(STARTS_ON, seed=options.seed, rebuild=True))
            except PlanningError as error:
                print(f"{path.name}: {error}")
                continue
            plan = plan.with_team(int(options.size) if options.size else None)
            yield path.stem, _on_roads(plan, regions[0]) if regions else plan


def _on_roads(plan: Plan, folder: Path) -> Plan:
    region = open_region(folder)
    return replace(plan, travel=region.travel_times(), geocoders=(region.geocoder(),))


def check_hours(result: PlanResult) -> list[str]:
    """Add up what the days hold and compare it with what is said of every rep."""
    faults = []
    for rep in result.reps:
        mine = [day for day in result.days if day.rep == rep.rep]
        visits = sum(len(day.stops) for day in mine)
        if visits != rep.visits:
            faults.append(f"{rep.rep} has {visits} visits on the days, {rep.visits} are stated")
        missing = sum(row.visits for row in result.unserved if row.rep == rep.rep)
        drive_h = sum(day.drive_min for day in mine) / 60
        if not missing and abs(drive_h - rep.drive_h) > CLOSE_H * max(len(mine), 1):
            faults.append(f"{rep.rep} drives {drive_h:.2f} h on the days, {rep.drive_h:.2f} h are stated")
    total = sum(rep.workload_h for rep in result.reps)
    capacity = sum(rep.capacity_h for rep in result.reps)
    worst = max(abs(rep.workload_h / (total * rep.capacity_h / capacity) - 1) for rep in result.reps)
    if abs(worst - result.max_deviation) > 1e-6:
        faults.append(f"the largest deviation is {worst:.4f}, {result.max_deviation:.4f} is stated")
    return faults


def figures(result: PlanResult) -> str:
    """Both loads, side by side."""
    drive_h, total_h = sum(rep.drive_h for rep in result.reps), sum(rep.workload_h for rep in result.reps)
    loads = [rep.additive_h for rep in result.reps if rep.additive_h is not None]
    mean = sum(loads) / len(loads) if loads else 0.0
    additive = max((abs(load / mean - 1) for load in loads), default=0.0) if mean else 0.0
    return (
        f"{len(result.reps)} reps, {total_h:.0f} h planned, {drive_h / total_h:.0%} driving; largest deviation: "
        f"additive load {additive:.1%}, planned hours {result.max_deviation:.1%}; "
        f"{result.visits_planned} of {result.visits_due} visits; {result.travel_source}"
    )
