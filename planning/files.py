"""Reading the files a plan is made from: accounts, in any format and language.

Touches no database and no web; the command line's `plan` and the notebooks stand on it.
"""

from collections.abc import Mapping
from pathlib import Path

from planning.account_rows import accounts_of
from planning.account_table import (
    DEFAULT_SERVICE_MIN,
    DEFAULT_VISITS_PER_YEAR,
    AccountRow,
    AccountTable,
    Recognised,
    Rejected,
    default_minutes_sentence,
    default_visits_sentence,
)
from planning.columns import header_score, recognise
from planning.columns_words import ACCOUNT_FIELDS
from planning.errors import TableError
from planning.policy import Policy, PolicyCost, PolicyRow, read_policy
from planning.reps_file import RepRow, read_reps
from planning.table_read import read_table
from planning.visit_types_file import VisitType, VisitTypes, read_visit_types, untold_types

__all__ = [
    "DEFAULT_SERVICE_MIN",
    "DEFAULT_VISITS_PER_YEAR",
    "AccountRow",
    "AccountTable",
    "Policy",
    "PolicyCost",
    "PolicyRow",
    "Recognised",
    "Rejected",
    "RepRow",
    "TableError",
    "VisitType",
    "VisitTypes",
    "default_minutes_sentence",
    "default_visits_sentence",
    "read_accounts",
    "read_policy",
    "read_reps",
    "read_visit_types",
    "untold_types",
]


def read_accounts(path: Path, *, columns: Mapping[str, str] | None = None, anywhere: bool = False) -> AccountTable:
    """Every row of a file of accounts: usable ones as accounts, the others rejected with a reason.

    CSV in any common encoding and delimiter, XLSX, GeoJSON, GeoPackage, Parquet; coordinates in any reference system
    the file declares. What was detected, repaired or guessed stands in `notes` and `recognised`.

    Args:
        columns: what the user says, field to column name (`{"lat": "Y_WGS"}`); an empty name leaves the field out.
        anywhere: take a file that says nothing of where its accounts are, too.

    Raises:
        TableError: the file as a whole cannot be used, in one sentence.
    """
    said = dict(columns or {})
    table = read_table(Path(path), header_score(ACCOUNT_FIELDS, said))
    if not table.rows and not table.broken:
        raise TableError(f"{table.source} has a header but no rows")
    return accounts_of(table, recognise(table, ACCOUNT_FIELDS, said), anywhere=anywhere)
