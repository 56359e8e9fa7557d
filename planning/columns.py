"""Which column is what: by its name in six languages, then by a cautious guess, always against its values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rapidfuzz import fuzz

from planning.account_table import Recognised
from planning.columns_checks import CHECKS, Checks, doubt
from planning.columns_words import ENTITY, Meanings, phrases, squeezed
from planning.errors import TableError
from planning.table_header import HeaderScore
from planning.table_raw import RawTable, is_empty
from planning.table_words import header_words

FUZZY_SCORE = 86.0
FUZZY_LETTERS = 5
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Claim:
    """One column that could be one field; the smaller (certainty, rank), the better."""

    field: str
    index: int
    certainty: int
    rank: float
    how: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field found, what to say about it, and the columns nobody needs."""

    index: Mapping[str, int]
    recognised: tuple[Recognised, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]


def header_score(fields: Mapping[str, str], overrides: Mapping[str, str]) -> HeaderScore:
    """Counts the cells that are exactly a known column name or one the user named."""
    known = phrases(fields)
    named = {header_words(name) for name in overrides.values()}

    def means_something(text: str) -> bool:
        return squeezed(text) in known or text in named or _stripped(text) in known or bool(_dated(text, known))

    def score(cells: Sequence[str]) -> int:
        words = [header_words(cell) for cell in cells if cell.strip() and len(cell) < 80]
        return sum(map(means_something, words))

    return score


def recognise(
    table: RawTable, fields: Mapping[str, str], overrides: Mapping[str, str], checks: Checks = CHECKS
) -> Columns:
    """Match the header with `fields`; what the user says in `overrides` (field to column) wins.

    `checks` say what the values of a field look like; a column whose values do not is not believed.

    Raises:
        TableError: an override names a field or a column that does not exist.
    """
    index, recognised = _overridden(table.header, fields, overrides)
    claims = [claim for claim in _claims(table.header, phrases(fields)) if claim.field not in overrides]
    taken = set(index.values())
    left: dict[int, str] = {}
    for claim in sorted(claims, key=lambda c: (c.certainty, c.rank, _blanks(table, c.index), c.index)):
        name = table.header[claim.index]
        if claim.index in taken:
            continue
        if claim.field in index:
            other = table.header[index[claim.field]]
            left.setdefault(claim.index, f"Column {name!r} could be {claim.field} too; {other!r} was taken.")
            continue
        reason = doubt(claim.field, name, table.column(claim.index), guessed=claim.certainty == 2, checks=checks)
        if reason:
            if claim.certainty < 2:
                left.setdefault(claim.index, f"Column {name!r} is not taken as {claim.field}: {reason}.")
            continue
        index[claim.field] = claim.index
        taken.add(claim.index)
        recognised.append(Recognised(claim.field, name, claim.how))
    _pair_up(table, claims, index, recognised, left)
    taken = set(index.values())
    notes = [sentence for at, sentence in sorted(left.items()) if at not in taken]
    order = list(fields)
    recognised.sort(key=lambda found: order.index(found.field))
    unused = tuple(name for i, name in enumerate(table.header) if i not in taken)
    return Columns(index, tuple(recognised), unused, tuple(notes))


def _pair_up(
    table: RawTable, claims: Sequence[Claim], index: dict[str, int], recognised: list[Recognised], left: dict[int, str]
) -> None:
    """Where a file has two pairs of coordinates, the longitude must be the one beside the latitude."""
    rivals = [claim for claim in claims if claim.field == "lon" and claim.certainty < 2]
    if "lat" not in index or "lon" not in index or len(rivals) < 2:
        return
    nearest = min(rivals, key=lambda claim: (abs(claim.index - index["lat"]), claim.index < index["lat"]))
    if nearest.index == index["lon"] or doubt(
        "lon", table.header[nearest.index], table.column(nearest.index), guessed=False
    ):
        return
    other, name = table.header[index["lon"]], table.header[nearest.index]
    left[index["lon"]] = f"Column {other!r} could be lon too; {name!r} was taken."
    recognised[:] = [found for found in recognised if found.field != "lon"]
    recognised.append(Recognised("lon", name, f"{nearest.how}, beside the latitude"))
    index["lon"] = nearest.index


def _overridden(
    header: Sequence[str], fields: Mapping[str, str], overrides: Mapping[str, str]
) -> tuple[dict[str, int], list[Recognised]]:
    index: dict[str, int] = {}
    recognised: list[Recognised] = []
    for field, name in overrides.items():
        if field not in fields:
            raise TableError(f"There is no field {field!r} to name a column for{_nearest(field, fields)}")
        if not name:
            continue
        at = _find(header, name)
        if at is None:
            raise TableError(f"There is no column {name!r} for {field}{_nearest(name, header)}")
        index[field] = at
        recognised.append(Recognised(field, header[at], "as you said"))
    return index, recognised


def _find(header: Sequence[str], name: str) -> int | None:
    if name in header:
        return list(header).index(name)
    words = header_words(name)
    return next((i for i, column in enumerate(header) if header_words(column) == words), None)


def _nearest(given: str, known: Iterable[str]) -> str:
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(given.casefold(), list(folded), n=1, cutoff=0.5)
    listed = ", ".join(names[:25])
    return f"; did you mean {folded[close[0]]!r}? (there are: {listed})" if close else f"; there are: {listed}"


def _claims(header: Sequence[str], known: Meanings) -> Iterable[Claim]:
    meanings: Sequence[tuple[str, float]]
    for index, name in enumerate(header):
        words = header_words(name)
        without_unit = squeezed(header_words(name.split("(")[0].split("[")[0]))
        exact = known.get(squeezed(words))
        loose = known.get(_stripped(words)) or known.get(without_unit)
        dated = () if exact or loose else _dated(words, known)
        guess = "" if exact or loose or dated else _guess(squeezed(words), known)
        if exact:
            meanings, certainty, how = exact, 0, "exact name"
        elif loose:
            meanings, certainty, how = loose, 1, "known name with a further word"
        elif dated:
            meanings, certainty, how = dated, 1, "known name with a year"
        elif guess:
            meanings, certainty, how = known[guess], 2, f"guessed: looks like {guess!r}, and its values fit"
        else:
            continue
        for field, rank in meanings:
            yield Claim(field, index, certainty, rank, how)


def _dated(words: str, known: Meanings) -> tuple[tuple[str, float], ...]:
    """What the header means without the year in it; of two years the later comes first."""
    year = YEAR.search(words)
    found = known.get(squeezed(YEAR.sub(" ", words)), ()) if year else ()
    return tuple((field, rank + 1 - int(year[0]) / 10_000) for field, rank in found) if year else ()


def _stripped(words: str) -> str:
    """The header without words for the account itself; empty when nothing else is left."""
    return squeezed(" ".join(word for word in words.split() if word not in ENTITY))


def _guess(text: str, known: Iterable[str]) -> str:
    """The known name a slip of the pen away; "" where none is near enough."""
    if len(text) < FUZZY_LETTERS:
        return ""
    near = (phrase for phrase in known if len(phrase) >= FUZZY_LETTERS and abs(len(phrase) - len(text)) <= 3)
    score, best = max(((fuzz.ratio(text, phrase), phrase) for phrase in near), default=(0.0, ""))
    return best if score >= FUZZY_SCORE else ""


def _blanks(table: RawTable, index: int) -> float:
    """Share of empty cells, so that of two equal names the better filled column wins."""
    if not table.rows:
        return 0.0
    return sum(1 for row in table.rows if is_empty(row.cells[index])) / len(table.rows)
