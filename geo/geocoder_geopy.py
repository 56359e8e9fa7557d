"""The address index as an ordinary geopy geocoder, for code that is written against geopy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_index import AddressIndex
from geo.place import Place

_FIELDS = {"street": "line", "line": "line", "city": "city", "postalcode": "postcode", "postcode": "postcode",
           "state": "region", "region": "region", "country": "country"}  # fmt: skip


class IndexGeocoder(Geocoder):  # type: ignore[misc]
    """`geopy.geocoders.base.Geocoder` on an `AddressIndex`: no network, no limits.

    `geocode` and `reverse` return a `geopy.Location` or None (with `exactly_one=False` a list of one, or None);
    `location.raw` holds level, score, scores, why and the rest of the answer.
    """

    def __init__(self, index: AddressIndex, **options: Any) -> None:
        """`options` are geopy's own: scheme, timeout, user_agent and so on; they change nothing here."""
        super().__init__(**options)
        self.index = index

    def geocode(
        self, query: str | Mapping[str, str], *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL
    ) -> Location | list[Location] | None:
        """Find an address given as text, or as fields: street, city, postalcode, state, country.

        Raises:
            geopy.exc.GeocoderQueryError: a field that means nothing here, or neither text nor fields.
        """
        return _shown(self.index.find(_address(query)), exactly_one)

    def reverse(
        self, query: Any, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL
    ) -> Location | list[Location] | None:
        """Find the address nearest to a point in any of geopy's forms: a Point, (lat, lon), "lat, lon".

        Raises:
            geopy.exc.GeocoderQueryError: no point can be read from `query`.
        """
        try:
            point = Point(query)
            place = Place(lat=point.latitude, lon=point.longitude)
        except (ValueError, TypeError) as error:
            raise GeocoderQueryError(f"a point is expected, got {query!r}") from error
        return _shown(self.index.reverse(place), exactly_one)


def _address(query: str | Mapping[str, str]) -> Address:
    if isinstance(query, str):
        return Address(line=query)
    if not isinstance(query, Mapping):
        raise GeocoderQueryError(f"an address as text or as fields is expected, got {type(query).__name__}")
    strange = sorted(set(query) - set(_FIELDS))
    if strange:
        raise GeocoderQueryError(f"fields {', '.join(strange)} mean nothing here; known are {', '.join(_FIELDS)}")
    return Address(**{_FIELDS[name]: str(value) for name, value in query.items()})


def _shown(answer: AddressAnswer, exactly_one: bool) -> Location | list[Location] | None:
    if answer.place is None:
        return None
    raw = asdict(answer) | {"level": answer.level.value, "needs_review": answer.needs_review}
    location = Location(_text(answer.matched), (answer.place.lat, answer.place.lon, 0.0), raw)
    return location if exactly_one else [location]


def _text(address: Address | None) -> str:
    fields: Sequence[str] = () if address is None else (
        address.line, f"{address.postcode} {address.city}".strip(), address.region, address.country
    )  # fmt: skip
    return ", ".join(filter(None, fields))
