"""The shops of a region: what stands in the extract with a `shop` tag."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from geo.address import Address
from geo.place import Place


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as OpenStreetMap knows it; empty text where nothing is recorded.

    `id` is the source's own ("node/123"); `kind` the value of its `shop` tag ("bakery"); `opening_hours` in the
    notation of OpenStreetMap ("Mo-Fr 09:00-18:00").
    """

    id: str
    name: str
    kind: str
    place: Place
    address: Address
    opening_hours: str = ""


def write_shops(shops: Iterable[Shop], path: Path) -> None:
    """One JSON object per line."""
    with path.open("w", encoding="utf-8") as file:
        for shop in shops:
            file.write(json.dumps(asdict(shop), ensure_ascii=False) + "\n")


def read_shops(path: Path) -> Iterator[Shop]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield Shop(**row | {"place": Place(**row["place"]), "address": Address(**row["address"])})
