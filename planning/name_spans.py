"""The days on which an account has a name: the same name of the same kind is there once on any day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Table, delete
from sqlmodel import Session

from geo.address_fold import fold
from planning.record_errors import RefusedError
from planning.record_rows import update_rows

type Span = tuple[date | None, date | None]
"""From a day until the day before another; None: always, or for ever."""


class Named(Protocol):
    """A name that has a kind and days."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


def in_common(one: Span, other: Span) -> bool:
    """True when two spans have a day in common."""
    return max(one[0] or date.min, other[0] or date.min) < min(one[1] or date.max, other[1] or date.max)


def around(spans: Sequence[Span]) -> Span:
    """The span from the first day of all to the last."""
    begins, ends = [span[0] for span in spans], [span[1] for span in spans]
    return (
        None if None in begins else min(day for day in begins if day),
        None if None in ends else max(day for day in ends if day),
    )


def said(span: Span) -> str:
    """A span in a sentence."""
    begins, ends = span
    words = ([f"from {begins}"] if begins else []) + ([f"until {ends}"] if ends else [])
    return " ".join(words) or "always"


def check_once(names: Iterable[Named]) -> None:
    """Go on only where no name of a kind is there twice on a day; two writings of one name are the same.

    Raises:
        RefusedError: which one is, and on which days.
    """
    seen: dict[tuple[str, str], list[tuple[str, Span]]] = {}
    for one in names:
        span = one.valid_from, one.valid_to
        same = seen.setdefault((str(one.kind), fold(one.name)), [])
        for name, other in same:
            if in_common(span, other):
                raise RefusedError(
                    f"{name!r} is its {one.kind} name twice on the same days: {said(other)}, and as {one.name!r} "
                    f"{said(span)}; give one of them, or days that do not overlap."
                )
        same.append((one.name, span))


def spans_joined(
    session: Session, table: Table, new: Mapping[str, Any], there: Iterable[Mapping[str, Any]], *, marked: str = ""
) -> bool:
    """Give the days of a name to the same one of the same kind that is `there` on some of them; False where none is.

    Where the days of several come together, one of them stays; it is `marked` where one of them was.
    """
    span = new["valid_from"], new["valid_to"]
    same = [
        row
        for row in there
        if (row["kind"], row["key"]) == (new["kind"], new["key"])
        and in_common(span, (row["valid_from"], row["valid_to"]))
    ]
    if not same:
        return False
    begins, ends = around([span, *((row["valid_from"], row["valid_to"]) for row in same)])
    stays, *rest = same
    if rest:
        session.execute(delete(table).where(table.c.id.in_([row["id"] for row in rest])))
    values: dict[str, Any] = {"valid_from": begins, "valid_to": ends}
    if marked:
        values[marked] = any(row[marked] for row in (new, *same))
    if changed := {name: value for name, value in values.items() if value != stays[name]}:
        update_rows(session, table, [(stays["id"], changed)])
    return True
