"""The whole content of a record, to compare."""

from sqlalchemy import select

from crm.columns import Record
from crm.tables_ledger import NOT_IN_LEDGER


def content(record):
    """Every row of every table in the ledger, without its version."""
    with record.read() as session:
        return {
            name: {
                row[next(iter(table.primary_key)).name]: {c: v for c, v in row.items() if c != "version"}
                for row in session.execute(select(table)).mappings()
            }
            for name, table in Record.metadata.tables.items()
            if name not in NOT_IN_LEDGER
        }
