"""A quarter replayed: the same dice for whoever plans, days that add up."""

from datetime import date

from benchmarks.replay_days import replay
from benchmarks.replay_ways import ByHand, Cycles
from benchmarks.replay_world import World, town_places, world_of


def small() -> World:
    return world_of("towns", town_places("DE", 60, 1), ("DE", "BY"), 2, 2, 60, 1)


def test_the_dice_are_the_same_whoever_asks() -> None:
    world, day = small(), date(2026, 4, 1)
    asked = [world.cancelled(account, day) for account in range(50)]
    again = small()
    assert again.service_s(3, day, 1800) == world.service_s(3, day, 1800)
    assert asked == [again.cancelled(account, day) for account in reversed(range(50))][::-1]


def test_both_ways_live_through_the_weeks_and_every_plan_passes_the_check() -> None:
    world = small()
    cycles, by_hand = Cycles(world, 40), ByHand(world)
    ours = replay(world, world.patches[0], cycles.morning, cycles.dates)
    hand = replay(world, world.patches[0], by_hand.morning, by_hand.dates)
    assert cycles.faults == []
    for told in (ours, hand):
        assert told.visits > 0
        assert 0 <= told.kept <= told.promised
    again = Cycles(world, 40)
    assert replay(world, world.patches[0], again.morning, again.dates) == ours
