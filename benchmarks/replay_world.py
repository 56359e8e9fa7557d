"""The world a quarter is replayed in: accounts, reps, and dice that fall the same for every way of planning.

Accounts come from files of real places or from a country's towns (GeoNames), several to a town by its inhabitants.
Frequencies, durations, cancellations, sickness and traffic are invented from the seed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from clustering import Tolerance, ZoneProblem, build_zones
from geo import GreatCircle, LocalMetres, Place, TravelMatrix, towns
from routing import Client, Lunch, Shift, Window, holiday_dates

HOUR = 3600
SHIFT = Shift(8 * HOUR, 17 * HOUR, 0, 0, Lunch(1800, 11 * HOUR + 1800, 14 * HOUR))
FREQUENCIES, SHARES = (24.0, 12.0, 4.0), (0.08, 0.30, 0.62)
CANCELLED = 0.15
FELL_ILL, MOST_SICK_DAYS = 0.006, 5  # chance on a working day, and how long it takes
WANTS_DATE = 0.25  # share of accounts that are told the day of a visit in the week before
MOST_TOWNS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One rep's accounts: `clients` as planned, place 0 of `matrix` is the rep's home."""

    rep: int
    account: NDArray[np.int64]
    matrix: TravelMatrix
    clients: tuple[Client, ...]
    wants_date: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything that does not depend on who plans."""

    name: str
    seed: int
    starts_on: date
    weeks: int
    patches: tuple[Patch, ...]
    holidays: frozenset[date]

    def draw(self, what: int, who: int, day: date) -> np.random.Generator:
        """The dice of one thing on one day: the same numbers whoever asks, in whatever order."""
        return np.random.default_rng([self.seed, what, who, day.toordinal()])

    def cancelled(self, account: int, day: date) -> bool:
        """Whether the customer would call off a visit that morning."""
        return bool(self.draw(1, account, day).random() < CANCELLED)

    def service_s(self, account: int, day: date, planned_s: int) -> int:
        """How long a visit takes that day: as planned on average, seldom much longer."""
        spread = 0.35
        return round(planned_s * float(self.draw(2, account, day).lognormal(-(spread**2) / 2, spread)))

    def slowness(self, rep: int, day: date) -> float:
        """How much longer every trip of a rep takes that day."""
        return float(self.draw(3, rep, day).lognormal(0.0, 0.1))

    def sick(self, rep: int, day: date) -> bool:
        """Whether the rep fell ill on that day or so shortly before that it lasts."""
        for before in range(MOST_SICK_DAYS):
            dice = self.draw(4, rep, day - timedelta(days=before))
            if dice.random() < FELL_ILL and dice.integers(1, MOST_SICK_DAYS + 1) > before:
                return True
        return False

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays


def world_of(
    name: str, places: list[Place], country: tuple[str, str], weeks: int, reps: int, accounts: int, seed: int
) -> World:
    """Accounts drawn from `places`, divided among the reps by balanced zones, with the holidays of the country."""
    chance = np.random.default_rng(seed)
    kept = chance.permutation(len(places))[:accounts]
    chosen = [places[int(index)] for index in kept]
    visits = chance.choice(FREQUENCIES, len(chosen), p=SHARES)
    minutes = chance.integers(15, 41, len(chosen))
    xy_m = LocalMetres(chosen).xy_m(chosen)
    load = visits * (minutes + 10.0)
    zone = build_zones(ZoneProblem(xy_m=xy_m, load=load, zones=reps, band=Tolerance((0.05,))), seed=seed).zone
    starts_on = date(2026, 3, 30)
    patches = []
    for rep in range(reps):
        members = np.flatnonzero(zone == rep)
        home = chosen[int(members[np.argmin(((xy_m[members] - xy_m[members].mean(axis=0)) ** 2).sum(axis=1))])]
        matrix = GreatCircle().matrix([home, *(chosen[int(index)] for index in members)])
        clients = tuple(
            _client(row, int(minutes[index]) * 60, float(visits[index]), starts_on, chance)
            for row, index in enumerate(members, start=1)
        )
        patches.append(Patch(rep, kept[members], matrix, clients, chance.random(len(members)) < WANTS_DATE))
    holidays = holiday_dates(country[0], {starts_on.year}, country[1])
    return World(name, seed, starts_on, weeks, tuple(patches), holidays)


def _client(place: int, service_s: int, visits: float, starts_on: date, chance: np.random.Generator) -> Client:
    """Half of the accounts take visits in the morning or in the afternoon only."""
    last = starts_on - timedelta(days=1 + int(chance.random() * 364 / visits))
    spans = ((9, 17), (9, 17), (8, 12), (13, 17))
    opens, closes = spans[int(chance.integers(len(spans)))]
    window = Window(opens * HOUR, closes * HOUR - service_s)
    return Client(place, service_s, visits, last, {day: (window,) for day in range(5)})


def town_places(country: str, count: int, seed: int) -> list[Place]:
    """`count` addresses in the country's largest towns, in proportion to inhabitants, scattered around the middle."""
    chance = np.random.default_rng([seed, count])
    largest = towns(country)[:MOST_TOWNS]
    people = np.array([min(town.population, 400_000) for town in largest], np.float64)
    picked = chance.choice(len(largest), count, p=people / people.sum())
    found = []
    for index in picked:
        town = largest[int(index)]
        spread_km = 0.01 * sqrt(town.population)
        north, east = chance.normal(0, spread_km, 2)
        degree_km = 111.2
        lon = town.place.lon + east / (degree_km * np.cos(np.radians(town.place.lat)))
        found.append(Place(lat=float(town.place.lat + north / degree_km), lon=float(lon)))
    return found
