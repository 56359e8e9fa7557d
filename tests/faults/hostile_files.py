"""What hostile files are made of: rows that mix what fields hold in life with what breaks programs, and changed files."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

HEADERS: Mapping[str, Sequence[str]] = {
    "accounts": ("id", "name", "street", "city", "postcode", "country", "lat", "lon", "visits", "minutes", "sales",
                 "potential", "last visit", "opening hours", "segment", "status"),
    "people": ("id", "name", "account", "role", "email", "phone", "newsletter", "language"),
    "leads": ("id", "source", "name", "company", "email", "phone", "arrived", "trigger", "city"),
    "opportunities": ("id", "title", "account", "stage", "value", "close date", "rep", "pipeline", "created"),
    "activities": ("id", "account", "kind", "date", "duration", "text", "rep", "person", "next contact"),
    "reps": ("id", "name", "lat", "lon", "weekdays", "shift start", "shift end", "time zone", "holidays"),
    "codes": ("list", "code", "label", "name", "kind", "order"),
    "policy": ("segment", "visits", "minutes", "channel"),
    "reps file": ("rep", "home", "lat", "lon", "weekdays", "shift", "days per year", "part time", "skills", "holidays"),
    "shares": ("account", "rep", "share"),
    "pins": ("id", "address", "lat", "lon", "note"),
    "leads file": ("id", "name", "lat", "lon", "type", "industry", "size", "skills", "arrived"),
}  # fmt: skip
GOOD = (
    "a1", "a2", "a3", "a4", "Account 1", "Account 7", "Rep 0", "Rep 1", "Anna Berg", "B", "anna@x.example", "50.25",
    "10.5", "11,5", "12", "weekly", "30", "0:45", "2026-03-02", "02.03.2026", "3/2/2026 14:05", "Mo-Fr 09:00-17:00",
    "active", "call", "visit", "note", "yes", "no", "DE", "DE-BY", "Europe/Berlin", "Town", "Street 4", "09:00", "17:00",
    "Prospecting", "Won", "Lost", "0.5", "60 %", "1 234,50", "€ 90", "Mon, Tue", "cooling:3; english", "web", "+49 30 1",
)  # fmt: skip
BAD = (
    "", " ", "\t", "-1", "0", "nan", "inf", "-inf", "1e309", "1e-400", "9" * 400, "0x1f", "1_000", "٣", "½", "NULL", "None",
    "\x00", "a\x00b", "\x1b[31m", "\u202e", "\ufeff", "\ud83d", "💩", "é" * 300, "x" * 5000, "1/2" * 2000, "'", '"', '""', '"a', "a\nb",
    "\r", "=1+1", "@SUM(A1)", "'; DROP TABLE account; --", "<script>alert(1)</script>", "../../etc/passwd", "{}", "[]",
    "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "31/31/2026", "24:00", "25:61", "-0:30", "2026-03-29 02:30",
    "90.0001", "180.5", "-91", "5820000", "52520008", "49°30'N", "1;2;3", "a,b", "|", "\\", "%s%n", "${x}", "True", "Mo-Fr 9-",
    "2026-W53-1", "1.797e308", "00000000000000000000001", "1,2,3.4", "٫", "Z" * 255, "\u0130", "ß", "ﬀ", "1900-02-29",
)  # fmt: skip


def cell(chance: Random) -> str:
    """What stands in a cell: in half of them something from life."""
    kind = chance.random()
    if kind < 0.55:
        return chance.choice(GOOD)
    if kind < 0.85:
        return chance.choice(BAD)
    if kind < 0.93:
        return chance.choice(GOOD) + chance.choice(BAD)
    return "".join(
        chr(chance.choice((chance.randrange(32, 127), chance.randrange(0xD7FF)))) for _ in range(chance.randrange(9))
    )


def rows_file(headers: Sequence[str], rows: int, chance: Random) -> bytes:
    """A delimited file of so many rows, some of them too short, too long or quoted wrongly."""
    names = [name for name in headers if chance.random() < 0.9] or list(headers[:1])
    names += ["surplus"] * (chance.random() < 0.2) + [names[0]] * (chance.random() < 0.05)
    text = io.StringIO(newline="")
    delimiter = chance.choice(",,,;\t")
    writer = csv.writer(text, delimiter=delimiter, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    writer.writerow(names)
    for number in range(rows):
        cells = [
            f"n{chance.randrange(10 * rows)}" if at == 0 and chance.random() < 0.7 else cell(chance)
            for at in range(len(names))
        ]
        cells = cells[: chance.randrange(len(cells) + 1)] if chance.random() < 0.02 else cells
        if chance.random() < 0.01:
            text.write(f'n{number}{delimiter}"open{delimiter}{cell(chance)}\n'.replace("\x00", ""))
        else:
            writer.writerow(cells)
    return text.getvalue().encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def real_files(folder: Path) -> dict[str, bytes]:
    """A small real-looking file of accounts in every format, and a pipeline."""
    import geopandas as gpd
    from openpyxl import Workbook
    from shapely.geometry import Point

    header = ["id", "name", "street", "city", "lat", "lon", "visits", "last visit", "sales"]
    rows = [
        [f"a{n}", f"Account {n}", f"Street {n}", "Town", 50 + n / 100, 10.5, 12, "2026-03-02", 100.5 * n]
        for n in range(12)
    ]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    frame = gpd.GeoDataFrame(
        {"id": range(12), "name": [str(n) for n in range(12)]}, geometry=[Point(10.5, 50)] * 12, crs="EPSG:4326"
    )
    frame.to_file(folder / "real.gpkg", driver="GPKG")
    frame.to_parquet(folder / "real.parquet")
    stages = [{"name": "Open", "probability": 0.1}, {"name": "Won", "kind": "won", "probability": 1.0}]
    return {
        "csv": text.getvalue().encode(),
        "xlsx": packed.getvalue(),
        "geojson": frame.to_json().encode(),
        "gpkg": (folder / "real.gpkg").read_bytes(),
        "parquet": (folder / "real.parquet").read_bytes(),
        "json": json.dumps({"name": "Sales", "stages": stages}).encode(),
    }


TOKENS = (
    *(one.encode("utf-8", "replace") for one in BAD if one),
    b"\xff\xfe",
    b"PK\x03\x04",
    b"PAR1",
    b"\x80" * 9,
    b"null",
    b"1e999",
)


def changed(data: bytes, chance: Random) -> bytes:
    """A file with one to six changes: bytes flipped, a piece cut, doubled or moved, hostile text put in, the end lost."""
    made = bytearray(data)
    for _ in range(chance.randrange(1, 7)):
        if not made:
            break
        at, upto = sorted(chance.randrange(len(made) + 1) for _ in range(2))
        upto = min(upto, at + chance.choice((1, 8, 64, 4096)))
        kind = chance.randrange(6)
        if kind == 0:
            for place in range(at, min(upto, len(made))):
                made[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del made[at:upto]
        elif kind == 2:
            made[at:at] = made[at:upto] * chance.randrange(1, 4)
        elif kind == 3:
            made[at:at] = chance.choice(TOKENS)
        elif kind == 4:
            piece = made[at:upto]
            del made[at:upto]
            where = chance.randrange(len(made) + 1)
            made[where:where] = piece
        else:
            del made[chance.randrange(len(made)) :]
    return bytes(made)
