"""Whether what was written down is what a form asks for, answer by answer, and how it is kept."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from planning.document_forms import LARGEST, Definition, Faults, FieldKind, FormField, FormLines, Quantity, is_number
from planning.record_errors import FaultyError

AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,4})?")
LONGEST = 5000

type Codes = Mapping[str, Sequence[str]]
"""By list, the codes that may be chosen; a list that is not there takes any text."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was written."""

    product: str
    quantity: float | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


def check_document(
    definition: Definition, answers: Mapping[str, Any], lines: Sequence[Line], codes: Codes
) -> tuple[dict[str, Any], list[Line]]:
    """Answers and lines as they are kept, if they are what the definition asks for.

    Raises:
        FaultyError: with every fault and where it is.
    """
    faults: Faults = []
    kept = check_answers(definition.fields, answers, "answers", codes, faults)
    asked = definition.lines or FormLines(most=0)
    if not asked.least <= len(lines) <= asked.most:
        faults.append(("lines", f"{asked.least} to {asked.most} lines" if asked.most else "no lines"))
        raise FaultyError(faults)
    checked = [check_line(asked, line, f"lines.{at}", codes, faults) for at, line in enumerate(lines)]
    if faults:
        raise FaultyError(faults)
    return kept, checked


def check_line(asked: FormLines, line: Line, where: str, codes: Codes, faults: Faults) -> Line:
    """One line as it is kept."""
    product = FormField("product", FieldKind.PRODUCT, required=True)
    check_answers((product,), {"product": line.product}, where, codes, faults)
    if (line.quantity is None) == (asked.quantity is Quantity.REQUIRED) and asked.quantity is not Quantity.OPTIONAL:
        faults.append((f"{where}.quantity", "a quantity" if line.quantity is None else "no quantity"))
    if line.quantity is not None and not 0 <= line.quantity <= LARGEST:
        faults.append((f"{where}.quantity", "a number from 0 on"))
    return Line(
        line.product, line.quantity, check_answers(asked.fields, line.answers, f"{where}.answers", codes, faults)
    )


def check_answers(
    fields: Sequence[FormField], answers: Mapping[str, Any], where: str, codes: Codes, faults: Faults
) -> dict[str, Any]:
    """Answers as they are kept, those left empty left out."""
    names = {one.name for one in fields}
    faults += [(f"{where}.{name}", "a field of the form") for name in answers if name not in names]
    kept = {}
    for one in fields:
        value = answers.get(one.name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if one.required:
                faults.append((f"{where}.{one.name}", "an answer"))
            continue
        try:
            kept[one.name] = CHECKS[one.kind](one, value, codes)
        except ValueError as expected:
            faults.append((f"{where}.{one.name}", str(expected)))
    return kept


def a_text(one: FormField, value: Any, codes: Codes) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise ValueError(f"a text of at most {LONGEST} characters")
    return value.strip()


def within(one: FormField, value: float | Decimal) -> None:
    """Go on only with a number between the bounds of the field."""
    low, high = one.least, one.most
    if (low is not None and value < Decimal(str(low))) or (high is not None and value > Decimal(str(high))):
        bounds = " and ".join(f"{word} {bound:g}" for word, bound in (("from", low), ("to", high)) if bound is not None)
        raise ValueError(f"a number {bounds}")


def a_number(one: FormField, value: Any, codes: Codes) -> float:
    if not is_number(value):
        raise ValueError("a number")
    within(one, Decimal(str(value)))
    return float(value)


def an_integer(one: FormField, value: Any, codes: Codes) -> int:
    if not is_number(value) or value != int(value):
        raise ValueError("a whole number")
    within(one, Decimal(int(value)))
    return int(value)


def an_amount(one: FormField, value: Any, codes: Codes) -> str:
    """Money to the last digit, kept as text."""
    written = str(value) if is_number(value) else value
    if not isinstance(written, str) or not AMOUNT.fullmatch(written):
        raise ValueError('an amount like "12.50", four decimals at most')
    within(one, Decimal(written))
    return written


def yes_or_no(one: FormField, value: Any, codes: Codes) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def a_date(one: FormField, value: Any, codes: Codes) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueError("a date like 2026-11-23") from None


def a_choice(one: FormField, value: Any, codes: Codes) -> str:
    choices = one.choices or codes.get(one.list)
    if choices is not None and value not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    return a_text(one, value, codes)


def a_product(one: FormField, value: Any, codes: Codes) -> str:
    products = codes.get("product")
    if products is not None and value not in products:
        raise ValueError("an active code of the list product")
    return a_text(one, value, codes)


CHECKS: Mapping[FieldKind, Callable[[FormField, Any, Codes], Any]] = {
    FieldKind.TEXT: a_text,
    FieldKind.INTEGER: an_integer,
    FieldKind.NUMBER: a_number,
    FieldKind.AMOUNT: an_amount,
    FieldKind.YES_NO: yes_or_no,
    FieldKind.DATE: a_date,
    FieldKind.CHOICE: a_choice,
    FieldKind.PRODUCT: a_product,
}
