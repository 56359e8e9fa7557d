"""Where every account is: its own coordinates first, then whatever geocoder there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.geocoder import Geocoder
from geo.located import Level, Located
from planning.account_table import AccountRow


@dataclass(frozen=True, slots=True)
class Placing:
    """One account's place; `usable` says whether it is exact enough to plan a visit on."""

    located: Located
    usable: bool
    why: str


def place_accounts(
    accounts: Sequence[AccountRow], geocoders: Sequence[Geocoder], min_level: Level
) -> tuple[Placing, ...]:
    """Place every account; the first geocoder whose answer is exact enough wins, else the most exact answer stands."""
    found: list[Located | None] = [
        Located(account.place, Level.GIVEN, 1.0, "the file", "coordinates came with the record")
        if account.place is not None
        else None
        for account in accounts
    ]
    for geocoder in geocoders:
        _ask(geocoder, accounts, found, min_level)
    return tuple(_judge(account, located, min_level) for account, located in zip(accounts, found, strict=True))


def _ask(geocoder: Geocoder, accounts: Sequence[AccountRow], found: list[Located | None], min_level: Level) -> None:
    """Let one geocoder answer for everything that is not placed well enough yet."""
    open_rows = [
        index
        for index, account in enumerate(accounts)
        if account.address and ((known := found[index]) is None or not known.level.at_least(min_level))
    ]
    for index, answer in zip(open_rows, geocoder.geocode([accounts[i].address for i in open_rows]), strict=True):
        known = found[index]
        if known is None or (answer.level is not known.level and answer.level.at_least(known.level)):
            found[index] = answer


def _judge(account: AccountRow, located: Located | None, min_level: Level) -> Placing:
    if located is None:
        missing = account.place_fault or "no coordinates"
        located = Located(None, Level.NONE, 0.0, "nothing", f"{missing}, and no address that a geocoder here knows")
    if located.place is None:
        return Placing(located, False, located.why)
    if not located.level.at_least(min_level):
        fault = f"{account.place_fault}; " if account.place_fault else ""
        return Placing(
            located, False, f"{fault}known to {located.level} level only ({located.why}); {min_level} is needed"
        )
    return Placing(located, True, located.why)
