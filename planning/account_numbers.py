"""Numbers and lengths of time as people write them."""

import re
from collections.abc import Iterable
from datetime import time, timedelta

from planning.table_raw import Cell, is_empty, text_of
from planning.table_words import word_set

SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
CURRENCY = re.compile(
    r"€|\$|£|₽|¥|₴|₸|zł|руб(?:лей|ля|ль)?\.?|(?<![^\W\d])р\.|\b(?:eur|usd|gbp|chf|dkk|sek|nok|pln|rub|czk|kr)\b\.?",
    re.IGNORECASE,
)
SCALES = (
    (re.compile(r"(?:тыс\.?|tsd\.?|\bk|k)$", re.IGNORECASE), 1e3),
    (re.compile(r"(?:млн\.?|mio\.?|mln\.?|m)$", re.IGNORECASE), 1e6),
)
PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
WHOLE = re.compile(r"(?<=\d)[.,][-–—]+$")  # "12.-" is how Swiss and Danish prices say "and nothing"
MAX_DIGITS = 40


def decimal_mark(values: Iterable[Cell]) -> str:
    """The sign a column of sums uses before its decimals, "." or ",", judged over the whole column.

    A number with both signs, with one repeated, or with other than three digits behind a single one is evidence.
    Where every number is like 1.234 the sign parts thousands: sums have two decimals or none.
    """
    votes = {".": 0, ",": 0}
    grouped = {".": 0, ",": 0}
    for value in values:
        if isinstance(value, str):
            text = _bare(value, money=True)[0]
            mark = _evidence(text)
            if mark:
                votes[mark] += 1
            else:
                grouped["."] += "." in text
                grouped[","] += "," in text
    if votes["."] != votes[","]:
        return max(votes, key=lambda mark: votes[mark])
    return "," if grouped["."] > grouped[","] else "."


def _evidence(text: str) -> str:
    comma, point = text.rfind(","), text.rfind(".")
    if comma < 0 and point < 0:
        return ""
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    mark, other, at = (",", ".", comma) if comma >= 0 else (".", ",", point)
    if text.count(mark) > 1:
        return other
    if len(text) - at - 1 != 3 or text.lstrip("+-").startswith("0") or at > 3 + text.startswith(("+", "-")):
        return mark
    return ""


def _bare(text: str, money: bool) -> tuple[str, float]:
    """Without spaces, apostrophes and currency; with the factor that a "k" or "Mio" stands for."""
    text = CURRENCY.sub("", text.strip()) if money else text.strip()
    text = SPACES.sub("", text).replace("'", "").replace("’", "").replace("\u2212", "-")
    if money:
        text = WHOLE.sub("", text)
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if text.endswith("-") and text[:1].isdigit():
        text = "-" + text[:-1]
    for pattern, factor in SCALES if money else ():
        found = pattern.search(text)
        if found and found.start():
            return text[: found.start()], factor
    return text, 1.0


def parse_number(cell: Cell, mark: str = ".", *, money: bool = False) -> float | None:
    """The number in a cell, None when there is none to be read.

    Args:
        mark: the decimal mark of the column; it settles what `1.234` means.
        money: currency signs and a trailing "k", "Mio" or "тыс." are understood.
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return _finite(cell)
    if not isinstance(cell, str) or len(cell) > MAX_DIGITS + 20:
        return None
    text, factor = _bare(cell, money)
    own = _evidence(text) or mark
    if own == ",":
        text = text.replace(".", "").replace(",", ".") if _grouping_fits(text, ".") else ""
    else:
        text = text.replace(",", "") if _grouping_fits(text, ",") else ""
    if len(text) > MAX_DIGITS or not PLAIN.fullmatch(text) or not text.isascii():
        return None
    return _finite(float(text) * factor)


def _grouping_fits(text: str, separator: str) -> bool:
    """Thousands separators must stand before groups of three digits (two in the Indian manner)."""
    if separator not in text:
        return True
    whole = re.split(r"[.,]", text)
    if text[max(text.rfind("."), text.rfind(","))] != separator:
        whole = whole[:-1]
    groups = whole[1:]
    return bool(groups) and all(len(group) in (2, 3) for group in groups[:-1]) and len(groups[-1]) == 3


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < 1e300 else None


# Units of a length of time, in minutes; matched from the start of the letters behind a number.
HOUR = ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "time", "timer", "heure", "heures", "hora",
        "horas", "ч", "час", "часа", "часов")  # fmt: skip
MINUTE = ("", "m", "min", "mins", "minute", "minutes", "minuten", "minut", "minutter", "minuto", "minutos", "мин",
          "минут", "минуты", "минута", "'", "′")  # fmt: skip
SECOND = ("s", "sec", "secs", "second", "seconds", "sek", "sekunden", "с", "сек")
UNIT_MIN = {word: size for words, size in ((HOUR, 60.0), (MINUTE, 1.0), (SECOND, 1 / 60)) for word in words}
CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?")
PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*['′]?)\.?")


def parse_minutes(cell: Cell, unit_min: float = 1.0) -> float | None:
    """Minutes from a number, "45 min", "1,5 h", "1 Std 30", "0:45", an Excel time; None when unreadable.

    Args:
        unit_min: what one unit of a bare number stands for (60 where the column is in hours).
    """
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute + cell.second / 60
    if isinstance(cell, timedelta):
        return cell.total_seconds() / 60
    number = parse_number(cell)
    if number is not None:
        return number * unit_min
    if not isinstance(cell, str):
        return None
    text = " ".join(cell.casefold().split())
    sign = -1.0 if text.startswith("-") else 1.0
    text = text.lstrip("-").strip()
    clock = CLOCK.fullmatch(text)
    if clock:
        return sign * (int(clock[1]) * 60 + int(clock[2]) + int(clock[3] or 0) / 60)
    return _worded_minutes(text, sign)


def _worded_minutes(text: str, sign: float) -> float | None:
    parts = PART.findall(text)
    rest = PART.sub("", text).replace("&", "").strip(" ,")
    if not parts or rest or len(text) > MAX_DIGITS or len(parts) > 3:
        return None
    total = 0.0
    for number, unit in parts:
        if unit not in UNIT_MIN:
            return None
        total += float(number.replace(",", ".")) * UNIT_MIN[unit]
    return sign * total


YES = word_set(
    """
    1 y yes true t x ja j oui o si s sí да д истина wahr vrai sand verdadero locked gesperrt fix ✓ ✔
    """
)
NO = word_set("0 n no false f nein nej non нет н ложь falsch faux falsk falso")


def parse_yes(cell: Cell) -> bool | None:
    """Yes or no in the usual words; an empty cell is no, anything else None."""
    if is_empty(cell):
        return False
    word = text_of(cell).casefold()
    return True if word in YES else False if word in NO else None
