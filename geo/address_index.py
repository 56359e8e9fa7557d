"""A geocoder for one region: finds an address in an index built from open data, in spite of how it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_fold import fold
from geo.address_match import StreetMatch, matches
from geo.address_number import HouseNumber
from geo.address_parse import Query, corner_parts, kilometre, parse
from geo.address_position import Position, metres, position
from geo.address_reverse import nearest
from geo.address_store import AddressStore
from geo.address_town import Mention, TownNames
from geo.address_words import ENGLISH
from geo.geocoder import Geocoder
from geo.located import Level
from geo.place import Place

AMBIGUOUS_FIT = 0.03  # streets that fit so nearly alike cannot be told apart
AMBIGUOUS_M = 250.0  # unless they lie so close that it does not matter
NEXT_TOWN_M = 6_000.0  # a city whose middle is so far from the street may be another one
ELSEWHERE_M = 40_000.0  # a city so far from the street is another place
LEAST_STREET = 0.62  # a name less alike than this is no answer at all
MOST_TYPOS, MOST_WRONG = 4, 0.25  # letters (я is two when transliterated), and as a share of name and type
LEAST_SHARE = 0.5  # and a number less exactly met speaks for no street
TYPOS = ((3, 0), (6, 1), (1000, 2))  # letters of a name, and how many of them may be wrong for a house number


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A street with the place on it that the address means there."""

    match: StreetMatch
    number: HouseNumber | None
    position: Position


