"""Weekdays and times of day as people write them, in six languages."""

import re
from datetime import time

from planning.account_fields import FieldFault
from planning.table_raw import Cell, text_of
from planning.table_words import plain_words

DAY_WORDS = (
    "mo mon monday montag man mandag пн пон понедельник lu lun lundi lunes",
    "tu tue tues tuesday di die dienstag ti tir tirsdag вт втр вторник mar mardi martes",
    "we wed wednesday mi mit mittwoch on ons onsdag ср сре среда среду me mer mercredi mie miercoles",
    "th thu thur thurs thursday do don donnerstag to tor torsdag чт чет четверг je jeu jeudi ju jue jueves",
    "fr fri friday fre freitag fredag пт пят пятница пятницу ve ven vendredi vi vie viernes",
    "sa sat saturday sam samstag sonnabend lo lor lordag сб суб суббота субботу samedi sab sabado",
    "su sun sunday so son sonntag sondag вс вос вск воскресенье dim dimanche dom domingo",
)
DAYS = {word: day for day, words in enumerate(DAY_WORDS) for word in words.split()}
DAY_RANGE = re.compile(r"\s*(?:[-–—]|\s(?:to|til|bis|до|по|a|au|al)\s)\s*")
CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*(?:uhr|h)?\s*([ap])?\.?m?\.?")


def parse_weekdays(text: str) -> frozenset[int]:
    """ "Mo-Fr", "Mon, Wed, Fri", "пн–чт", "1-5", "12345" (1 = Monday) to numbers from 0 for Monday.

    Raises:
        FieldFault: a word that is no day.
    """
    expected = "days such as Mon-Fri or Mo, Di, Do"
    words = plain_words(text)
    if re.fullmatch(r"[1-7]{2,7}", words):
        return frozenset(int(digit) - 1 for digit in words)
    spaced = DAY_RANGE.sub("-", text.casefold())
    days: set[int] = set()
    for part in re.split(r"[\s,;/+&]+", spaced):
        if not part:
            continue
        ends = [_weekday(end) for end in part.split("-")]
        if len(ends) > 2 or None in ends:
            raise FieldFault("weekdays", text, expected)
        first, last = ends[0] or 0, ends[-1] or 0
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    if not days:
        raise FieldFault("weekdays", text, expected)
    return frozenset(days)


def _weekday(word: str) -> int | None:
    plain = plain_words(word).strip(".,")
    if plain.isascii() and plain.isdigit() and 1 <= int(plain[:2]) <= 7:
        return int(plain) - 1
    return DAYS.get(plain)


def parse_clock(cell: Cell, field: str) -> int:
    """Seconds after midnight of "8", "8:30", "08.30", "8h30", "5 pm", an Excel time or a share of a day."""
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, float) and 0 < cell < 1:
        return round(cell * 24 * 60) * 60
    text = text_of(cell).casefold().strip()
    found = CLOCK.fullmatch(text)
    if not found or int(found[1]) > 24 or int(found[2] or 0) > 59:
        raise FieldFault(field, text, "a time such as 08:00")
    hour = int(found[1]) % 12 + 12 * (found[3] == "p") if found[3] else int(found[1])
    return hour * 3600 + int(found[2] or 0) * 60
