"""Made-up days of a team: reps' homes and towns on a map, visits around them, some within three hours."""

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.problem import Lunch, Shift, Visit, Window
from routing.team_problem import TeamProblem

MINUTE, HOUR = 60, 3600
HALF_KM, KMH, DETOUR, START_UP_S = 40.0, 45, 1.25, 60
LUNCH = Lunch(30 * MINUTE, 12 * HOUR, 14 * HOUR)
MOST_VISITS = 32


def generated_team(seed: int, *, reps: int = 20, each: int = 25, lunch: bool = False) -> TeamProblem:
    """A team's day; the same seed gives the same day.

    Four visits in five lie around a home or one of as many towns; legs follow the straight line at 45 km/h with a
    detour of 1.25, a minute each and −5…+8 % noise; visits take 5–15 min, two in five begin within given three hours.
    Shifts run from 8 to 18, a rep makes at most 32 visits.
    """
    chance = np.random.default_rng(seed)
    homes = chance.uniform(-HALF_KM, HALF_KM, (reps, 2))
    centres = np.vstack([homes, chance.uniform(-HALF_KM, HALF_KM, (reps, 2))])
    spots = [spot(chance, centres) for _ in range(reps * each)]
    duration_s = legs_s(np.vstack([homes, *spots]), chance)
    service_s = chance.integers(5, 16, reps * each) * MINUTE
    windows = [windows_of(chance) for _ in range(reps * each)]
    return TeamProblem(
        TravelMatrix(duration_s, duration_s * (KMH * 1000 // HOUR), "generated"),
        tuple(Visit(reps + k, int(service_s[k]), windows[k]) for k in range(reps * each)),
        tuple(Shift(8 * HOUR, 18 * HOUR, rep, rep, LUNCH if lunch else None) for rep in range(reps)),
        most_visits=MOST_VISITS,
    )


def spot(chance: np.random.Generator, centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """A customer's position in km."""
    if chance.random() < 0.8:
        centre: NDArray[np.float64] = centres[chance.integers(len(centres))]
        return centre + chance.normal(0, 4, 2)
    return chance.uniform(-45, 45, 2)


def legs_s(xy_km: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.int32]:
    """Directed driving times between all positions."""
    apart_km = np.sqrt(((xy_km[:, None] - xy_km[None]) ** 2).sum(axis=-1))
    exact_s = apart_km * DETOUR / KMH * HOUR + START_UP_S
    legs = np.rint(exact_s * chance.uniform(0.95, 1.08, exact_s.shape)).astype(np.int32)
    np.fill_diagonal(legs, 0)
    return legs


def windows_of(chance: np.random.Generator) -> tuple[Window, ...]:
    if chance.random() >= 0.4:
        return ()
    start_s = int(chance.integers(16, 32)) * 30 * MINUTE
    return (Window(start_s, start_s + 3 * HOUR),)
