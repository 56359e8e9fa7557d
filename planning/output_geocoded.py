"""The files of a geocoding run: where every account is, and what a person should settle."""

from collections.abc import Sequence
from pathlib import Path

from planning.account_table import AccountRow, Rejected
from planning.output_review import FOUND_HEADER, REVIEW_HEADER, found_cells, review_row
from planning.output_tables import degrees, write_rejected, write_table
from planning.pins import PINS_FILE, REVIEW_FILE, Pins, write_pins
from planning.placing import Placing

GEOCODED_FILE, REJECTED_FILE = "geocoded.csv", "rejected.csv"
FILES = (GEOCODED_FILE, REVIEW_FILE, PINS_FILE, REJECTED_FILE)
HEADER = (
    "id", "name", "address", "city", "postcode", "region", "country", "lat", "lon", "review", "attribution",
    *FOUND_HEADER,
)  # fmt: skip


def write_geocoded(
    accounts: Sequence[AccountRow],
    placings: Sequence[Placing],
    rejected: Sequence[Rejected],
    pins: Pins,
    folder: Path,
) -> None:
    """One row per account in `geocoded.csv`, the doubtful ones also in `review.csv`, rows that make no sense apart."""
    folder.mkdir(parents=True, exist_ok=True)
    placed = list(zip(accounts, placings, strict=True))
    files = {name: folder / f".{name}.unfinished" for name in FILES}
    write_table(files[GEOCODED_FILE], HEADER, (_row(account, placing) for account, placing in placed))
    waiting = (
        review_row((account.id, account.name), account.address, placing.located, planned=placing.usable)
        for account, placing in placed
        if placing.located.needs_review
    )
    write_table(files[REVIEW_FILE], REVIEW_HEADER, waiting)
    write_pins(pins, files[PINS_FILE])
    write_rejected(rejected, files[REJECTED_FILE])
    for name, unfinished in files.items():
        unfinished.replace(folder / name)


def _row(account: AccountRow, placing: Placing) -> tuple[str, ...]:
    address, located = account.address, placing.located
    place = located.place
    return (
        account.id,
        account.name,
        *(address.line, address.city, address.postcode, address.region, address.country),
        degrees(place.lat if place else None),
        degrees(place.lon if place else None),
        "; ".join(located.review),
        located.attribution,
        *found_cells(located),
    )
