"""Where every account is: the pin a person set, its own coordinates, then whatever geocoder there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Protocol

from geo.geocoder import Geocoder
from geo.geocoder_chain import GeocoderChain
from geo.located import Level, Located
from geo.place import Place
from geo.travel_snap import Snap
from planning.account_table import AccountRow
from planning.options import Progress, silent
from planning.pins import Pins, located_by_pin
from planning.table_words import counted

AT_ONCE = 50  # addresses between two signs of progress


class Snapper(Protocol):
    """Knows how far places are from the road."""

    def snap(self, places: Sequence[Place]) -> list[Snap]: ...


@dataclass(frozen=True, slots=True)
class Placing:
    """One account's place; `usable` says whether it is exact enough to plan a visit on."""

    located: Located
    usable: bool
    why: str

    @property
    def provisional(self) -> bool:
        """Planned on although a person should look at it."""
        return self.usable and self.located.needs_review


def place_accounts(
    accounts: Sequence[AccountRow],
    geocoders: Sequence[Geocoder],
    min_level: Level,
    *,
    pins: Pins | None = None,
    roads: Snapper | None = None,
    progress: Progress = silent,
) -> tuple[Placing, ...]:
    """Place every account: by its pin, by its own coordinates, else by the first geocoder that knows it exactly.

    Where none knows it to the house, the most exact answer stands. An answer at `min_level` or better is planned on
    even when it is for review: it is provisional, and its `located.review` says why.

    Args:
        roads: gives every place its distance to the nearest road.
    """
    found = _known(accounts, pins or Pins())
    wanted = [at for at, account in enumerate(accounts) if found[at] is None and account.address]
    if geocoders:
        chain, done = GeocoderChain(geocoders), 0
        for part in batched(wanted, AT_ONCE):
            progress("placing accounts", done, len(wanted))
            for at, answer in zip(part, chain.geocode([accounts[at].address for at in part]), strict=True):
                found[at] = answer
            done += len(part)
    placed = [each or _nowhere(account) for each, account in zip(found, accounts, strict=True)]
    if roads is not None:
        placed = _snapped(placed, roads)
    return tuple(_judge(account, located, min_level) for account, located in zip(accounts, placed, strict=True))


def credits_of(credit: str, placings: Sequence[Placing]) -> str:
    """What must be shown with the places: `credit`, and whatever the geocoders of these answers ask for."""
    texts = dict.fromkeys([credit, *sorted({placing.located.attribution for placing in placings})])
    return " · ".join(filter(None, texts))


def review_sentences(placings: Sequence[Placing]) -> tuple[str, ...]:
    """How many places people have set, and how many wait for somebody to set them; empty where there is neither."""
    said = []
    if pins := sum(placing.located.level is Level.MANUAL for placing in placings):
        said.append(f"{counted(pins, 'account')} placed by a pin that a person set.")
    waiting = [placing for placing in placings if placing.located.needs_review]
    if waiting:
        provisional = sum(placing.provisional for placing in waiting)
        fates = [
            f"{number:,} {fate}"
            for number, fate in (
                (provisional, "planned on where they are thought to be, provisionally"),
                (len(waiting) - provisional, "not planned"),
            )
            if number
        ]
        doubtful = sum(bool(placing.located.doubts) for placing in waiting)
        ambiguous = f" ({doubtful:,} of them ambiguous)" if doubtful else ""
        said.append(
            f"{counted(len(waiting), 'place')} to review{ambiguous}: {', '.join(fates)}. They stand in review.csv; "
            "fill in lat and lon there and plan again."
        )
    return tuple(said)


def _known(accounts: Sequence[AccountRow], pins: Pins) -> list[Located | None]:
    """What needs no geocoder: pins by id, pins by address, coordinates of the file; None for the rest."""
    by_id, by_address = pins.by_id(), pins.geocoder().geocode([account.address for account in accounts])
    found: list[Located | None] = []
    for account, by_text in zip(accounts, by_address, strict=True):
        if pin := by_id.get(account.id):
            found.append(located_by_pin(pin, account.address))
        elif by_text.place is not None:
            found.append(by_text)
        elif account.place is not None:
            given = Located(account.place, Level.GIVEN, 1.0, "the file", "coordinates came with the record")
            found.append(given)
        else:
            found.append(None)
    return found


def _snapped(placed: Sequence[Located], roads: Snapper) -> list[Located]:
    """The same, with every place's distance to the nearest road."""
    known = [at for at, located in enumerate(placed) if located.place is not None]
    snaps = roads.snap([place for at in known if (place := placed[at].place) is not None])
    out = list(placed)
    for at, snap in zip(known, snaps, strict=True):
        out[at] = replace(out[at], snap_m=round(snap.distance_m, 1))
    return out


def _nowhere(account: AccountRow) -> Located:
    missing = account.place_fault or "no coordinates"
    return Located(None, Level.NONE, 0.0, "nothing", f"{missing}, and no address that a geocoder here knows")


def _judge(account: AccountRow, located: Located, min_level: Level) -> Placing:
    if located.place is None:
        return Placing(located, False, located.why)
    if not located.level.at_least(min_level):
        fault = f"{account.place_fault}; " if account.place_fault else ""
        return Placing(
            located, False, f"{fault}known to {located.level} level only ({located.why}); {min_level} is needed"
        )
    return Placing(located, True, located.why)
