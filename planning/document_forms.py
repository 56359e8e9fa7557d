"""What a document of a visit asks for, as data.

    {"title": "Shelf audit",
     "fields": [{"name": "facings", "kind": "integer", "required": true, "least": 0, "most": 200},
                {"name": "state", "kind": "choice", "choices": ["full", "gaps", "empty"]}],
     "lines": {"least": 1, "most": 50, "quantity": "optional",
               "fields": [{"name": "price", "kind": "amount", "required": true}]}}

Without `lines` a document has none. `quantity` of a line is required, optional or none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from planning.record_errors import FaultyError

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
LARGEST = 1e12
MOST_FIELDS, MOST_LINES = 60, 1000

type Faults = list[tuple[str, str]]
"""What is wrong: where, and what was expected."""


class FieldKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    AMOUNT = "amount"
    YES_NO = "yes_no"
    DATE = "date"
    CHOICE = "choice"
    PRODUCT = "product"


class Quantity(StrEnum):
    """Whether a line says how many."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that is asked.

    `least` and `most` bound numbers and amounts; a choice is one of `choices`, or of the codes of `list`.
    """

    name: str
    kind: FieldKind
    label: str = ""
    required: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    list: str = ""


@dataclass(frozen=True, slots=True)
class FormLines:
    """How lines look, and how many there may be."""

    least: int = 0
    most: int = 200
    quantity: Quantity = Quantity.REQUIRED
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What a document asks for."""

    title: str
    fields: tuple[FormField, ...] = ()
    lines: FormLines | None = None

    def lists(self) -> frozenset[str]:
        """The code lists that answers are taken from."""
        fields = (*self.fields, *(self.lines.fields if self.lines else ()))
        named = {one.list for one in fields if one.list}
        products = self.lines is not None or any(one.kind is FieldKind.PRODUCT for one in fields)
        return frozenset(named | ({"product"} if products else set()))


def read_definition(data: Mapping[str, Any]) -> Definition:
    """A definition from its form as data.

    Raises:
        FaultyError: with every fault.
    """
    faults: Faults = []
    unknown(data, ("title", "fields", "lines"), "", faults)
    title = data.get("title")
    if not isinstance(title, str) or not title.strip() or len(title) > 300:
        faults.append(("title", "a title of at most 300 characters"))
    fields = read_fields(data.get("fields", []), "fields", faults)
    lines = read_lines(data["lines"], faults) if data.get("lines") is not None else None
    if faults:
        raise FaultyError(faults)
    return Definition(str(title), fields, lines)


def read_lines(data: Any, faults: Faults) -> FormLines:
    """How lines look."""
    if not isinstance(data, Mapping):
        faults.append(("lines", "an object with least, most, quantity and fields"))
        return FormLines()
    unknown(data, ("least", "most", "quantity", "fields"), "lines.", faults)
    least, most = data.get("least", 0), data.get("most", 200)
    if not (type(least) is int and type(most) is int and 0 <= least <= most <= MOST_LINES):
        faults.append(("lines.least", f"whole numbers, 0 <= least <= most <= {MOST_LINES}"))
        least, most = 0, 200
    asked = data.get("quantity", Quantity.REQUIRED)
    if asked not in list(Quantity):
        faults.append(("lines.quantity", f"one of {', '.join(Quantity)}"))
        asked = Quantity.REQUIRED
    return FormLines(least, most, Quantity(asked), read_fields(data.get("fields", []), "lines.fields", faults))


def read_fields(data: Any, where: str, faults: Faults) -> tuple[FormField, ...]:
    """What is asked."""
    if not isinstance(data, Sequence) or isinstance(data, str) or len(data) > MOST_FIELDS:
        faults.append((where, f"a list of at most {MOST_FIELDS} fields"))
        return ()
    made: list[FormField] = []
    for at, item in enumerate(data):
        found = read_field(item, f"{where}.{at}", faults)
        if found and found.name in {one.name for one in made}:
            faults.append((f"{where}.{at}.name", f"a name once; {found.name!r} is there already"))
        elif found:
            made.append(found)
    return tuple(made)


def read_field(data: Any, where: str, faults: Faults) -> FormField | None:
    """One thing that is asked; None where it cannot be read."""
    if not isinstance(data, Mapping):
        faults.append((where, "an object with name and kind"))
        return None
    before = len(faults)
    unknown(data, FormField.__dataclass_fields__, f"{where}.", faults)
    if not (isinstance(data.get("name"), str) and NAME.fullmatch(data["name"])):
        faults.append((f"{where}.name", "small letters, digits and _, beginning with a letter"))
    if data.get("kind") not in list(FieldKind):
        faults.append((f"{where}.kind", f"one of {', '.join(FieldKind)}"))
    for name, expected in (("label", str), ("list", str), ("required", bool)):
        if not isinstance(data.get(name, expected()), expected):
            faults.append((f"{where}.{name}", "true or false" if expected is bool else "a text"))
    for name in ("least", "most"):
        if data.get(name) is not None and not is_number(data[name]):
            faults.append((f"{where}.{name}", "a number"))
    choices = data.get("choices", [])
    if not isinstance(choices, Sequence) or not all(isinstance(one, str) and one for one in choices):
        faults.append((f"{where}.choices", "a list of texts"))
    elif data.get("kind") == FieldKind.CHOICE and bool(choices) == bool(data.get("list")):
        faults.append((f"{where}.choices", "choices, or the name of a code list as `list`"))
    if len(faults) > before:
        return None
    given = {name: data[name] for name in ("label", "required", "least", "most", "list") if data.get(name) is not None}
    return FormField(data["name"], FieldKind(data["kind"]), choices=tuple(choices), **given)


def unknown(data: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any], where: str, faults: Faults) -> None:
    """Note what a definition cannot have."""
    faults += [(f"{where}{name}", f"only {', '.join(known)}") for name in data if name not in known]


def is_number(value: Any) -> bool:
    """True for a finite number that is no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
