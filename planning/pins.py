"""Places that people have set for accounts, kept in a file: they come before everything else that says where one is."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geo.address import Address
from geo.geocoder_pins import PinGeocoder, pinned
from geo.located import Located
from geo.place import Place
from planning.account_degrees import pair_of
from planning.account_places import settle
from planning.account_rows import address_of
from planning.columns import header_score, recognise
from planning.columns_words import ACCOUNT_FIELDS
from planning.errors import TableError
from planning.table_raw import RawTable, given_text, text_of
from planning.table_read import read_table
from planning.table_words import counted

PIN_FIELDS: Mapping[str, str] = {
    name: words
    for name, words in ACCOUNT_FIELDS.items()
    if name in ("id", "address", "house", "city", "postcode", "region", "country", "lat", "lon")
} | {"note": "note | notes | comment | remark | notiz | bemerkung | bemerkning | kommentar | примечание | комментарий"}
HEADER = ("id", "address", "city", "postcode", "region", "country", "lat", "lon", "note")
PINS_FILE, REVIEW_FILE = "pins.csv", "review.csv"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Pin:
    """A place set for an account (`id`, or its address where that is empty); `address` is what it was set for."""

    id: str
    address: Address
    place: Place
    note: str
    source: str

    @property
    def located(self) -> Located:
        return pinned(self.place, by=self.source, note=self.note)


@dataclass(frozen=True, slots=True)
class Pins:
    """Pins of one or several files; of two for the same account the later one counts, and a note says so."""

    pins: tuple[Pin, ...] = ()
    notes: tuple[str, ...] = ()

    def by_id(self) -> Mapping[str, Pin]:
        """The pins that name an account."""
        return {pin.id: pin for pin in self.pins if pin.id}

    def geocoder(self) -> PinGeocoder:
        """The pins that name no account, by address."""
        return PinGeocoder({pin.address: pin.located for pin in self.pins if not pin.id})

    def and_later(self, later: "Pins") -> "Pins":
        """These, replaced where a later pin was set for the same account or address."""
        newer = {_key(pin): pin for pin in later.pins}
        replaced = [
            f"The pin of {_named(pin)} in {newer[_key(pin)].source} replaces the one in {pin.source}."
            for pin in self.pins
            if _key(pin) in newer and newer[_key(pin)].place != pin.place
        ]
        kept = [pin for pin in self.pins if _key(pin) not in newer]
        return Pins((*kept, *newer.values()), (*self.notes, *later.notes, *replaced))


def read_pins(path: Path) -> Pins:
    """The rows of a file that have coordinates; rows without are nobody's decision yet and are passed over.

    Any format `read_accounts` takes, with columns for id (or address), lat and lon; so also `review.csv` of a plan.

    Raises:
        TableError: the file cannot be read, or has no such columns.
    """
    table = read_table(Path(path), header_score(PIN_FIELDS, {}))
    exact: dict[str, str] = {name: name for name in ("id", "lat", "lon") if name in table.header}
    index = recognise(table, PIN_FIELDS, exact).index
    if "lat" not in index or "lon" not in index or not {"id", "address"} & index.keys():
        raise TableError(
            f"{table.source} holds no pins: columns for id (or address), lat and lon are expected; its columns are: "
            f"{', '.join(table.header[:20])}"
        )
    names = (table.header[index["lat"]], table.header[index["lon"]])
    pairs = [pair_of(row.cells[index["lat"]], row.cells[index["lon"]], names) for row in table.rows]
    countries = [given_text(row.cells[index["country"]]) if "country" in index else "" for row in table.rows]
    settled = settle(pairs, [row.number for row in table.rows], names, countries)
    pins, faults = _pins(table, index, settled.places)
    notes = [f"{table.source}: {counted(len(pins), 'pin')} read."] if pins else []
    swapped = [f"{table.source}: {note}" for note in settled.notes if "swapped" in note]
    return Pins(tuple(pins), (*notes, *swapped, *faults))


def _pins(table: RawTable, index: Mapping[str, int], places: Sequence[Place | str]) -> tuple[list[Pin], list[str]]:
    found: dict[tuple[str, Address], Pin] = {}
    faults = []
    for row, place in zip(table.rows, places, strict=True):
        id = text_of(row.cells[index["id"]]) if "id" in index else ""
        address = address_of(row, index)
        if isinstance(place, str):
            if place:
                faults.append(f"{table.source}, row {row.number}: no pin, since {place}.")
            continue
        if not id and not address.line:
            faults.append(f"{table.source}, row {row.number}: no pin, since it names neither an account nor a street.")
            continue
        note = given_text(row.cells[index["note"]]) if "note" in index else ""
        pin = Pin(id, address, place, note, table.source)
        if (before := found.get(_key(pin))) and before.place != pin.place:
            faults.append(f"{table.source}, row {row.number}: a second pin for {_named(pin)}; this later row counts.")
        found[_key(pin)] = pin
    return list(found.values()), faults


def gather_pins(folder: Path, files: Sequence[Path]) -> Pins:
    """All pins for a plan: those the folder of results keeps, those a person put into its review list, then `files`.

    Raises:
        TableError: one of the files cannot be read.
    """
    kept = [folder / name for name in (PINS_FILE, REVIEW_FILE) if _has_rows(folder / name)]
    gathered = Pins()
    for path in (*kept, *files):
        gathered = gathered.and_later(read_pins(path))
    return gathered


def write_pins(pins: Pins, path: Path) -> None:
    """Keep the pins, in an order that does not depend on how they came."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for pin in sorted(pins.pins, key=lambda pin: (pin.id, pin.address.line, pin.address.city)):
            address = pin.address
            where = (address.line, address.city, address.postcode, address.region, address.country)
            writer.writerow((pin.id, *where, f"{pin.place.lat:.7f}", f"{pin.place.lon:.7f}", pin.note))


def located_by_pin(pin: Pin, address: Address) -> Located:
    """The place of a pin, in doubt where the account's address is no longer the one the pin was set for."""
    if not pin.address.line or not address.line or _street(pin.address) == _street(address):
        return pin.located
    doubt = f"the address was {pin.address.line} when the pin was set"
    return replace(pin.located, doubts=(doubt,))


def idle_pins(pins: Pins, ids: Sequence[str]) -> tuple[str, ...]:
    """What to say of pins whose account is not there."""
    known = set(ids)
    idle = [pin.id for pin in pins.pins if pin.id and pin.id not in known]
    if not idle:
        return ()
    shown = ", ".join(idle[:SHOWN]) + (" …" if len(idle) > SHOWN else "")
    return (f"{counted(len(idle), 'pin')} for accounts that are not in the file, kept for later: {shown}.",)


def _has_rows(path: Path) -> bool:
    """Whether there is a list with more than its header."""
    try:
        with path.open("rb") as file:
            return bool(file.readline()) and bool(file.readline().strip())
    except OSError:
        return False


def _key(pin: Pin) -> tuple[str, Address]:
    return (pin.id, Address()) if pin.id else ("", pin.address)


def _named(pin: Pin) -> str:
    return pin.id or pin.address.line


def _street(address: Address) -> tuple[str, str]:
    return " ".join(address.line.split()).casefold(), " ".join(address.city.split()).casefold()
