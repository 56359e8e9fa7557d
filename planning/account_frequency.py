"""Visits a year from "weekly", "2/month", "alle 6 Wochen", "раз в квартал" or a plain number."""

import re

from planning.account_numbers import parse_number
from planning.table_raw import Cell
from planning.table_words import plain_words, word_set

WORKING_DAYS = 260.0  # a daily visit is made on working days

# Visits a year of words that stand alone, and stems of words for a unit of time, as `plain_words` leaves them.
RATES = (
    (WORKING_DAYS, "daily | taglich | daglig | dagligt | ежедневно | quotidien | diario | diaria"),
    (104, "twice weekly | semiweekly"),
    (52, "weekly | wochentlich | ugentlig | ugentligt | еженедельно | hebdomadaire | semanal | semanalmente"),
    (26, "biweekly | bi weekly | fortnightly | zweiwochentlich | vierzehntagig | 14 tagig | 14 taglich | quincenal"),
    (24, "semimonthly | twice monthly | bimensuel"),
    (12, "monthly | monatlich | manedlig | manedligt | ежемесячно | mensuel | mensuelle | mensual"),
    (6, "bimonthly | bi monthly | zweimonatlich | bimestriel | bimestral"),
    (4, "quarterly | vierteljahrlich | quartalsweise | kvartalsvis | ежеквартально | trimestriel | trimestrielle"),
    (4, "trimestral"),
    (2, "half yearly | halfyearly | semiannual | semiannually | biannual | halbjahrlich | halvarlig | halvarligt"),
    (2, "semestriel | semestral | раз в полгода"),
    (1, "yearly | annual | annually | jahrlich | arlig | arligt | ежегодно | annuel | annuelle | anual"),
    (0, "never | nie | aldrig | никогда | jamais | nunca"),
)
ALONE = {word.strip(): float(rate) for rate, words in RATES for word in words.split("|")}
UNIT_STEMS = (
    (("arbeitstag", "workday", "werktag"), WORKING_DAYS),
    (("day", "tag", "dag", "ден", "дня", "дне", "jour", "dia"), 365.0),
    (("week", "wk", "woch", "kw", "uge", "недел", "нед", "semaine", "semana"), 52.0),
    (("fortnight", "quincena", "quinzaine"), 26.0),
    (("month", "mth", "monat", "maned", "md", "месяц", "мес", "mois", "mes"), 12.0),
    (("quart", "qtr", "kvart", "кварт", "trimest"), 4.0),
    (("halfyear", "halbjahr", "halvar", "полугод", "полгод", "semest"), 2.0),
    (("year", "yr", "jahr", "ar", "aret", "год", "лет", "an", "ans", "annee", "ano", "anos", "p.a"), 1.0),
)  # fmt: skip
EXACT_LENGTH = 3  # shorter stems must be the whole word: "an" is a year, "and" is none
WORD_NUMBERS = {
    "one": 1, "once": 1, "ein": 1, "eine": 1, "einmal": 1, "einen": 1, "en": 1, "один": 1, "одна": 1, 
    "un": 1, "une": 1, "una": 1,
    "two": 2, "twice": 2, "zwei": 2, "zweimal": 2, "to": 2, "два": 2, "две": 2, "дважды": 2, "deux": 2, "dos": 2,
    "second": 2, "other": 2, "zweite": 2, "anden": 2,
    "three": 3, "drei": 3, "dreimal": 3, "tre": 3, "три": 3, "трижды": 3, "trois": 3, "tres": 3, 
    "third": 3, "tredje": 3,
    "four": 4, "vier": 4, "viermal": 4, "fire": 4, "четыре": 4, "quatre": 4, "cuatro": 4, "six": 6, "sechs": 6,
    "seks": 6, "шесть": 6, "seis": 6, "eight": 8, "acht": 8, "восемь": 8,
}  # fmt: skip
EVERY = word_set(
    """
    every each alle jede jeden jedes jeder hver hvert каждый каждая каждую каждое каждые toutes tous
    chaque cada
    """
)
TIMES = word_set(
    """
    x mal times time раз раза fois vez veces gang gange visit visits besuch besuche besog визит визита
    визитов visite visites visita visitas
    """
)
PER = word_set("per a an pro im in je в за par al por om i pr to the den le la de les el с и на о")
COUNTS = word_set("once twice дважды трижды")
INTERVAL_SUFFIX = ("wochig", "wochentlich", "monatig", "monatlich", "tagig", "taglich", "weekly", "monthly", "daily")


def parse_visits(cell: Cell, *, unit_per_year: float = 1.0, interval: bool = False) -> float | None:
    """Visits a year; None when the text means no frequency.

    Args:
        unit_per_year: how many of the column's unit a year has (12 where the header says visits a month).
        interval: the column holds the time between visits in that unit, not visits per unit.
    """
    number = parse_number(cell, ".")
    if number is not None:
        if interval:
            return unit_per_year / number if number > 0 else None
        return number * unit_per_year
    if not isinstance(cell, str) or len(cell) > 60:
        return None
    text = plain_words(cell.replace("/", " per ")).replace("half year", "halfyear")
    if text.rstrip(".") in ALONE:
        return float(ALONE[text.rstrip(".")])
    return _worded(text)


def _worded(text: str) -> float | None:
    text = re.sub(r"(\d)([^\W\d])", r"\1 \2", text)
    words = [word.strip(".,") for word in text.split()]
    numbers = [value for value in map(_number, words) if value is not None]
    per_year = _unit(words)
    if per_year is None:
        return _counted(words, numbers)
    if len(numbers) > 2 or any(value <= 0 for value in numbers):
        return None
    counted = any(word in TIMES or word in COUNTS or word.endswith("mal") for word in words)
    every = any(word in EVERY for word in words) or (not counted and words[-1].endswith(INTERVAL_SUFFIX))
    if every or words[:2] == ["раз", "в"]:
        return per_year / numbers[0] if numbers else per_year
    if len(numbers) == 2:
        return numbers[0] * per_year / numbers[1]
    return numbers[0] * per_year if numbers else None


def _counted(words: list[str], numbers: list[float]) -> float | None:
    """ "12x" and "12 visits" without a unit are visits a year."""
    known = all(word in TIMES or _number(word) is not None for word in words)
    return numbers[0] if known and len(numbers) == 1 else None


def _number(word: str) -> float | None:
    if word in WORD_NUMBERS:
        return float(WORD_NUMBERS[word]) if word not in PER or word == "to" else None
    return parse_number(word, ".") if word[:1].isdigit() else None


def _unit(words: list[str]) -> float | None:
    """Units a year of the one word that names a unit; None when a word is unknown or no unit is there."""
    found = None
    for word in words:
        if word in EVERY or word in TIMES or word in PER or _number(word) is not None:
            continue
        per_year = next((size for stems, size in UNIT_STEMS if _names_unit(word, stems)), None)
        if per_year is None or found is not None:
            return None
        found = per_year
    return found


def _names_unit(word: str, stems: tuple[str, ...]) -> bool:
    return any(word == stem or (len(stem) >= EXACT_LENGTH and word.startswith(stem)) for stem in stems)
