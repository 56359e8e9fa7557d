"""A country's worth of addresses, invented from a region's: every copy has other street and city names, elsewhere."""

from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.messy_addresses import Known
from geo.address_record import AddressPoint
from geo.place import Place

APART_DEGREES = 0.3
IN_A_ROW = 40


def large_addresses(known: Sequence[Known], count: int, seed: int) -> Iterator[AddressPoint]:
    """At least so many addresses: the region itself, then copies of it beside each other, street by street renamed."""
    copies = -(-count // max(len(known), 1))
    for copy in range(copies):
        names = _renamed(known, Random(f"{seed} {copy}")) if copy else {}
        for address in known:
            here = address.places[0]
            away = Place(
                lat=min(here.lat - APART_DEGREES * (copy // IN_A_ROW), 89.0),
                lon=(here.lon + APART_DEGREES * (copy % IN_A_ROW) + 180) % 360 - 180,
            )
            street, city = names.get(address.street, address.street), names.get(address.city, address.city)
            yield AddressPoint(street, address.number, away, city=city, postcode=address.postcode)


def _renamed(known: Sequence[Known], chance: Random) -> dict[str, str]:
    """A new name for every street and city: the longest word begins like another street's and ends like its own."""
    old = sorted({name for address in known for name in (address.street, address.city) if name})
    new: dict[str, str] = {}
    for name in old:
        longest = max(name.split(), key=len)
        start = max(chance.choice(old).split(), key=len)
        keep = chance.randrange(min(2, len(longest)), max(len(longest) - 1, 2) + 1)
        front = start[: chance.randrange(2, max(len(start) - 2, 3))]
        new[name] = name.replace(longest, (front + longest[keep - 1 :]).capitalize())
    return new
