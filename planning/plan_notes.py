"""What a plan says about the accounts it was given."""

from collections.abc import Sequence

from geo.region_manifest import Bounds
from planning.account_table import AccountRow
from planning.demand import Demand
from planning.ownership import NOBODY, Ownership
from planning.pins import Pins, idle_pins
from planning.placing import Placing, review_sentences
from planning.table_words import counted


def notes_of_demand(demand: Demand, ownership: Ownership, within: Bounds | None) -> tuple[str, ...]:
    """What there is to say of the accounts that can be planned."""
    said = (*weighed_hours(demand), *unread_hours(demand), *ownerless(demand, ownership))
    return (*said, *beyond_region(demand, within))


def unread_hours(demand: Demand) -> tuple[str, ...]:
    if not demand.unread_hours:
        return ()
    unread = counted(len(demand.unread_hours), "account")
    return (
        f"{unread} with opening hours that could not be read, taken as always open; "
        f"the first: “{demand.unread_hours[0]}” (expected, for example: “Mo-Fr 09:00-18:00; Sa 09:00-13:00”).",
    )


def ownerless(demand: Demand, ownership: Ownership) -> tuple[str, ...]:
    """What to say of accounts without a rep where others have one, and of locks that hold nothing."""
    without = ownership.present == NOBODY
    locks = int((demand.locked & (ownership.present_in_plan == NOBODY)).sum())
    said = []
    if ownership.present_reps and without.any():
        said.append(
            f"{int(without.sum())} accounts have no present rep: as it is, they are counted with whoever has the "
            "nearest accounts, and stand in transfers.csv without “from”."
        )
    if locks:
        said.append(f"{counted(locks, 'account')} locked without a present rep who stays: the lock holds nothing.")
    return tuple(said)


def beyond_region(demand: Demand, within: Bounds | None) -> tuple[str, ...]:
    """What to say of accounts that the region does not cover."""
    beyond = [] if within is None else [place for place in demand.places if place not in within]
    if not beyond:
        return ()
    return (
        f"{len(beyond)} of {len(demand)} accounts lie outside the region, which covers {within}: none of its roads "
        f"leads to those more than a kilometre off; the first lies at {beyond[0].lat:.4f}, {beyond[0].lon:.4f}.",
    )


def notes_of_places(pins: Pins, accounts: Sequence[AccountRow], placings: Sequence[Placing]) -> tuple[str, ...]:
    """What there is to say of pins, and of places that somebody should look at."""
    return (*pins.notes, *idle_pins(pins, [account.id for account in accounts]), *review_sentences(placings))


def weighed_hours(demand: Demand) -> tuple[str, ...]:
    """What to say where types of visits weigh more or less than they take."""
    if demand.weight is None:
        return ()
    return ("Workload counts visits by the weights of their types; service and driving hours are what they take.",)


def nothing_placed(placings: Sequence[Placing]) -> str:
    if not placings:
        return "no account is left to plan: every row was rejected"
    return f"none of the {len(placings)} accounts could be placed; the first: {placings[0].why}"