class AddressIndex:
    """Looks addresses up in a file that `build_address_index` wrote.

    The street is found first, by name, city and postcode; only then the house number is looked for on it. So a number
    that exists elsewhere never draws an address to another street. Between streets that fit alike the one that has the
    number comes first, but is answered at street level only, for a person to look at.

    Args:
        path: the index file.
        towns: a geocoder of towns, asked about cities the index does not know ("Copenhagen" where it says
            "København K"); None = do without.

    Raises:
        AddressIndexError: the file is no address index, or one of another version.
    """

    def __init__(self, path: Path, *, towns: Geocoder | None = None) -> None:
        self._store = AddressStore(path)
        self._towns = towns
        self._known: dict[tuple[str, str], Place | None] = {}
        self._names = TownNames(list(self._store.towns), self._town_place)
        self.source = self._store.source

    def geocode(self, addresses: Sequence[Address]) -> list[AddressAnswer]:
        """One answer per address, in the same order; level `none` where nothing is like it."""
        return [self.find(address) for address in addresses]

    def reverse(self, place: Place, *, within_m: float = 150.0) -> AddressAnswer:
        """The address nearest to a place; level `none` when there is none within so many metres."""
        return nearest(self._store, place, within_m)

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def find(self, address: Address) -> AddressAnswer:
        """The answer to one address."""
        query = parse(address)
        mentions = self._names.mentions(query)
        special = self._at_kilometre(address) or self._at_corner(address)
        if special:
            return special
        candidates = self._candidates(query, mentions)
        if not candidates:
            return self._area(
                query, mentions, "no street of that name is known" if query.words else "no street is given"
            )
        best = candidates[0]
        if not _plausible(best):
            why = f"no street is like it; the nearest name is {best.match.street.title}"
            return self._area(query, mentions, why)
        apart_m = self._apart_m(address, best)
        if apart_m is not None and apart_m > ELSEWHERE_M:
            return self._none(
                f"{address.city} lies {apart_m / 1000:.0f} km from {best.match.street.title} in "
                f"{best.match.street.city or 'this region'}, the only street of that name known here"
            )
        return self._answer(address, query, candidates, mentions, apart_m)

    def _candidates(self, query: Query, mentions: Sequence[Mention]) -> list[_Candidate]:
        """Streets with places, the best first; those that fit alike are put in order by how exact the place is."""
        found = matches(self._store, query, mentions)
        if not found:
            return []
        near = [m for m in found if m.fit >= found[0].fit - AMBIGUOUS_FIT]
        placed = [self._placed(m, query) for m in near]
        order = list(Level)
        return sorted(
            placed,
            key=lambda c: (round(found[0].fit - c.match.fit, 3), order.index(c.position.level), c.match.street.id),
        )

    def _placed(self, match: StreetMatch, query: Query) -> _Candidate:
        """The place on a street of the likeliest number; of a less likely one only if it is known exactly."""
        numbers = query.numbers(match.name.window, self._store.postcodes)
        codes = match.street.postcodes & ({query.postcode} | {w.text for w in query.words})
        postcode = min(codes, default="")
        first = position(self._store, match.street, numbers[0] if numbers else None, postcode)
        if first.level is Level.STREET:
            for number in numbers[1:]:
                other = position(self._store, match.street, number, postcode)
                if other.level is Level.ROOFTOP:
                    return _Candidate(match, number, other)
        return _Candidate(match, numbers[0] if numbers else None, first)

    def _apart_m(self, address: Address, best: _Candidate) -> float | None:
        """How far the city asked for lies from the street found; None when it is the same or that is not known."""
        if not address.city.strip() or best.match.city or self._names.called(fold(address.city)) or not self._towns:
            return None
        town = self._town(address.city, address.country or best.match.street.country)
        return metres(town, best.position.place) if town else None

    def _town(self, city: str, country: str) -> Place | None:
        if self._towns is None:
            return None
        if (city, country) not in self._known:
            self._known[city, country] = self._towns.geocode([Address(city=city, country=country)])[0].place
        return self._known[city, country]

    def _town_place(self, folded: str) -> Place | None:
        """Where a town of the index is by the other geocoder, perhaps under its first words ("København" K)."""
        words = self._store.towns[folded][0].split()
        found = (self._town(" ".join(words[:count]), self._store.country) for count in range(len(words), 0, -1))
        return next(filter(None, found), None)

    def _answer(
        self,
        address: Address,
        query: Query,
        candidates: Sequence[_Candidate],
        mentions: Sequence[Mention],
        apart_m: float | None,
    ) -> AddressAnswer:
        best = candidates[0]
        match, found = best.match, best.position
        doubts = list(_doubts(best))
        others = [c for c in candidates[1:] if metres(c.position.place, found.place) > AMBIGUOUS_M]
        same_name = [c for c in others if c.match.street.title == match.street.title and c.match.city == match.city]
        rivals = [c for c in others if c not in same_name or c.position.level is found.level]
        if rivals:
            doubts.append(f"{rivals[0].match.street.title} in {rivals[0].match.street.city or 'no city'} fits as well")
        doubts += _city_doubts(address, match, mentions, apart_m)
        level = Level.STREET if doubts and found.level.at_least(Level.STREET) else found.level
        scores = _scores(best)
        return AddressAnswer(
            place=found.place,
            level=level,
            score=round(_score(scores) * (0.8 if doubts else 1.0), 3),
            source=self.source,
            why=". ".join([_sentence(best), *doubts]),
            matched=_matched(best),
            scores=scores,
            runner_up_m=round(metres(rivals[0].position.place, found.place), 1) if rivals else None,
            doubts=tuple(doubts),
            entity=found.entity,
        )

    def _at_corner(self, address: Address) -> AddressAnswer | None:
        """Where two streets meet, if that is what the line says and both are known."""
        sides = corner_parts(address.line)
        if sides is None:
            return None
        found = []
        for side in sides:
            query = parse(Address(line=side, city=address.city, postcode=address.postcode))
            found.append([m for m in matches(self._store, query, self._names.mentions(query)) if _sure(m)][:3])
        for one in found[0]:
            for other in found[1]:
                places = self._store.corner(one.street.name, other.street.name)
                if places and all(metres(places[0], p) <= ONE_CORNER_M for p in places):
                    why = f"the corner of {one.street.title} and {other.street.title}"
                    return self._special(
                        places[0], Level.INTERPOLATED, min(one.name.likeness, other.name.likeness), why, one
                    )
        return None

    def _at_kilometre(self, address: Address) -> AddressAnswer | None:
        """Between the kilometre posts of a road."""
        given = kilometre(address.line)
        if given is None:
            return None
        query = parse(Address(line=given[1], city=address.city, postcode=address.postcode))
        for match in matches(self._store, query, self._names.mentions(query)):
            posts = self._store.kilometres(match.street.id)
            below, above = [p for p in posts if p[0] <= given[0]], [p for p in posts if p[0] >= given[0]]
            if not _sure(match) or not below or not above:
                continue
            (a_km, a), (b_km, b) = below[-1], above[0]
            share = 0.0 if a_km == b_km else (given[0] - a_km) / (b_km - a_km)
            place = Place(lat=a.lat + share * (b.lat - a.lat), lon=a.lon + share * (b.lon - a.lon))
            why = f"kilometre {given[0]:g} of {match.street.title}, between the posts at {a_km:g} and {b_km:g}"
            return self._special(place, Level.INTERPOLATED, match.name.likeness, why, match)
        return None

    def _special(self, place: Place, level: Level, likeness: float, why: str, match: StreetMatch) -> AddressAnswer:
        matched = Address(line=match.street.title, city=match.street.city, country=match.street.country)
        scores = {"street": round(likeness, 3)}
        return AddressAnswer(place, level, round(0.9 * likeness, 3), self.source, why, matched=matched, scores=scores)

    def _area(self, query: Query, mentions: Sequence[Mention], why: str) -> AddressAnswer:
        """The middle of the postcode or town that is named, where no street is known."""
        codes = [query.postcode, *(w.text for w in query.words if w.is_word)]
        for code in codes:
            if code in self._store.postcodes:
                name, place = self._store.postcodes[code]
                text = f"{why}: the middle of postcode {name}"
                return AddressAnswer(place, Level.POSTCODE, 0.4, self.source, text, matched=Address(postcode=name))
        if mentions:
            name, place = self._store.towns[min(mentions[0].towns)]
            text = f"{why}: the middle of {name}"
            return AddressAnswer(place, Level.CITY, 0.3, self.source, text, matched=Address(city=name))
        return self._none(why)

    def _none(self, why: str) -> AddressAnswer:
        return AddressAnswer(None, Level.NONE, 0.0, self.source, why)


