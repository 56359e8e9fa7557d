"""Addresses without a house number: the corner of two streets, a kilometre of a road."""

from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_doubt import sure
from geo.address_match import StreetMatch, matches
from geo.address_parse import corner_parts, kilometre, parse
from geo.address_position import metres
from geo.address_store import AddressStore
from geo.address_town import TownNames
from geo.located import Level
from geo.place import Place

ONE_CORNER_M = 120.0  # a dual carriageway meets a street more than once


def at_corner(store: AddressStore, names: TownNames, address: Address) -> AddressAnswer | None:
    """Where two streets meet, if that is what the line says and both are known."""
    sides = corner_parts(address.line)
    if sides is None:
        return None
    found = []
    for side in sides:
        query = parse(Address(line=side, city=address.city, postcode=address.postcode))
        found.append([m for m in matches(store, query, names.mentions(query)) if sure(m)][:3])
    for one in found[0]:
        for other in found[1]:
            places = store.corner(one.street.name, other.street.name)
            if places and all(metres(places[0], p) <= ONE_CORNER_M for p in places):
                why = f"the corner of {one.street.title} and {other.street.title}"
                return _answer(store, places[0], min(one.name.likeness, other.name.likeness), why, one)
    return None


def at_kilometre(store: AddressStore, names: TownNames, address: Address) -> AddressAnswer | None:
    """Between the kilometre posts of a road."""
    given = kilometre(address.line)
    if given is None:
        return None
    query = parse(Address(line=given[1], city=address.city, postcode=address.postcode))
    for match in matches(store, query, names.mentions(query)):
        posts = store.kilometres(match.street.id)
        below, above = [p for p in posts if p[0] <= given[0]], [p for p in posts if p[0] >= given[0]]
        if not sure(match) or not below or not above:
            continue
        (a_km, a), (b_km, b) = below[-1], above[0]
        share = 0.0 if a_km == b_km else (given[0] - a_km) / (b_km - a_km)
        place = Place(lat=a.lat + share * (b.lat - a.lat), lon=a.lon + share * (b.lon - a.lon))
        why = f"kilometre {given[0]:g} of {match.street.title}, between the posts at {a_km:g} and {b_km:g}"
        return _answer(store, place, match.name.likeness, why, match)
    return None


def _answer(store: AddressStore, place: Place, likeness: float, why: str, match: StreetMatch) -> AddressAnswer:
    matched = Address(line=match.street.title, city=match.street.city, country=match.street.country)
    scores = {"street": round(likeness, 3)}
    return AddressAnswer(
        place, Level.INTERPOLATED, round(0.9 * likeness, 3), store.source, why, matched=matched, scores=scores
    )
