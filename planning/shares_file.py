"""Accounts that several reps share, from a file: account, rep, share."""

from collections.abc import Mapping
from pathlib import Path

from balancing.errors import InvalidWork
from balancing.workload import check_shares
from planning.account_numbers import parse_number
from planning.columns import header_score, recognise
from planning.columns_words import ACCOUNT_FIELDS
from planning.errors import TableError
from planning.table_raw import text_of
from planning.table_read import read_table

SHARE_FIELDS: Mapping[str, str] = {
    "account": f"account id | account number | {ACCOUNT_FIELDS['id']}",
    "rep": f"owner | name | {ACCOUNT_FIELDS['current_rep']}",
    "share": "part | percentage | percent | split | anteil | prozent | andel | procent | доля | процент | part | parte",
}

Shares = Mapping[str, Mapping[str, float]]
"""By account id, the share of each rep."""


def read_shares(path: Path) -> Shares:
    """Shares of accounts; above 1 a number is a percentage, and the shares of an account add up to one.

    Raises:
        TableError: the file or a row of it cannot be used; row, field, given and expected are named.
    """
    table = read_table(path, header_score(SHARE_FIELDS, {}))
    index = recognise(table, SHARE_FIELDS, {}).index
    if missing := [field for field in SHARE_FIELDS if field not in index]:
        raise TableError(f"{table.source} has no {missing[0]} column; its columns are: {', '.join(table.header)}")
    found: dict[str, dict[str, float]] = {}
    for row in table.rows:
        where = f"{table.source}, row {row.number}"
        account, rep = (text_of(row.cells[index[field]]) for field in ("account", "rep"))
        if not account or not rep:
            raise TableError(f"{where}: expected an account and a rep, given {account!r} and {rep!r}")
        if rep in found.setdefault(account, {}):
            raise TableError(f"{where}, rep: {rep!r} has a share of account {account!r} already")
        found[account][rep] = share_of(text_of(row.cells[index["share"]]), where)
    for account, shares in found.items():
        try:
            check_shares(shares)
        except InvalidWork as error:
            raise TableError(f"{table.source}, account {account!r}: {error}") from error
    return found


def share_of(text: str, where: str) -> float:
    """0.6, "60 %" or 60.

    Raises:
        TableError: not a share above 0 and up to one.
    """
    number = parse_number(text.replace("%", "").strip())
    share = None if number is None else number / 100 if "%" in text or number > 1 else number
    if share is None or not 0 < share <= 1:
        raise TableError(f"{where}, share: given {text!r}, expected a share such as 0.6 or 60 %")
    return share
