"""Looking up the places of the record's sites, as a job of some hundred addresses a unit.

It is asked with `which`: "rough" (sites without an exact place, and those that somebody should look at) or "all" (also
those that were found before, such as after a region was built anew). Pins, and coordinates that came with a record,
stay in either case, and so does a site that somebody changes meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import Any, Protocol

from sqlmodel import Session

from crm.tables import ActKind
from geo.geocoder import Geocoder
from geo.geocoder_chain import GeocoderChain
from planning.errors import PlanningError
from planning.locate import FoundPlace, Wanted, look_up, wanted_sites, write_places
from planning.placing import Snapper
from planning.record_errors import RefusedError
from planning.region_roads import build_of
from planning.table_words import counted
from planning.use_case import Asked, Prepared, Unit

WHICH = ("rough", "all")
AT_ONCE = 200
"""Addresses of a unit: what a stopped job has to look up again, at most, for each process."""

Opened = Callable[[Path | None], "Searchers"]


class Searchers(Protocol):
    """Whom to ask for places, in order, and the roads to measure the way to, where there is a region."""

    @property
    def geocoders(self) -> Sequence[Geocoder]: ...

    @property
    def roads(self) -> Snapper | None: ...


class Locate:
    """One unit for every 200 sites."""

    act = ActKind.IMPORT
    limit_s = 3600.0
    """A service of the internet may be asked only once a second."""

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        which = what.get("which", "rough")
        if which not in WHICH:
            raise RefusedError(f"which: expected one of {', '.join(WHICH)}, got {which!r}.")
        return "Look up every address" if which == "all" else "Look up the addresses without an exact place"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        self.title(session, asked.what)
        if asked.here.geocoders is None:
            raise PlanningError("Nobody can be asked for places: set BAILIWICK_REGION, or BAILIWICK_GEOCODER_SERVICE.")
        wanted = wanted_sites(session, every=asked.what.get("which") == "all")
        parts = list(batched(wanted, AT_ONCE))
        build = build_of(asked.here.region)
        shared = (asked.here.geocoders, asked.here.region, build)
        return Prepared([_unit(part, build) for part in parts], shared)

    def run(self, shared: tuple[Opened, Path | None, str], payload: tuple[Wanted, ...]) -> dict[str, Any]:
        chain, roads = _opened(*shared)
        return {"found": [asdict(one) for one in look_up(chain, payload, roads)]}

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        found = [FoundPlace(**one) for result in results.values() for one in result["found"]]
        changed = write_places(session, found)
        return {
            "looked_up": len(found),
            "changed": changed,
            "not_found": sum(one.values["lat"] is None for one in found),
            "to_review": sum(one.review for one in found),
        }


def _unit(part: Sequence[Wanted], build: str) -> Unit:
    stamp = sha256(repr((build, [(one.id, one.version) for one in part])).encode()).hexdigest()
    return Unit(f"{counted(len(part), 'site')} from {part[0].id} on", tuple(part), stamp)


@lru_cache(maxsize=2)
def _opened(open_all: Opened, region: Path | None, build: str) -> tuple[GeocoderChain, Snapper | None]:
    """The geocoders, once in a process for each build of the region.

    Raises:
        PlanningError: there are none.
    """
    searchers = open_all(region)
    if not searchers.geocoders:
        raise PlanningError("Nobody can be asked for places: set BAILIWICK_REGION, or BAILIWICK_GEOCODER_SERVICE.")
    return GeocoderChain(searchers.geocoders), searchers.roads
