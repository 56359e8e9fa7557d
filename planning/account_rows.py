"""Rows and recognised columns to accounts, with a reason for every row that is left out."""

from collections.abc import Mapping, Sequence

from geo.address import Address
from geo.place import Place
from planning.account_degrees import pair_of, split_pair
from planning.account_fields import (
    Conventions,
    FieldFault,
    conventions,
    key_owner,
    last_visit,
    locked,
    money,
    service_min,
    skill_set,
    visits_per_year,
)
from planning.account_places import Settled, settle
from planning.account_table import AccountRow, AccountTable, Rejected
from planning.account_wishes import Doubts, wishes_of
from planning.columns import Columns
from planning.columns_checks import is_geometry
from planning.errors import TableError
from planning.table_raw import Pair, RawRow, RawTable, given_text, is_empty, text_of
from planning.table_words import counted

ADDRESS_FIELDS = ("address", "city", "postcode")
MAX_SHOWN = 80


def accounts_of(table: RawTable, columns: Columns, *, anywhere: bool = False) -> AccountTable:
    """All accounts of a table; with `anywhere`, also of one that does not say where they are.

    Raises:
        TableError: neither coordinates nor an address to find, or projected coordinates throughout.
    """
    index = columns.index
    settled = place_rows(table, index, anywhere=anywhere)
    how = conventions(table, index)
    ids, twice = _ids(table, index)
    accounts: list[AccountRow] = []
    doubts = Doubts()
    rejected = [Rejected(row.number, row.field, row.given, row.expected) for row in table.broken]
    for position, row in enumerate(table.rows):
        try:
            if position in twice:
                raise FieldFault("id", ids[position], f"an id used once; row {twice[position]} has it already")
            accounts.append(_account(row, ids[position], settled.places[position], index, how, doubts))
        except FieldFault as fault:
            rejected.append(Rejected(row.number, fault.field, fault.given[:MAX_SHOWN], fault.expected))
    notes = [*table.notes, *columns.notes, *settled.notes, *how.notes, *_id_notes(table, index), *doubts.notes()]
    return AccountTable(
        source=table.source,
        rows_read=len(table.rows) + len(table.broken),
        accounts=tuple(accounts),
        rejected=tuple(sorted(rejected, key=lambda r: r.row)),
        recognised=columns.recognised,
        unused=columns.unused,
        notes=tuple(notes),
    )


def _account(
    row: RawRow, id: str, place: Place | str, index: Mapping[str, int], how: Conventions, doubts: Doubts
) -> AccountRow:
    def text(field: str) -> str:
        cell = row.cells[index[field]] if field in index else None
        return given_text(cell)

    address, last = address_of(row, index), None
    try:
        last = last_visit(row.cells, index, how)
    except FieldFault as fault:
        doubts.add(fault, row.number)
    wishes = wishes_of(row.cells, index, how, row.number, doubts)
    return AccountRow(
        row=row.number,
        id=id,
        name=text("name") or address.line or id,
        address=address,
        place=place if isinstance(place, Place) else None,
        place_fault=place if isinstance(place, str) else "",
        current_rep=text("current_rep") or None,
        segment=text("segment"),
        industry=text("industry"),
        visits_per_year=sum(wishes.visits_by_month) or visits_per_year(row.cells, index),
        service_min=service_min(row.cells, index),
        last_visit=last,
        value=money("value", row.cells, index, how),
        potential=money("potential", row.cells, index, how),
        opening_hours=text("opening_hours"),
        locked=locked(row.cells, index),
        key_owner=key_owner(row.cells, index, text("current_rep")),
        skills=skill_set(row.cells[index["skills"]] if "skills" in index else None),
        wishes=wishes,
        visit_type=text("visit_type") or None,
    )


def address_of(row: RawRow, index: Mapping[str, int]) -> Address:
    """The address in its parts; a house number from its own column is put behind the street."""

    def text(field: str) -> str:
        cell = row.cells[index[field]] if field in index else None
        return given_text(cell)

    line, house = text("address"), text("house")
    if line and house and not line.endswith(house):
        line = f"{line} {house}"
    return Address(
        line=line, city=text("city"), postcode=text("postcode"), region=text("region"), country=text("country")
    )


