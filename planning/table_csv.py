"""Delimited text to rows, also where the file was cut off or a quote was never closed."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.errors import TableError
from planning.formula_text import as_meant
from planning.table_decode import decode
from planning.table_header import HeaderScore, find_header
from planning.table_raw import MAX_COLUMNS, MAX_ROWS, BrokenRow, RawRow, RawTable, tidy_header

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE_LINES = 200
MAX_LINES_PER_RECORD = 100
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of the record that starts on `line`, or the reason they cannot be told apart."""

    line: int
    fields: tuple[str, ...]
    fault: str = ""


def read_delimited(data: bytes, source: str, score: HeaderScore) -> RawTable:
    """A CSV-like file as rows.

    Raises:
        TableError: nothing in it, no usable delimiter, no header, or too many rows or columns.
    """
    decoded = decode(data, source)
    lines = split_lines(decoded.text)
    if not any(line.strip() for line in lines):
        raise TableError(f"{source} is empty")
    start, delimiter = _declared(lines)
    delimiter = delimiter or find_delimiter(lines[start:])
    if not delimiter:
        first = next(line for line in lines if line.strip()).strip()[:SHOWN]
        raise TableError(
            f"{source} has only one column, {first!r}: expected columns separated by comma, semicolon, tab or pipe"
        )
    notes = [f"Encoding: {decoded.encoding}.", *decoded.notes, f"Delimiter: {DELIMITERS[delimiter]}."]
    records = _limited(records_of(lines, delimiter, start), source)
    return _table(records, source, notes, delimiter, score, cut_off=not lines[-1].endswith(("\n", "\r")))


def split_lines(text: str) -> list[str]:
    """Lines with their ends, broken only where editors break them: LF, CRLF or a lone CR."""
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return lines + ([parts[-1]] if parts[-1] else [])


def _declared(lines: Sequence[str]) -> tuple[int, str]:
    """Excel's own first line `sep=;` names the delimiter."""
    first = lines[0].strip().strip('"')
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS:
        return 1, first[4]
    if lines[0].rstrip("\r\n").lower() == "sep=\t":
        return 1, "\t"
    return 0, ""


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most records into the same number (two or more) of fields; "" where none does."""
    best, best_score = "", 0.0
    for delimiter in DELIMITERS:
        counts = [
            len(record.fields)
            for record in records_of(lines[:SAMPLE_LINES], delimiter)
            if not record.fault and any(field.strip() for field in record.fields)
        ]
        if not counts:
            continue
        usual = max(set(counts), key=lambda n: (counts.count(n), n))
        if usual < 2:
            continue
        score = counts.count(usual) / len(counts) + 0.5 * (counts[0] == usual) + 0.01 * min(usual, 30)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def records_of(lines: Sequence[str], delimiter: str, start: int = 0) -> Iterator[Record]:
    """Every non-blank record with the line it starts on (first line = 1).

    A quoted field may run over lines. Where a quote is never closed, the line that opens it comes back with a fault
    and reading goes on with the next line, so that one slip costs one row.
    """
    at = start
    while at < len(lines):
        for record, following in _run(lines, delimiter, at):
            at = following
            if record.fields or record.fault:
                yield record
            if record.fault:
                break


def _run(lines: Sequence[str], delimiter: str, start: int) -> Iterator[tuple[Record, int]]:
    fed = _Feed(lines, start)
    reader = csv.reader(fed, delimiter=delimiter, skipinitialspace=True)
    while True:
        begins = fed.at
        fed.stop = begins + MAX_LINES_PER_RECORD
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(begins + 1, (lines[begins].strip(),), f"a readable record ({error})"), begins + 1
            return
        if fed.at - begins > 1 or fed.at >= len(lines):
            fault = _quote_fault(lines[begins : fed.at], delimiter)
            if fault:
                yield Record(begins + 1, (lines[begins].strip(),), fault), begins + 1
                return
        yield Record(begins + 1, tuple(map(as_meant, fields)) if any(fields) else ()), fed.at


class _Feed:
    """Hands lines to the csv module and knows how far it has come."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self.lines = lines
        self.at = at
        self.stop = len(lines)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.at >= min(self.stop, len(self.lines)):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _quote_fault(lines: Sequence[str], delimiter: str) -> str:
    """Why these lines are not one well-formed record; "" when they are."""
    try:
        list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return "a closing quote; the line is cut off or the quote is never closed"
        return "" if len(lines) == 1 else "a closing quote followed by the delimiter"
    return ""


def _limited(records: Iterator[Record], source: str) -> list[Record]:
    out: list[Record] = []
    for record in records:
        out.append(record)
        if len(out) > MAX_ROWS + 1:
            raise TableError(f"{source} has more than {MAX_ROWS:,} rows: split it, or leave out what is not needed")
        if len(record.fields) > MAX_COLUMNS:
            raise TableError(
                f"{source}, row {record.line}: {len(record.fields)} columns, expected at most {MAX_COLUMNS}"
            )
    return out


def _table(
    records: list[Record], source: str, notes: list[str], delimiter: str, score: HeaderScore, cut_off: bool
) -> RawTable:
    readable = [(record.line, record.fields) for record in records if not record.fault]
    if not readable:
        raise TableError(f"{source} has no readable row: a quote is never closed on line {records[0].line}")
    header = find_header(readable, score, source)
    header_line = readable[header.index][0]
    names, renamed = tidy_header(_without_empty_tail(readable[header.index][1]))
    rows: list[RawRow] = []
    broken: list[BrokenRow] = []
    body = [record for record in records if record.line > header_line]
    for record in body:
        last = record is body[-1]
        fault = record.fault or _width_fault(record, len(names), cut_off=cut_off and last)
        if not fault and record.fields[: len(names)] == readable[header.index][1][: len(names)]:
            fault = "an account; this row repeats the header"
        if fault:
            given = ", ".join(record.fields)[:SHOWN]
            broken.append(BrokenRow(record.line, "row", given, fault))
        else:
            cells = record.fields[: len(names)] + ("",) * (len(names) - len(record.fields))
            rows.append(RawRow(record.line, cells))
    if broken and not rows:
        first = broken[0]
        raise TableError(f"{source}: no row can be read; row {first.number}: expected {first.expected}")
    return RawTable(source, names, tuple(rows), tuple(broken), (*notes, *header.notes, *renamed), delimiter=delimiter)


def _without_empty_tail(fields: tuple[str, ...]) -> tuple[str, ...]:
    end = len(fields)
    while end > 1 and not fields[end - 1].strip():
        end -= 1
    return fields[:end]


def _width_fault(record: Record, width: int, *, cut_off: bool) -> str:
    if any(field.strip() for field in record.fields[width:]):
        return f"{width} fields, got {len(record.fields)}: a delimiter inside a field needs quotes around it"
    if len(record.fields) == 1 < width:
        return f"{width} fields, got 1: another delimiter than in the rest of the file, or a remark"
    if len(record.fields) < width and cut_off:
        return f"{width} fields, got {len(record.fields)}: the file ends in the middle of this row"
    return ""
