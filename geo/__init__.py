"""Places, addresses, geocoding, road networks, travel times, projections, outlines, frames.

The names below are loaded when first used, so that `import geo` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.address import Address
    from geo.address_answer import AddressAnswer
    from geo.address_build import IndexCounts, build_address_index
    from geo.address_index import AddressIndex
    from geo.address_normal import AddressKey, normalise
    from geo.address_record import AddressPoint, AddressRange, AddressRecord, KilometrePost, Side, StreetLine
    from geo.area_cells import cell_areas
    from geo.area_file import read_areas
    from geo.areas import Areas
    from geo.border_lines import BorderLines
    from geo.errors import (
        AddressIndexError,
        CountryUnknown,
        ExtractError,
        FrameError,
        GazetteerMissing,
        GeocoderCacheError,
        GeocoderSettingError,
        GeoError,
        RegionMissing,
        RoutingError,
        TrafficError,
    )
    from geo.frames import accounts_frame, checked_frame, places_of, routes_frame, zones_frame
    from geo.gazetteer import Gazetteer, Town, country_code, installed_gazetteer, towns
    from geo.geocoder import Geocoder
    from geo.geocoder_cache import AnswerCache
    from geo.geocoder_cached import CachedGeocoder
    from geo.geocoder_chain import GeocoderChain
    from geo.geocoder_geopy import IndexGeocoder
    from geo.geocoder_online import OnlineGeocoder
    from geo.geocoder_pins import PinGeocoder
    from geo.geocoder_services import Service, open_service
    from geo.great_circle import GreatCircle, SpeedModel, great_circle_m
    from geo.limits import Limits
    from geo.line_file import DrawnLines, read_lines
    from geo.located import Level, Located
    from geo.matrix_cache import MatrixCache
    from geo.neighbours import neighbour_graph
    from geo.outline import zone_outlines
    from geo.outline_edit import OutlineEdit, edit_outline, zones_at
    from geo.place import Place
    from geo.projection import LocalMetres
    from geo.region import Region, build_region, open_region
    from geo.region_build import BuildOptions
    from geo.region_manifest import Bounds
    from geo.region_shops import Shop
    from geo.region_street_map import StreetMap
    from geo.travel import TravelMatrix, TravelTimes
    from geo.travel_cached import CachedTimes
    from geo.travel_http import RoutingServer
    from geo.travel_leg import Leg
    from geo.travel_osrm_server import OsrmServerTimes
    from geo.travel_road import RoadTimes
    from geo.travel_rush import DayTravel, Period, RushTimes, WeekProfile
    from geo.travel_rush_file import read_traffic
    from geo.travel_snap import Snap
    from geo.travel_valhalla import ValhallaTimes

# Where each public name lives.
_HOMES = {
    "geo.address": ["Address"],
    "geo.address_answer": ["AddressAnswer"],
    "geo.address_build": ["IndexCounts", "build_address_index"],
    "geo.address_index": ["AddressIndex"],
    "geo.address_normal": ["AddressKey", "normalise"],
    "geo.address_record": [
        "AddressPoint", "AddressRange", "AddressRecord", "KilometrePost", "Side", "StreetLine",
    ],
    "geo.errors": [
        "AddressIndexError", "CountryUnknown", "ExtractError", "FrameError", "GazetteerMissing", "GeoError",
        "GeocoderCacheError", "GeocoderSettingError",
        "RegionMissing", "RoutingError", "TrafficError",
    ],
    "geo.area_cells": ["cell_areas"],
    "geo.area_file": ["read_areas"],
    "geo.areas": ["Areas"],
    "geo.border_lines": ["BorderLines"],
    "geo.frames": ["accounts_frame", "checked_frame", "places_of", "routes_frame", "zones_frame"],
    "geo.gazetteer": ["Gazetteer", "Town", "country_code", "installed_gazetteer", "towns"],
    "geo.geocoder": ["Geocoder"],
    "geo.geocoder_cache": ["AnswerCache"],
    "geo.geocoder_cached": ["CachedGeocoder"],
    "geo.geocoder_chain": ["GeocoderChain"],
    "geo.geocoder_geopy": ["IndexGeocoder"],
    "geo.geocoder_online": ["OnlineGeocoder"],
    "geo.geocoder_pins": ["PinGeocoder"],
    "geo.geocoder_services": ["Service", "open_service"],
    "geo.great_circle": ["GreatCircle", "SpeedModel", "great_circle_m"],
    "geo.limits": ["Limits"],
    "geo.located": ["Level", "Located"],
    "geo.neighbours": ["neighbour_graph"],
    "geo.line_file": ["DrawnLines", "read_lines"],
    "geo.outline": ["zone_outlines"],
    "geo.outline_edit": ["OutlineEdit", "edit_outline", "zones_at"],
    "geo.matrix_cache": ["MatrixCache"],
    "geo.travel_cached": ["CachedTimes"],
    "geo.region_street_map": ["StreetMap"],
    "geo.place": ["Place"],
    "geo.projection": ["LocalMetres"],
    "geo.region": ["Region", "build_region", "open_region"],
    "geo.region_build": ["BuildOptions"],
    "geo.region_manifest": ["Bounds"],
    "geo.region_shops": ["Shop"],
    "geo.travel": ["TravelMatrix", "TravelTimes"],
    "geo.travel_http": ["RoutingServer"],
    "geo.travel_leg": ["Leg"],
    "geo.travel_osrm_server": ["OsrmServerTimes"],
    "geo.travel_rush": ["DayTravel", "Period", "RushTimes", "WeekProfile"],
    "geo.travel_rush_file": ["read_traffic"],
    "geo.travel_valhalla": ["ValhallaTimes"],
    "geo.travel_road": ["RoadTimes"],
    "geo.travel_snap": ["Snap"],
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Address",
    "AddressAnswer",
    "AddressIndex",
    "AddressIndexError",
    "AddressKey",
    "AddressPoint",
    "AddressRange",
    "AddressRecord",
    "AnswerCache",
    "Areas",
    "BorderLines",
    "Bounds",
    "BuildOptions",
    "CachedGeocoder",
    "CachedTimes",
    "CountryUnknown",
    "DayTravel",
    "DrawnLines",
    "ExtractError",
    "FrameError",
    "Gazetteer",
    "GazetteerMissing",
    "GeoError",
    "Geocoder",
    "GeocoderCacheError",
    "GeocoderChain",
    "GeocoderSettingError",
    "GreatCircle",
    "IndexCounts",
    "IndexGeocoder",
    "KilometrePost",
    "Leg",
    "Level",
    "Limits",
    "LocalMetres",
    "Located",
    "MatrixCache",
    "OnlineGeocoder",
    "OsrmServerTimes",
    "OutlineEdit",
    "Period",
    "PinGeocoder",
    "Place",
    "Region",
    "RegionMissing",
    "RoadTimes",
    "RoutingError",
    "RoutingServer",
    "RushTimes",
    "Service",
    "Shop",
    "Side",
    "Snap",
    "SpeedModel",
    "StreetLine",
    "StreetMap",
    "Town",
    "TrafficError",
    "TravelMatrix",
    "TravelTimes",
    "ValhallaTimes",
    "WeekProfile",
    "accounts_frame",
    "build_address_index",
    "build_region",
    "cell_areas",
    "checked_frame",
    "country_code",
    "edit_outline",
    "great_circle_m",
    "installed_gazetteer",
    "neighbour_graph",
    "normalise",
    "open_region",
    "open_service",
    "places_of",
    "read_areas",
    "read_lines",
    "read_traffic",
    "routes_frame",
    "towns",
    "zone_outlines",
    "zones_at",
    "zones_frame",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