ONE_CORNER_M = 120.0  # a dual carriageway meets a street more than once


def _sure(match: StreetMatch) -> bool:
    """Whether the name differs by no more letters than a slip of the pen, and is of the same type.

    A name given without its type must be spelt right. Only English addresses may have another type, with all letters
    right: "Belden Place" is Belden Street where no other Belden is known (one that is would fit better).
    """
    asked = match.name.window.name
    typed = asked.kind or match.name.whole or not match.name.kind
    allowed = next(typos for letters, typos in TYPOS if len(asked.core) <= letters) if typed else 0
    if match.name.cut or match.name.typos > allowed:
        return False
    return match.name.same_kind or (match.name.typos == 0 and {asked.kind, match.name.kind} <= ENGLISH)


def _plausible(best: _Candidate) -> bool:
    """Whether an answer is worth giving: the name is sure, or house number and all else that is given speak for it."""
    match = best.match
    if _sure(match):
        return True
    name = match.name
    if best.position.share < LEAST_SHARE or name.cut:
        return False
    confirmed, silent = 1.0 in (match.city, match.postcode), match.city is None and match.postcode is None
    few = name.typos <= MOST_TYPOS and name.typos <= len(name.window.name.whole) * MOST_WRONG
    return (confirmed and name.likeness >= LEAST_STREET) or ((confirmed or silent) and few)


def _doubts(best: _Candidate) -> list[str]:
    match = best.match
    found = []
    if not _sure(match):
        found.append(f"the street's name is only like {match.street.title}")
    if match.city == 0.0 and not match.postcode:
        found.append(f"the city differs: {match.street.title} is in {match.street.city}")
    return found


def _city_doubts(
    address: Address, match: StreetMatch, mentions: Sequence[Mention], apart_m: float | None
) -> Iterator[str]:
    """What speaks against the city that is asked for, where it is none of the index."""
    asked = address.city.strip()
    if not asked or fold(asked) == fold(address.region) or match.city or match.postcode or mentions:
        return
    if apart_m is None:
        yield f"{asked} is not a city known here"
    elif apart_m > NEXT_TOWN_M:
        yield f"{asked} lies {apart_m / 1000:.0f} km away"


def _scores(best: _Candidate) -> dict[str, float]:
    found = {"street": round(best.match.name.likeness, 3)}
    if best.number is not None:
        found["number"] = best.position.share
    if best.match.city is not None:
        found["city"] = best.match.city
    if best.match.postcode is not None:
        found["postcode"] = best.match.postcode
    return found


_WEIGHTS = {"street": 0.55, "number": 0.25, "city": 0.12, "postcode": 0.08}


def _score(scores: dict[str, float]) -> float:
    """The mean of the fields' scores, by weight; an address without a number is half as good at that."""
    filled = {"number": 0.0, **scores}
    return sum(_WEIGHTS[name] * value for name, value in filled.items()) / sum(_WEIGHTS[name] for name in filled)


def _sentence(best: _Candidate) -> str:
    match = best.match
    name = match.street.title + (f", {match.street.city}" if match.street.city else "")
    alike = (
        ""
        if match.name.typos == 0
        else f" ({match.name.typos} letters differ)"
        if match.name.typos > 1
        else " (one letter differs)"
    )
    return f"{name}{alike}: {best.position.why}"


def _matched(best: _Candidate) -> Address:
    street, found = best.match.street, best.position
    line = f"{street.title} {best.number.key}" if best.number and found.level is not Level.STREET else street.title
    return Address(line, found.city or street.city, found.postcode, street.region, street.country)
