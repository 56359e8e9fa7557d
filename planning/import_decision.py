"""What a row of a file would do to the record, and what it takes to say so for any kind of record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import islice, product
from typing import Any

from crm.tables import RowState
from planning.import_fields import Said, Unreadable
from planning.import_references import Found

MOST_CANDIDATES = 12

Values = dict[str, Any]
Reason = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a row would do; `writes`, `targets` and `candidates` as in `ImportRow`. `label` names the record."""

    state: RowState
    line: int | None
    external_id: str
    writes: Mapping[str, Any]
    targets: Mapping[str, Sequence[int]]
    reasons: tuple[Reason, ...] = ()
    record_id: int | None = None
    account_id: int | None = None
    candidates: tuple[Mapping[str, Any], ...] = ()
    label: str = ""


type Plan = Callable[[Said], Decision]
"""Decides for a row whose references are ids."""


def reason(field: str, given: Any, note: str) -> Reason:
    """Why, for one field."""
    return {"field": field, "given": shown(given), "note": note}


def reject(line: int, external_id: str, field: str, given: Any, expected: str) -> Decision:
    """A row that cannot be used."""
    return Decision(RowState.REJECT, line, external_id, {}, {}, (reason(field, given, f"expected {expected}"),))


def rejected_row(row: Unreadable) -> Decision:
    """A row that could not be read."""
    return reject(row.line, "", row.field, row.given, row.expected)


def shown(value: Any) -> str:
    """A value for a person."""
    if value is None or value == "":
        return "nothing"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def differing(said: Mapping[str, Any], known: Mapping[str, Any]) -> Values:
    """The values that are not so yet; what a row does not say changes nothing."""
    return {name: value for name, value in said.items() if value not in ("", None) and known[name] != value}


def changes(new: Mapping[str, Any], known: Mapping[str, Any], silent: Iterable[str] = ()) -> list[Reason]:
    """A reason per field that changes: what it was and what it will be."""
    left_out = set(silent)
    return [reason(name, value, f"was {shown(known[name])}") for name, value in new.items() if name not in left_out]


def settle(said: Said, external_id: str, found: Mapping[str, Found[Any]], plan: Plan) -> Decision:
    """Decide for a row once its references are known: rejected for one that is nowhere, a review where one is open."""
    for field, reference in found.items():
        if not reference.ids:
            return reject(said.line, external_id, field, reference.given, reference.expected)
    notes = tuple(reason(field, reference.given, reference.how) for field, reference in found.items() if reference.how)
    ways = islice(product(*(reference.ids for reference in found.values())), MOST_CANDIDATES)
    decided = [
        made if made.state == RowState.REJECT else replace(made, reasons=(*notes, *made.reasons))
        for way in ways
        if (made := plan(replace(said, values={**said.values, **dict(zip(found, way, strict=True))})))
    ]
    if all(reference.sure for reference in found.values()):
        return decided[0]
    open_fields = [(field, reference) for field, reference in found.items() if not reference.sure]
    why = tuple(reason(field, reference.given, reference.doubt) for field, reference in open_fields)
    return review(said.line, external_id, decided, why)


def review(line: int | None, external_id: str, ways: Sequence[Decision], why: tuple[Reason, ...]) -> Decision:
    """A row for a person to decide: each of `ways` becomes a candidate, those of a review one by one."""
    candidates: list[Mapping[str, Any]] = []
    for way in ways:
        if way.state == RowState.REVIEW:
            candidates += way.candidates
        else:
            candidates.append(candidate(way))
    return Decision(RowState.REVIEW, line, external_id, {}, {}, why, candidates=tuple(candidates[:MOST_CANDIDATES]))


def candidate(way: Decision) -> Mapping[str, Any]:
    """A decision as one of the choices of a review."""
    return {
        "state": way.state,
        "label": way.label,
        "record_id": way.record_id,
        "account_id": way.account_id if isinstance(way.account_id, int) else None,
        "writes": way.writes,
        "targets": way.targets,
        "reasons": list(way.reasons),
    }


class MadeIds:
    """Ids for rows that bring none, from what makes them what they are; the second of the same gets another.

    The same file gives the same ids again, in whichever order its rows are.
    """

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def of(self, *parts: Any) -> str:
        text = "\x1f".join(shown(part) for part in parts)
        number = self.seen[text] = self.seen.get(text, 0) + 1
        return f"row-{sha256(f'{text}\x1f{number}'.encode()).hexdigest()[:20]}"


class Once:
    """Notices an id that an earlier row of the file has already."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def again(self, external_id: str, line: int) -> Decision | None:
        first = self.lines.setdefault(external_id, line)
        if first == line:
            return None
        return reject(line, external_id, "id", external_id, f"an id used once; row {first} has it already")


def compared(table: str, external: str, line: int, said: Mapping[str, Any], before: Any) -> Decision:
    """What a row changes of a row of the record."""
    new = {name: value for name, value in differing(said, before._mapping).items()}
    state = RowState.UPDATE if new else RowState.UNCHANGED
    writes = {table: new} if new else {}
    targets = {table: (before.id, before.version)}
    return Decision(state, line, external, writes, targets, tuple(changes(new, before._mapping)), before.id)
