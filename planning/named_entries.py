"""Small files with one entry per name, as TOML or as a table: what segments get, what types of visits weigh."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planning.account_fields import FieldFault
from planning.columns import header_score, recognise
from planning.errors import TableError
from planning.table_raw import Cell, RawRow, RawTable, text_of
from planning.table_read import read_table

ANY_NAME = "*"
"""Stands for every name without an entry of its own."""


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What a kind of file holds: the column words of its `fields`, which of them (`key`) is the name, how to say it.

    `group` is the table of a TOML file that may hold all entries, `example` one entry, `lacking` what is missing where
    a file has names only.
    """

    key: str
    fields: Mapping[str, str]
    group: str
    example: str
    lacking: str

    @property
    def values(self) -> list[str]:
        """The fields beside the name."""
        return [field for field in self.fields if field != self.key]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it stands, its name, and its cells by `index`."""

    where: str
    name: str
    cells: Sequence[Cell]
    index: Mapping[str, int]

    def cell(self, field: str) -> Cell:
        """The cell of a field; None where the file has no such column."""
        return self.cells[self.index[field]] if field in self.index else None

    def fault(self, fault: FieldFault) -> TableError:
        """A cell that cannot be used, with where it stands."""
        return TableError(f"{self.where}, {fault}")


def read_entries(path: Path, form: EntryForm) -> tuple[str, list[Entry]]:
    """What the file is called, and its entries in order.

    Raises:
        TableError: missing, unreadable, without names or entries, or a name that is empty or comes twice.
    """
    path = Path(path)
    toml = path.suffix.lower() == ".toml"
    table = _from_toml(path, form) if toml else read_table(path, header_score(form.fields, {}))
    index = recognise(table, form.fields, {}).index
    said = form.key.replace("_", " ")
    if form.key not in index:
        raise TableError(f"{table.source} has no {said} column; its columns are: {', '.join(table.header)}")
    if len(index) < 2:
        raise TableError(f"{table.source} names {form.group.replace('_', ' ')} but {form.lacking}")
    if table.broken:
        first = table.broken[0]
        raise TableError(f"{table.source}, row {first.number}: expected {first.expected}")
    entries = list(_once(table, form, index, "entry" if toml else "row"))
    if not entries:
        raise TableError(f"{table.source} has no rows")
    return table.source, entries


def _once(table: RawTable, form: EntryForm, index: Mapping[str, int], noun: str) -> Iterator[Entry]:
    """The entries, each with a name of its own."""
    seen: dict[str, str] = {}
    said = form.key.replace("_", " ")
    for row in table.rows:
        where = f"{table.source}, {noun} {row.number}"
        name = text_of(row.cells[index[form.key]])
        if not name:
            raise TableError(f"{where}, {form.key}: empty, expected a {said}'s name or {ANY_NAME} for all others")
        if name.casefold() in seen:
            raise TableError(f"{where}: {said} {name!r} comes twice, expected once (see {seen[name.casefold()]})")
        seen[name.casefold()] = where
        yield Entry(where, name, row.cells, index)


def _from_toml(path: Path, form: EntryForm) -> RawTable:
    """The same rows as a table would give; entries count from 1."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}") from error
    except (OSError, ValueError) as error:
        raise TableError(f"{path.name} is not readable TOML: {error}") from error
    named = document.get(form.group, document)
    if not isinstance(named, dict) or not named:
        raise TableError(f"{path.name} has no {form.group.replace('_', ' ')}; expected tables such as {form.example}")
    rows = []
    for number, (name, values) in enumerate(named.items(), start=1):
        if not isinstance(values, dict):
            raise TableError(f"{path.name}, {name}: given {values!r}, expected a table such as {form.example}")
        unknown = sorted(set(values) - set(form.values))
        if unknown:
            raise TableError(f"{path.name}, {name}: unknown {unknown[0]!r}, expected {', '.join(form.values)}")
        rows.append(RawRow(number, (name, *(_toml_cell(values.get(field)) for field in form.values))))
    return RawTable(path.name, (form.key, *form.values), tuple(rows), delimiter="toml")


def _toml_cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
