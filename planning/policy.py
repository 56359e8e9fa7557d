"""How often and how long each segment is visited, and what that costs a year."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planning.account_fields import FieldFault, service_min, visits_per_year
from planning.account_table import DEFAULT_SERVICE_MIN, DEFAULT_VISITS_PER_YEAR, AccountRow
from planning.columns import header_score, recognise
from planning.columns_words import POLICY_FIELDS
from planning.errors import TableError
from planning.table_raw import Cell, RawTable, is_empty, text_of
from planning.table_read import read_table

ANY_SEGMENT = "*"
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
        return by_name.get(segment.casefold(), by_name.get(ANY_SEGMENT))

    def apply(self, accounts: Iterable[AccountRow]) -> tuple[tuple[AccountRow, ...], tuple[PolicyCost, ...]]:
        """The accounts with what the policy gives them, and the price by segment (most hours first).

        An account's own visits a year and minutes win over the policy.
        """
        by_name = {row.segment.casefold(): row for row in self.rows}
        out = [
            _with(account, by_name.get(account.segment.casefold(), by_name.get(ANY_SEGMENT))) for account in accounts
        ]
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
    path = Path(path)
    table = _from_toml(path) if path.suffix.lower() == ".toml" else read_table(path, header_score(POLICY_FIELDS, {}))
    columns = recognise(table, POLICY_FIELDS, {})
    if "segment" not in columns.index:
        raise TableError(f"{table.source} has no segment column; its columns are: {', '.join(table.header)}")
    if len(columns.index) < 2:
        raise TableError(f"{table.source} names segments but neither visits a year, minutes nor a channel")
    if table.broken:
        first = table.broken[0]
        raise TableError(f"{table.source}, row {first.number}: expected {first.expected}")
    rows = []
    seen: dict[str, str] = {}
    for raw in table.rows:
        where = _where(table, raw.number)
        row = _row(raw.cells, columns.index, where)
        if row.segment.casefold() in seen:
            raise TableError(
                f"{where}: segment {row.segment!r} comes twice, expected once (see {seen[row.segment.casefold()]})"
            )
        seen[row.segment.casefold()] = where
        rows.append(row)
    if not rows:
        raise TableError(f"{table.source} has no rows")
    return Policy(table.source, tuple(rows))


def _where(table: RawTable, number: int) -> str:
    return f"{table.source}, row {number}" if table.delimiter != "toml" else f"{table.source}, entry {number}"


def _row(cells: Sequence[Cell], index: Mapping[str, int], where: str) -> PolicyRow:
    segment = text_of(cells[index["segment"]])
    if not segment:
        raise TableError(f"{where}, segment: empty, expected a segment's name or * for all others")
    try:
        visits, minutes = visits_per_year(cells, index), service_min(cells, index)
    except FieldFault as fault:
        raise TableError(f"{where}, {fault}") from fault
    cell = cells[index["channel"]] if "channel" in index else None
    given = "visit" if is_empty(cell) else text_of(cell)
    channel = CHANNELS.get(given.casefold())
    if channel is None:
        raise TableError(f"{where}, channel: given {given!r}, expected visit, phone or video")
    return PolicyRow(segment, visits, minutes, channel)


def _from_toml(path: Path) -> RawTable:
    """The same rows as a table would give; entries count from 1."""
    from planning.table_raw import RawRow

    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}") from error
    except (OSError, ValueError) as error:
        raise TableError(f"{path.name} is not readable TOML: {error}") from error
    segments = document.get("segments", document)
    if not isinstance(segments, dict) or not segments:
        raise TableError(f"{path.name} has no segments; expected tables such as [A] with visits_per_year = 12")
    fields = [name for name in POLICY_FIELDS if name != "segment"]
    rows = []
    for number, (segment, values) in enumerate(segments.items(), start=1):
        if not isinstance(values, dict):
            raise TableError(f"{path.name}, {segment}: given {values!r}, expected a table with visits_per_year")
        unknown = sorted(set(values) - set(fields))
        if unknown:
            raise TableError(f"{path.name}, {segment}: unknown {unknown[0]!r}, expected {', '.join(fields)}")
        rows.append(RawRow(number, (segment, *(_toml_cell(values.get(name)) for name in fields))))
    return RawTable(path.name, ("segment", *fields), tuple(rows), delimiter="toml")


def _toml_cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
