"""A geocoder for one region: finds an address in an index built from open data, in spite of how it is written."""

from collections.abc import Sequence
from pathlib import Path

from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_doubt import Candidate, city_doubts, doubts_of, plausible
from geo.address_fold import fold
from geo.address_match import StreetMatch, matches
from geo.address_parse import Query, parse
from geo.address_position import metres, position
from geo.address_reverse import nearest
from geo.address_special import at_corner, at_kilometre
from geo.address_store import AddressStore, StreetRow
from geo.address_town import Mention, TownNames
from geo.geocoder import Geocoder
from geo.located import Level
from geo.place import Place

AMBIGUOUS_FIT = 0.03  # streets that fit so nearly alike cannot be told apart
AMBIGUOUS_M = 250.0  # unless they lie so close that it does not matter
ELSEWHERE_M = 40_000.0  # a city so far from the street is another place


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

    @property
    def path(self) -> Path:
        """The index file."""
        return self._store.path

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
        special = at_kilometre(self._store, self._names, address) or at_corner(self._store, self._names, address)
        if special:
            return special
        candidates = self._candidates(query, mentions)
        if not candidates:
            return self._area(
                query, mentions, "no street of that name is known" if query.words else "no street is given"
            )
        best = candidates[0]
        if not plausible(best):
            why = f"no street is like it; the nearest name is {best.match.street.title}"
            return self._area(query, mentions, why)
        apart_m = self._apart_m(address, best)
        if apart_m is not None and apart_m > ELSEWHERE_M:
            return self._none(
                f"{address.city} lies {apart_m / 1000:.0f} km from {best.match.street.title} in "
                f"{best.match.street.city or 'this region'}, the only street of that name known here"
            )
        return self._answer(address, query, candidates, mentions, apart_m)

    def _candidates(self, query: Query, mentions: Sequence[Mention]) -> list[Candidate]:
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

    def _placed(self, match: StreetMatch, query: Query) -> Candidate:
        """The place on a street of the likeliest number; of a less likely one only if it is known exactly."""
        numbers = query.numbers(match.name.window, self._store.postcodes)
        codes = match.street.postcodes & ({query.postcode} | {w.text for w in query.words})
        postcode = min(codes, default="")
        first = position(self._store, match.street, numbers[0] if numbers else None, postcode)
        if first.level is Level.STREET:
            for number in numbers[1:]:
                other = position(self._store, match.street, number, postcode)
                if other.level is Level.ROOFTOP:
                    return Candidate(match, number, other)
        return Candidate(match, numbers[0] if numbers else None, first)

    def _apart_m(self, address: Address, best: Candidate) -> float | None:
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
        candidates: Sequence[Candidate],
        mentions: Sequence[Mention],
        apart_m: float | None,
    ) -> AddressAnswer:
        best = candidates[0]
        match, found = best.match, best.position
        doubts = list(doubts_of(best))
        others = [c for c in candidates[1:] if metres(c.position.place, found.place) > AMBIGUOUS_M]
        same_name = [c for c in others if c.match.street.title == match.street.title and c.match.city == match.city]
        rivals = [c for c in others if c not in same_name or c.position.level is found.level]
        if rivals:
            doubts.append(f"{rivals[0].match.street.title} in {rivals[0].match.street.city or 'no city'} fits as well")
        doubts += city_doubts(address, match, mentions, apart_m)
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
            runner_up=_named(rivals[0].match.street) if rivals else "",
            runner_up_m=round(metres(rivals[0].position.place, found.place), 1) if rivals else None,
            doubts=tuple(doubts),
            entity=found.entity,
        )

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


def _scores(best: Candidate) -> dict[str, float]:
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


def _named(street: StreetRow) -> str:
    return street.title + (f", {street.city}" if street.city else "")


def _sentence(best: Candidate) -> str:
    match = best.match
    name = _named(match.street)
    alike = (
        ""
        if match.name.typos == 0
        else f" ({match.name.typos} letters differ)"
        if match.name.typos > 1
        else " (one letter differs)"
    )
    return f"{name}{alike}: {best.position.why}"


def _matched(best: Candidate) -> Address:
    street, found = best.match.street, best.position
    line = f"{street.title} {best.number.key}" if best.number and found.level is not Level.STREET else street.title
    return Address(line, found.city or street.city, found.postcode, street.region, street.country)
