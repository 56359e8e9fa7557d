"""Made-up days of one rep: clustered customers around a home, some with one or two windows, lunch, prizes."""

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.problem import DayProblem, Lunch, Shift, Visit, Window

MINUTE, HOUR = 60, 3600
SHIFT_S = (8 * HOUR + 30 * MINUTE, 17 * HOUR + 30 * MINUTE)
LUNCH = Lunch(30 * MINUTE, 12 * HOUR, 14 * HOUR)
RADIUS_KM, DETOUR, KMH, START_UP_S = 18.0, 1.3, 40, 3 * MINUTE
WITH_WINDOWS, WITH_TWO = 0.4, 0.15


def generated_day(visits: int, seed: int, *, lunch: bool = True, prizes: bool = True) -> DayProblem:
    """A day with so many candidates; the same seed gives the same day.

    Seven visits in ten lie in one of three clusters. Legs follow the straight line at 40 km/h with a detour of 1.3,
    three minutes for starting and parking and up to 12 % noise, closed so that no detour beats a leg. Visits take
    20–45 min; two in five have windows, of these some have two; prizes are 30–150 min.
    """
    chance = np.random.default_rng(seed)
    home = chance.normal(0, 4, 2)
    centres = chance.normal(0, RADIUS_KM * 0.6, (3, 2))
    spots = [spot(chance, centres) for _ in range(visits)]
    duration_s = legs_s(np.vstack([home, *spots]), chance)
    service_s = chance.integers(20, 46, visits) * MINUTE
    windows = [windows_of(chance) for _ in range(visits)]
    prize_s = chance.integers(1, 6, visits) * 30 * MINUTE
    return DayProblem(
        TravelMatrix(duration_s, duration_s * (KMH * 1000 // HOUR), "generated"),
        tuple(Visit(k + 1, int(service_s[k]), windows[k], int(prize_s[k]) if prizes else None) for k in range(visits)),
        Shift(*SHIFT_S, 0, 0, LUNCH if lunch else None),
    )


def spot(chance: np.random.Generator, centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """A customer's position in km."""
    if chance.random() < 0.7:
        centre: NDArray[np.float64] = centres[chance.integers(len(centres))]
        return centre + chance.normal(0, RADIUS_KM * 0.25, 2)
    return chance.uniform(-RADIUS_KM, RADIUS_KM, 2)


def legs_s(xy_km: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.int32]:
    """Directed driving times between all positions."""
    apart_km = np.sqrt(((xy_km[:, None] - xy_km[None]) ** 2).sum(axis=-1))
    exact_s = apart_km * DETOUR / KMH * HOUR + START_UP_S
    legs = np.rint(exact_s * chance.uniform(0.92, 1.12, exact_s.shape)).astype(np.int32)
    np.fill_diagonal(legs, 0)
    for via in range(len(legs)):
        legs = np.minimum(legs, legs[:, via, None] + legs[None, via, :])
    return legs


def windows_of(chance: np.random.Generator) -> tuple[Window, ...]:
    """None for most; else a morning and an afternoon, or one of 1.5–2.5 h."""
    if chance.random() >= WITH_WINDOWS:
        return ()
    if chance.random() < WITH_TWO / WITH_WINDOWS:
        return (Window(9 * HOUR, 11 * HOUR + 30 * MINUTE), Window(14 * HOUR, 16 * HOUR + 30 * MINUTE))
    start_s = int(chance.integers(17, 30)) * 30 * MINUTE
    return (Window(start_s, start_s + int(chance.integers(3, 6)) * 30 * MINUTE),)