def place_rows(table: RawTable, index: Mapping[str, int], *, anywhere: bool = False) -> Settled:
    """Places of all rows, from the best columns there are: the file's geometry, WKT, lat and lon, one pair, y and x.

    Raises:
        TableError: neither coordinates nor an address to find, or projected coordinates throughout.
    """
    rows = [row.number for row in table.rows]
    found = _pairs(table, index)
    if found is not None:
        pairs, names, notes = found
        try:
            settled = settle(pairs, rows, names, _countries(table, index))
        except TableError as error:
            if "lat" not in index and "y" in index and any(field in index for field in ADDRESS_FIELDS):
                return Settled(("",) * len(rows), (f"{error}; the addresses are used instead.",))
            raise TableError(f"{table.source}: {error}") from error
        return Settled(settled.places, (*notes, *settled.notes))
    if not any(field in index for field in ADDRESS_FIELDS) and anywhere:
        return Settled(("",) * len(rows), ("No coordinates and no addresses: these accounts lie nowhere yet.",))
    if not any(field in index for field in ADDRESS_FIELDS):
        alone = " (a country alone is not enough)" if "country" in index else ""
        raise TableError(
            f"{table.source} has no coordinate column{_half(index)} and no address column{alone}; its columns are: "
            f"{', '.join(table.header[:20])}. Name them with --column lat=NAME --column lon=NAME or "
            "--column address=NAME"
        )
    return Settled(("",) * len(rows), (_without_coordinates(index),))


def _countries(table: RawTable, index: Mapping[str, int]) -> Sequence[str]:
    return [given_text(row.cells[index["country"]]) for row in table.rows] if "country" in index else ()


def _half(index: Mapping[str, int]) -> str:
    return " (longitude is missing)" if "lat" in index else " (latitude is missing)" if "lon" in index else ""


def _without_coordinates(index: Mapping[str, int]) -> str:
    return f"No usable coordinate columns{_half(index)}: every address goes to geocoding."


def _pairs(table: RawTable, index: Mapping[str, int]) -> tuple[Sequence[Pair], tuple[str, str], tuple[str, ...]] | None:
    columns = _column_pairs(table, index)
    if table.points is None:
        return columns
    if columns is None:
        return table.points, ("geometry y", "geometry x"), ()
    merged = [point if point != "" else other for point, other in zip(table.points, columns[0], strict=True)]
    return merged, ("geometry y", "geometry x"), columns[2]


def _column_pairs(
    table: RawTable, index: Mapping[str, int]
) -> tuple[Sequence[Pair], tuple[str, str], tuple[str, ...]] | None:
    if "geometry" in index:
        return _geometry_pairs(table, index["geometry"])
    for lat, lon in (("lat", "lon"), ("y", "x")):
        if lat in index and lon in index:
            names = (table.header[index[lat]], table.header[index[lon]])
            cells = ((row.cells[index[lat]], row.cells[index[lon]]) for row in table.rows)
            return [pair_of(a, b, names) for a, b in cells], names, ()
    if "latlon" in index:
        at = index["latlon"]
        name = table.header[at]
        if any(is_geometry(row.cells[at]) for row in table.rows):
            return _geometry_pairs(table, at)
        return [split_pair(row.cells[at], name) for row in table.rows], (f"{name} (first)", f"{name} (second)"), ()
    return None


def _geometry_pairs(table: RawTable, at: int) -> tuple[Sequence[Pair], tuple[str, str], tuple[str, ...]]:
    from planning.table_points import pairs_of_text

    pairs, notes = pairs_of_text([text_of(row.cells[at]) for row in table.rows], table.source)
    return pairs, (f"{table.header[at]} (y)", f"{table.header[at]} (x)"), notes


def _ids(table: RawTable, index: Mapping[str, int]) -> tuple[list[str], dict[int, int]]:
    """An id for every row, and for rows that repeat one (by position) the row that has it already."""
    given = [_given_id(row, index) for row in table.rows]
    known = set(given)
    first: dict[str, int] = {}
    twice: dict[int, int] = {}
    out = []
    for position, (row, id) in enumerate(zip(table.rows, given, strict=True)):
        if id and id in first:
            twice[position] = first[id]
        elif id:
            first[id] = row.number
        else:
            id = str(row.number) if str(row.number) not in known else f"row {row.number}"
        out.append(id)
    return out, twice


def _given_id(row: RawRow, index: Mapping[str, int]) -> str:
    cell = row.cells[index["id"]] if "id" in index else None
    return "" if is_empty(cell) else text_of(cell)


def _id_notes(table: RawTable, index: Mapping[str, int]) -> list[str]:
    if "id" not in index:
        return ["No id column: the row numbers are the ids."]
    missing = sum(1 for row in table.rows if not _given_id(row, index))
    return [f"{counted(missing, 'row')} without an id: the row number is used."] if missing else []
