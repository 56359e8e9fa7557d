"""Rolling on: what really happened sets when a client is due next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from routing.cycle_problem import Client, Promise


class Outcome(StrEnum):
    """How a planned visit ended."""

    DONE = "done"
    MISSED = "missed"  # we did not come
    CANCELLED_BY_US = "cancelled by us"
    CANCELLED_BY_CUSTOMER = "cancelled by customer"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a client's visit on a day; `by_phone`: it was a call."""

    date: date
    outcome: Outcome
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an outcome means for the next visit.

    `counts`: the frequency is satisfied, so a new interval starts. `rest_days`: no visit for so long. `within_days`:
    it is promised to be made up for by then.
    """

    counts: bool = False
    rest_days: int = 0
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """What follows from each outcome.

    By default a visit we missed or cancelled leaves the client due as before, so at once; one that the customer
    cancelled does too, but not for a week.
    """

    done: Consequence = Consequence(counts=True)
    missed: Consequence = Consequence()
    cancelled_by_us: Consequence = Consequence()
    cancelled_by_customer: Consequence = Consequence(rest_days=7)

    def of(self, outcome: Outcome) -> Consequence:
        return {
            Outcome.DONE: self.done,
            Outcome.MISSED: self.missed,
            Outcome.CANCELLED_BY_US: self.cancelled_by_us,
            Outcome.CANCELLED_BY_CUSTOMER: self.cancelled_by_customer,
        }[outcome]


def roll_on(client: Client, reports: Iterable[Report], rules: OutcomeRules = OutcomeRules()) -> Client:
    """The client as the next cycle should see it: its last visit, rest, and what is still promised."""
    for report in sorted(reports, key=lambda report: report.date):
        client = _after(client, report, rules.of(report.outcome))
    return client


def _after(client: Client, report: Report, then: Consequence) -> Client:
    last_visit, not_before, calls = client.last_visit, client.not_before, client.calls_since
    if then.counts and (last_visit is None or report.date >= last_visit):
        last_visit, calls = report.date, calls + 1 if report.by_phone else 0
    if then.rest_days:
        rested = report.date + timedelta(days=then.rest_days)
        not_before = rested if not_before is None else max(not_before, rested)
    settled = then.counts or report.outcome is Outcome.CANCELLED_BY_CUSTOMER
    promises = tuple(p for p in client.promises if not (settled and p.first <= report.date <= p.last))
    if then.within_days is not None:
        first = max(report.date + timedelta(days=1), not_before or report.date)
        promises += (Promise(first, max(first, report.date + timedelta(days=then.within_days))),)
    return replace(client, last_visit=last_visit, not_before=not_before, calls_since=calls, promises=promises)
