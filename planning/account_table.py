"""What a table of accounts holds once it has been read."""

from dataclasses import dataclass
from datetime import date

from geo.address import Address
from geo.place import Place
from planning.account_wishes import NO_WISHES, Wishes
from planning.table_words import counted

DEFAULT_VISITS_PER_YEAR = 4.0
DEFAULT_SERVICE_MIN = 30.0


def default_visits_sentence(accounts: int) -> str:
    """What to print when accounts carry no visits a year."""
    return f"{counted(accounts, 'account')} without visits a year: {DEFAULT_VISITS_PER_YEAR:g} a year assumed."


def default_minutes_sentence(accounts: int) -> str:
    """What to print when accounts carry no visit duration."""
    return f"{counted(accounts, 'account')} without a visit duration: {DEFAULT_SERVICE_MIN:g} minutes assumed."


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as its row gives it.

    `row` is the line or row number an editor shows (the header is 1; formats without a header line count their
    records from 1). `place` is None where the coordinates cannot be used, and `place_fault` says why: empty when
    none were given. `visits_per_year` and `service_min` are None where the row says nothing; `value` is actual
    sales a year and `potential` what could be sold, both in the file's own currency. `channel` is `visit` until a
    policy says `phone` or `video`. A key account belongs to one person wherever it lies: `key_owner` is that rep's
    name, "" where the file does not say whose it is, None for other accounts. `skills` are what its rep must have.
    `wishes` are dates, blocks and rhythms of its visits. `visit_type` is the code of their type, and `workload_weight`
    how much work a second of them stands for.
    """

    row: int
    id: str
    name: str
    address: Address
    place: Place | None
    place_fault: str = ""
    current_rep: str | None = None
    segment: str = ""
    industry: str = ""
    visits_per_year: float | None = None
    service_min: float | None = None
    last_visit: date | None = None
    value: float | None = None
    potential: float | None = None
    opening_hours: str = ""
    locked: bool = False
    channel: str = "visit"
    key_owner: str | None = None
    skills: frozenset[str] = frozenset()
    wishes: Wishes = NO_WISHES
    visit_type: str | None = None
    workload_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be planned: which field, what it held, what was expected."""

    row: int
    field: str
    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which column was taken for which field, and in a few words why."""

    field: str
    column: str
    how: str


@dataclass(frozen=True, slots=True)
class AccountTable:
    """A whole file of accounts; every row read is either in `accounts` or in `rejected`."""

    source: str
    rows_read: int
    accounts: tuple[AccountRow, ...]
    rejected: tuple[Rejected, ...]
    recognised: tuple[Recognised, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.rows_read != len(self.accounts) + len(self.rejected):
            raise ValueError(
                f"{self.rows_read} rows read must be {len(self.accounts)} accounts and "
                f"{len(self.rejected)} rejected rows together"
            )
