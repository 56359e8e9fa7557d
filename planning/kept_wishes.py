"""What was agreed of an account's visits, as the record keeps it: the fields of `Wishes` that say something, as JSON.

Dates are ISO, times of day seconds after midnight where the client is, weekdays numbers from 0 for Monday.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from planning.account_fields import FieldFault
from planning.account_wishes import NO_WISHES, Wishes
from planning.calendars import read_calendar
from planning.record_errors import RefusedError

DATES = frozenset({"blocked_until", "appointment", "promised_by"})
LISTS: Mapping[str, Any] = {"weekdays": frozenset, "visits_by_month": tuple}
LIVES_ELSEWHERE = frozenset({"contact_on", "agreed"})
"""What follows from activities and visits."""


def wishes_as_json(wishes: Wishes) -> dict[str, Any] | None:
    """The wishes as JSON; None where there are none."""
    found = {}
    for one in fields(Wishes):
        value = getattr(wishes, one.name)
        if one.name in LIVES_ELSEWHERE or value == getattr(NO_WISHES, one.name):
            continue
        if isinstance(value, date):
            value = value.isoformat()
        found[one.name] = sorted(value) if isinstance(value, frozenset) else value
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()} or None


def wishes_from(kept: Mapping[str, Any] | None) -> Wishes:
    """The wishes behind `wishes_as_json`; fields that nobody knows any more are overlooked."""
    if not kept:
        return NO_WISHES
    known = {one.name for one in fields(Wishes) if one.default is not MISSING} - LIVES_ELSEWHERE
    found = {name: value for name, value in kept.items() if name in known and value is not None}
    for name in DATES & found.keys():
        found[name] = date.fromisoformat(found[name])
    for name in LISTS.keys() & found.keys():
        found[name] = LISTS[name](found[name])
    return Wishes(**found)


def agreed(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What somebody says was agreed, as it is kept.

    Raises:
        RefusedError: a time without its day, or a calendar of holidays that nobody knows.
    """
    wishes = wishes_from(said)
    if wishes.appointment_s is not None and wishes.appointment is None:
        raise RefusedError("appointment_s: a time of day needs its day in appointment.")
    try:
        read_calendar(wishes.holidays)
    except FieldFault as fault:
        raise RefusedError(f"holidays: expected {fault.expected}, got “{wishes.holidays}”.") from fault
    return wishes_as_json(wishes)
