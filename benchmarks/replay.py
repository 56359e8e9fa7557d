"""A quarter replayed day by day: plans meet random durations, cancellations, holidays and sickness.

`--instances` names files of accounts, or folders of them (as `bailiwick plan` reads them, with coordinates); without
it the accounts lie in Germany's towns. `--size weeks/reps/accounts` (default 13/12/4000). Cost is hours of driving for
a hundred visits made, the reference the same of a plan by hand: nearest first, on the same dice. `--budget-s` CPU
seconds for one rep's quarter at most change how long each morning is searched.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from operator import add

from benchmarks.contract import OURS, Options, Row
from benchmarks.replay_days import Figures, replay
from benchmarks.replay_ways import ByHand, Cycles
from benchmarks.replay_world import World, town_places, world_of
from geo import Place
from planning.errors import TableError
from planning.files import read_accounts

SIZE = "13/12/4000"
ROUNDS = 600
HAND = "nearest first, by hand"
US, BAVARIA = ("US", "CA"), ("DE", "BY")


def run(options: Options) -> Iterator[Row]:
    weeks, reps, accounts = (int(part) for part in (options.size or SIZE).split("/"))
    rounds = ROUNDS if options.budget_s is None else max(50, round(ROUNDS * options.budget_s / 30))
    for name, places, country in _places(options, accounts):
        world = world_of(name, places, country, weeks, reps, accounts, options.seed)
        count = sum(len(patch.clients) for patch in world.patches)
        hand, hand_cpu_s, hand_wall_s = _all(world, None, options.workers)
        ours, cpu_s, wall_s = _all(world, rounds, options.workers)
        per_hundred = [100 * told.drive_h / max(told.visits, 1) for told in (ours, hand)]
        yield Row(name, count, per_hundred[1], None, True, said(hand), hand_cpu_s, hand_wall_s, method=HAND)
        fine = not ours.faults and ours.visits > 0
        why = "; ".join(ours.faults[:3] or [said(ours), *ours.broken])
        yield Row(name, count, per_hundred[0], per_hundred[1], fine, why, cpu_s, wall_s, options.workers, OURS)


def said(told: Figures) -> str:
    """The figures in one line."""
    return (
        f"{told.kept} of {told.promised} promised dates kept ({told.kept / max(told.promised, 1):.1%}, "
        f"{told.ill} lost to sickness), "
        f"{told.visits} visits, {told.called_off} called off, {told.not_reached} not reached, "
        f"drive {told.drive_h:.0f} h, overtime {told.overtime_h:.0f} h, "
        f"{told.late_days / max(told.visits, 1):.1f} days late"
    )


def _places(options: Options, accounts: int) -> Iterator[tuple[str, list[Place], tuple[str, str]]]:
    """Files of accounts that can be read, or the towns."""
    if not options.instances:
        yield "towns of Germany", town_places("DE", accounts, options.seed), BAVARIA
        return
    for given in options.instances:
        for path in sorted(given.glob("*.csv")) if given.is_dir() else [given]:
            try:
                table = read_accounts(path)
            except (TableError, OSError) as fault:
                print(f"cannot be read: {fault}")
                continue
            places = [account.place for account in table.accounts if account.place is not None]
            if places:
                yield path.stem, places, US if min(place.lon for place in places) < -30 else BAVARIA


def _all(world: World, rounds: int | None, workers: int) -> tuple[Figures, float, float]:
    """Every rep's quarter, added up; rounds None: by hand."""
    began = time.perf_counter()
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(
                pool.map(_one, *zip(*((world, rep, rounds) for rep in range(len(world.patches))), strict=True))
            )
    else:
        parts = [_one(world, rep, rounds) for rep in range(len(world.patches))]
    told = reduce(add, (figures for figures, _ in parts))
    return told, sum(cpu_s for _, cpu_s in parts), time.perf_counter() - began


def _one(world: World, rep: int, rounds: int | None) -> tuple[Figures, float]:
    patch = world.patches[rep]
    began = time.process_time()
    if rounds is None:
        by_hand = ByHand(world)
        return replay(world, patch, by_hand.morning, by_hand.dates), time.process_time() - began
    cycles = Cycles(world, rounds)
    told = replay(world, patch, cycles.morning, cycles.dates)
    told.faults += cycles.faults
    return told, time.process_time() - began
