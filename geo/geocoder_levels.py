"""How exact an answer of a geocoding service is, read from what each service says about it in its own words."""

from collections.abc import Callable, Mapping
from typing import Any

from geopy.location import Location

from geo.located import Level

Raw = Mapping[str, Any]
Exactness = tuple[Level, float]

NOMINATIM = {
    "building": Level.ROOFTOP, "house": Level.ROOFTOP, "place": Level.ROOFTOP, "amenity": Level.ROOFTOP,
    "shop": Level.ROOFTOP, "office": Level.ROOFTOP, "tourism": Level.ROOFTOP, "craft": Level.ROOFTOP,
    "road": Level.STREET, "highway": Level.STREET, "postcode": Level.POSTCODE,
}  # fmt: skip
GOOGLE = {
    "ROOFTOP": Level.ROOFTOP, "RANGE_INTERPOLATED": Level.INTERPOLATED,
    "GEOMETRIC_CENTER": Level.STREET, "APPROXIMATE": Level.CITY,
}  # fmt: skip
HERE = {
    "houseNumber": Level.ROOFTOP, "place": Level.ROOFTOP, "intersection": Level.INTERPOLATED, "street": Level.STREET,
    "postalCodePoint": Level.POSTCODE,
}  # fmt: skip
YANDEX = {
    "exact": Level.ROOFTOP, "number": Level.INTERPOLATED, "near": Level.INTERPOLATED, "range": Level.INTERPOLATED,
    "street": Level.STREET,
}  # fmt: skip
PELIAS = {
    "address": Level.ROOFTOP, "venue": Level.ROOFTOP, "intersection": Level.INTERPOLATED, "street": Level.STREET,
    "postalcode": Level.POSTCODE,
}  # fmt: skip
PHOTON = {"house": Level.ROOFTOP, "street": Level.STREET}
FRENCH = {"housenumber": Level.ROOFTOP, "street": Level.STREET, "locality": Level.STREET}
ARCGIS = {
    "PointAddress": Level.ROOFTOP, "Subaddress": Level.ROOFTOP, "StreetAddress": Level.INTERPOLATED,
    "StreetInt": Level.INTERPOLATED, "StreetName": Level.STREET, "Postal": Level.POSTCODE, "POI": Level.ROOFTOP,
}  # fmt: skip
TOMTOM = {
    "Point Address": Level.ROOFTOP, "POI": Level.ROOFTOP, "Address Range": Level.INTERPOLATED,
    "Cross Street": Level.INTERPOLATED, "Street": Level.STREET,
}  # fmt: skip
MAPBOX = {"address": Level.ROOFTOP, "poi": Level.ROOFTOP, "street": Level.STREET, "postcode": Level.POSTCODE}
OPENCAGE = {
    "building": Level.ROOFTOP, "house": Level.ROOFTOP, "road": Level.STREET, "street": Level.STREET,
    "postcode": Level.POSTCODE,
}  # fmt: skip


def place_only(location: Location) -> Exactness:
    """What is known of a service that says nothing about its exactness: a street, half trusted."""
    return Level.STREET, 0.5


def nominatim(location: Location) -> Exactness:
    """By `addresstype`, else `type`; the importance is the score."""
    raw = _raw(location)
    return _level(NOMINATIM, raw.get("addresstype") or raw.get("type")), _share(raw.get("importance"))


def google(location: Location) -> Exactness:
    """By `location_type`; the centre of something that is no street is a town's or a postcode's."""
    raw = _raw(location)
    types = raw.get("types") or ()
    level = _level(GOOGLE, _at(raw, "geometry", "location_type"))
    if level is Level.STREET and "postal_code" in types:
        level = Level.POSTCODE
    elif level is Level.STREET and not {"route", "premise", "street_address", "establishment"} & set(types):
        level = Level.CITY
    return level, 0.5 if raw.get("partial_match") else 0.9


def here(location: Location) -> Exactness:
    """By `resultType`; a house number may be interpolated."""
    raw = _raw(location)
    level = _level(HERE, raw.get("resultType"))
    if level is Level.ROOFTOP and raw.get("houseNumberType") == "interpolated":
        level = Level.INTERPOLATED
    return level, _share(_at(raw, "scoring", "queryScore"))


def yandex(location: Location) -> Exactness:
    """By `precision`."""
    precision = _at(_raw(location), "metaDataProperty", "GeocoderMetaData", "precision")
    level = _level(YANDEX, precision)
    return level, 0.9 if level is Level.ROOFTOP else 0.6


def pelias(location: Location) -> Exactness:
    """By `layer` and `accuracy`."""
    raw = _raw(location)
    level = _level(PELIAS, _at(raw, "properties", "layer"))
    if level is Level.ROOFTOP and _at(raw, "properties", "accuracy") == "interpolated":
        level = Level.INTERPOLATED
    return level, _share(_at(raw, "properties", "confidence"))


def photon(location: Location) -> Exactness:
    """By `type`."""
    return _level(PHOTON, _at(_raw(location), "properties", "type")), 0.7


def french(location: Location) -> Exactness:
    """The French national services: by `type`."""
    raw = _raw(location)
    return _level(FRENCH, _at(raw, "properties", "type")), _share(_at(raw, "properties", "score"))


def arcgis(location: Location) -> Exactness:
    """By `Addr_type`; scores go to 100."""
    raw = _raw(location)
    kind = _at(raw, "attributes", "Addr_type")
    return _level(ARCGIS, kind), _share(raw.get("score"), whole=100.0)


def tomtom(location: Location) -> Exactness:
    """By `type`, of TomTom and Azure."""
    raw = _raw(location)
    return _level(TOMTOM, raw.get("type")), 0.7


def mapbox(location: Location) -> Exactness:
    """By the first `place_type`; the relevance is the score."""
    raw = _raw(location)
    kinds = raw.get("place_type") or [None]
    level = _level(MAPBOX, kinds[0])
    if level is Level.ROOFTOP and _at(raw, "properties", "accuracy") == "interpolated":
        level = Level.INTERPOLATED
    return level, _share(raw.get("relevance"))


def opencage(location: Location) -> Exactness:
    """By `_type`; the confidence goes to 10."""
    raw = _raw(location)
    return _level(OPENCAGE, _at(raw, "components", "_type")), _share(raw.get("confidence"), whole=10.0)


READERS: Mapping[str, Callable[[Location], Exactness]] = {
    "nominatim": nominatim, "pickpoint": nominatim, "openmapquest": nominatim,
    "google": google, "googlev3": google, "here": place_only, "herev7": here, "yandex": yandex,
    "pelias": pelias, "geocodeearth": pelias, "photon": photon, "banfrance": french, "ignfrance": french,
    "arcgis": arcgis, "tomtom": tomtom, "azure": tomtom, "mapbox": mapbox, "maptiler": mapbox, "opencage": opencage,
}  # fmt: skip
"""By geopy's name of the service; any other is `place_only`."""


def _level(known: Mapping[str, Level], word: object) -> Level:
    """The level of a service's own word; what is no street or house is a town or larger."""
    return known.get(str(word), Level.CITY)


def _raw(location: Location) -> Raw:
    raw = location.raw
    return raw if isinstance(raw, Mapping) else {}


def _at(raw: Raw, *keys: str) -> Any:
    """A value inside nested objects; None where anything on the way is missing."""
    found: Any = raw
    for key in keys:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _share(value: object, *, whole: float = 1.0) -> float:
    """A service's own figure as a share; a half where it is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return 0.5
    return min(max(value / whole, 0.0), 1.0) if isinstance(value, int | float) else 0.5
