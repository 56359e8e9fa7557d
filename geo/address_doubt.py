"""What speaks against an answer: when a house number may be believed, when only a street, when nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geo.address import Address
from geo.address_fold import fold
from geo.address_match import StreetMatch
from geo.address_number import HouseNumber
from geo.address_position import Position
from geo.address_town import Mention
from geo.address_words import ENGLISH

NEXT_TOWN_M = 6_000.0  # a city whose middle is so far from the street may be another one
LEAST_STREET = 0.62  # a name less alike than this is no answer at all
MOST_TYPOS, MOST_WRONG = 4, 0.25  # letters (я is two when transliterated), and as a share of name and type
LEAST_SHARE = 0.5  # and a number less exactly met speaks for no street
TYPOS = ((3, 0), (6, 1), (1000, 2))  # letters of a name, and how many of them may be wrong for a house number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A street with the place on it that the address means there."""

    match: StreetMatch
    number: HouseNumber | None
    position: Position


def sure(match: StreetMatch) -> bool:
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


def plausible(best: Candidate) -> bool:
    """Whether an answer is worth giving: the name is sure, or house number and all else that is given speak for it."""
    match = best.match
    if sure(match):
        return True
    name = match.name
    if best.position.share < LEAST_SHARE or name.cut:
        return False
    confirmed, silent = 1.0 in (match.city, match.postcode), match.city is None and match.postcode is None
    few = name.typos <= MOST_TYPOS and name.typos <= len(name.window.name.whole) * MOST_WRONG
    return (confirmed and name.likeness >= LEAST_STREET) or ((confirmed or silent) and few)


def doubts_of(best: Candidate) -> list[str]:
    """What a person should look at, of the street that was found."""
    match = best.match
    found = []
    if not sure(match):
        found.append(f"the street's name is only like {match.street.title}")
    if match.city == 0.0 and not match.postcode:
        found.append(f"the city differs: {match.street.title} is in {match.street.city}")
    return found


def city_doubts(
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
