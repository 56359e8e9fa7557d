"""How long visits of each type take and how heavily they weigh, for plans from files.

The record keeps types and weights as data (`planning.type_rules`, `planning.workload_rules`); a file of accounts has a
column with the type of its visits, and this file beside it says what the types stand for.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from planning.account_fields import HEAVIEST, FieldFault, service_min
from planning.account_numbers import parse_number
from planning.account_table import AccountRow, AccountTable, Rejected
from planning.columns_words import VISIT_TYPE_FIELDS
from planning.named_entries import ANY_NAME, Entry, EntryForm, read_entries
from planning.table_raw import is_empty, text_of

FORM = EntryForm(
    "visit_type",
    VISIT_TYPE_FIELDS,
    group="visit_types",
    example="[delivery] with service_min = 45 and workload_weight = 1.5",
    lacking="neither minutes nor a weight",
)


@dataclass(frozen=True, slots=True)
class VisitType:
    """One type of visits; `code` "*" stands for all without an entry of their own.

    `service_min` is how long such a visit takes where the account does not say, `workload_weight` how much work a
    second of it stands for (0: none).
    """

    code: str
    service_min: float | None = None
    workload_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class VisitTypes:
    """Types of visits; their codes match without regard to case."""

    source: str
    rows: tuple[VisitType, ...]

    def apply(self, table: AccountTable) -> AccountTable:
        """The table with the minutes and weights of its accounts' types; one of a type that is not here is rejected.

        An account's own minutes win over those of its type. Accounts without a type stay as they are.
        """
        by_code = {row.code.casefold(): row for row in self.rows}
        accounts, rejected = [], list(table.rejected)
        for account in table.accounts:
            found = by_code.get((account.visit_type or "").casefold(), by_code.get(ANY_NAME))
            if account.visit_type is None:
                accounts.append(account)
            elif found is None:
                rejected.append(Rejected(account.row, "visit_type", account.visit_type, self._expected()))
            else:
                accounts.append(_weighed(account, found))
        return replace(table, accounts=tuple(accounts), rejected=tuple(sorted(rejected, key=lambda fault: fault.row)))

    def _expected(self) -> str:
        return f"a type of {self.source}: {', '.join(row.code for row in self.rows)}"


def _weighed(account: AccountRow, found: VisitType) -> AccountRow:
    minutes = found.service_min if account.service_min is None else account.service_min
    return replace(account, service_min=minutes, workload_weight=found.workload_weight)


def untold_types(table: AccountTable) -> AccountTable:
    """The table with a note where its accounts name types of visits and no file says what they stand for."""
    codes = sorted({account.visit_type for account in table.accounts if account.visit_type is not None})
    if not codes:
        return table
    shown = ", ".join(codes[:5]) + (", …" if len(codes) > 5 else "")
    note = f"Types of visits ({shown}) change nothing: no file of types (--visit-types) says what they take and weigh."
    return replace(table, notes=(*table.notes, note))


def read_visit_types(path: Path) -> VisitTypes:
    """Types from TOML (`[delivery]` or `[visit_types.delivery]`, then service_min, workload_weight) or a table.

    Raises:
        TableError: missing, unreadable, a value out of range, or a type that comes twice.
    """
    source, entries = read_entries(path, FORM)
    return VisitTypes(source, tuple(_row(entry) for entry in entries))


def _row(entry: Entry) -> VisitType:
    try:
        return VisitType(entry.name, service_min(entry.cells, entry.index), _weight(entry))
    except FieldFault as fault:
        raise entry.fault(fault) from fault


def _weight(entry: Entry) -> float:
    cell = entry.cell("workload_weight")
    if is_empty(cell):
        return 1.0
    weight = parse_number(cell)
    if weight is None or not 0 <= weight <= HEAVIEST:
        raise FieldFault("workload_weight", text_of(cell), f"a number from 0 to {HEAVIEST:g}, such as 1.5")
    return weight
