"""The tables of an address index: one SQLite file."""

VERSION = 1
APPLICATION_ID = 0x62776164  # "bwad"

TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row for each way of naming a street, in comparable form; pairs of letters find it in spite of typing mistakes.
CREATE TABLE name (id INTEGER PRIMARY KEY, core TEXT NOT NULL, kind TEXT NOT NULL, digits TEXT NOT NULL);
CREATE VIRTUAL TABLE name_pairs USING fts5(pairs, content='', tokenize="ascii tokenchars '_'");

-- A street is a name in one neighbourhood; cities and postcodes are the folded ones found along it, newline between.
CREATE TABLE street (
  id INTEGER PRIMARY KEY, name INTEGER NOT NULL, title TEXT NOT NULL, city TEXT NOT NULL, cities TEXT NOT NULL,
  postcodes TEXT NOT NULL, region TEXT NOT NULL, country TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE number (
  street INTEGER NOT NULL, main INTEGER NOT NULL, suffix TEXT NOT NULL, seq INTEGER NOT NULL, own INTEGER NOT NULL,
  written TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, cell INTEGER NOT NULL, city TEXT NOT NULL,
  postcode TEXT NOT NULL, entity TEXT NOT NULL, PRIMARY KEY (street, main, suffix, seq)
) WITHOUT ROWID;

-- A side of a block. parity: 0 even, 1 odd, 2 both. line: float64 lat, lon, lat, lon …
CREATE TABLE block (
  id INTEGER PRIMARY KEY, street INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
  parity INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, side TEXT NOT NULL, line BLOB NOT NULL,
  city TEXT NOT NULL, postcode TEXT NOT NULL, entity TEXT NOT NULL
);
CREATE TABLE corner (one INTEGER NOT NULL, other INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE TABLE kilometre (street INTEGER NOT NULL, distance_km REAL NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);

CREATE TABLE town (folded TEXT PRIMARY KEY, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE postcode (folded TEXT PRIMARY KEY, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL) WITHOUT ROWID;
-- Which blocks lie in which cell of the grid, for looking up the address of a point.
CREATE TABLE block_cell (cell INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (cell, block)) WITHOUT ROWID;
"""

INDEXES = """
CREATE INDEX name_core ON name (core);
CREATE INDEX street_name ON street (name);
CREATE INDEX number_cell ON number (cell);
CREATE INDEX block_street ON block (street);
CREATE INDEX corner_one ON corner (one, other);
CREATE INDEX kilometre_street ON kilometre (street, distance_km);
"""

CELLS_PER_DEGREE = 400  # a cell is about 280 m high


def cell_of(lat: float, lon: float) -> int:
    """The cell of the grid a place lies in."""
    return cell_number(int((lat + 90) * CELLS_PER_DEGREE), int((lon + 180) * CELLS_PER_DEGREE))


def cell_number(row: int, column: int) -> int:
    """A cell by its row from the south pole and its column from the antimeridian, which it runs across."""
    return row * 360 * CELLS_PER_DEGREE + column % (360 * CELLS_PER_DEGREE)
