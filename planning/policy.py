"""How often and how long each segment is visited, and what that costs a year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planning.account_fields import FieldFault, service_min, visits_per_year
from planning.account_table import DEFAULT_SERVICE_MIN, DEFAULT_VISITS_PER_YEAR, AccountRow
from planning.columns_words import POLICY_FIELDS
from planning.named_entries import ANY_NAME, Entry, EntryForm, read_entries
from planning.table_raw import is_empty, text_of

FORM = EntryForm(
    "segment",
    POLICY_FIELDS,
    group="segments",
    example="[A] with visits_per_year = 12",
    lacking="neither visits a year, minutes nor a channel",
)
CHANNELS: Mapping[str, str] = {
    word: channel
    for channel, words in {
        "visit": "visit visits besuch besog визит visite visita field personal",
        "phone": "phone telephone call telefon tel телефон звонок telefono llamada appel",
        "video": "video online teams zoom видео remote visio",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What one segment gets; `segment` "*" stands for every segment without a row of its own."""

    segment: str
    visits_per_year: float | None = None
    service_min: float | None = None
    channel: str = "visit"


@dataclass(frozen=True, slots=True)
class PolicyCost:
    """What one segment costs a year under a policy, driving not counted.

    `hours_per_year` is visits times minutes, an account's own figures and the named defaults included; `covered` is
    False where the policy has no row for the segment.
    """

    segment: str
    accounts: int
    visits_per_year: float
    hours_per_year: float
    channel: str
    covered: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """Segments and what they get; names of segments match without regard to case."""

    source: str
    rows: tuple[PolicyRow, ...]

    def row_of(self, segment: str) -> PolicyRow | None:
        """The row of a segment, else the row "*", else None."""
        by_name = {row.segment.casefold(): row for row in self.rows}
        return by_name.get(segment.casefold(), by_name.get(ANY_NAME))

    def apply(self, accounts: Iterable[AccountRow]) -> tuple[tuple[AccountRow, ...], tuple[PolicyCost, ...]]:
        """The accounts with what the policy gives them, and the price by segment (most hours first).

        An account's own visits a year and minutes win over the policy.
        """
        by_name = {row.segment.casefold(): row for row in self.rows}
        out = [_with(account, by_name.get(account.segment.casefold(), by_name.get(ANY_NAME))) for account in accounts]
        groups: dict[str, list[AccountRow]] = {}
        for account in out:
            groups.setdefault(account.segment.casefold(), []).append(account)
        costs = [self._cost(members[0].segment, members) for members in groups.values()]
        return tuple(out), tuple(sorted(costs, key=lambda cost: (-cost.hours_per_year, cost.segment)))

    def _cost(self, segment: str, accounts: Sequence[AccountRow]) -> PolicyCost:
        row = self.row_of(segment)
        visits = [_or(account.visits_per_year, DEFAULT_VISITS_PER_YEAR) for account in accounts]
        minutes = [_or(account.service_min, DEFAULT_SERVICE_MIN) for account in accounts]
        hours = sum(count * length for count, length in zip(visits, minutes, strict=True)) / 60
        return PolicyCost(segment, len(accounts), sum(visits), hours, row.channel if row else "visit", row is not None)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _with(account: AccountRow, row: PolicyRow | None) -> AccountRow:
    if row is None:
        return account
    return replace(
        account,
        visits_per_year=row.visits_per_year if account.visits_per_year is None else account.visits_per_year,
        service_min=row.service_min if account.service_min is None else account.service_min,
        channel=row.channel,
    )


def read_policy(path: Path) -> Policy:
    """A policy from TOML (`[A]` or `[segments.A]`, then visits_per_year, service_min, channel) or a table.

    Raises:
        TableError: missing, unreadable, a value out of range, or a segment that comes twice.
    """
    source, entries = read_entries(path, FORM)
    return Policy(source, tuple(_row(entry) for entry in entries))


def _row(entry: Entry) -> PolicyRow:
    try:
        visits, minutes = visits_per_year(entry.cells, entry.index), service_min(entry.cells, entry.index)
    except FieldFault as fault:
        raise entry.fault(fault) from fault
    cell = entry.cell("channel")
    given = "visit" if is_empty(cell) else text_of(cell)
    channel = CHANNELS.get(given.casefold())
    if channel is None:
        raise entry.fault(FieldFault("channel", given, "visit, phone or video"))
    return PolicyRow(entry.name, visits, minutes, channel)
