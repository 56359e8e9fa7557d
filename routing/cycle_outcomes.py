"""Rolling on: what really happened sets when a client is due next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from routing.cycle_problem import Client


class Outcome(StrEnum):
    """How a planned visit ended."""

    DONE = "done"
    MISSED = "missed"  # we did not come
    CANCELLED_BY_US = "cancelled by us"
    CANCELLED_BY_CUSTOMER = "cancelled by customer"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a client's visit on a day."""

    date: date
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """After a cancellation by the customer it is left alone for so many days."""

    rest_days: int = 7


def roll_on(client: Client, reports: Iterable[Report], rules: OutcomeRules = OutcomeRules()) -> Client:
    """The client as the next cycle should see it.

    A visit that was made starts a new interval. One that we missed or cancelled leaves the client due as before, so at
    once. One that the customer cancelled does too, but not before it had its rest.
    """
    last_visit, not_before = client.last_visit, client.not_before
    for report in sorted(reports, key=lambda report: report.date):
        if report.outcome is Outcome.DONE:
            last_visit = report.date if last_visit is None else max(last_visit, report.date)
        elif report.outcome is Outcome.CANCELLED_BY_CUSTOMER:
            rested = report.date + timedelta(days=rules.rest_days)
            not_before = rested if not_before is None else max(not_before, rested)
    return replace(client, last_visit=last_visit, not_before=not_before)
