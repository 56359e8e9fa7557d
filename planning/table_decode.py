"""Bytes to text, when nobody said in which encoding the file was written.

Byte-order marks first, then UTF-16 by the zero bytes beside its line ends, then strict UTF-8. What is left was
written in some single-byte code page: each candidate decodes the file's own non-ASCII runs, and the one whose
letters are the most usual for its languages wins. Lines of another encoding inside an UTF-8 file (two exports
pasted together) are decoded line by line and counted.
"""

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass

from planning.errors import TableError
from planning.table_words import counted

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 with byte-order mark"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 with byte-order mark"),
)
SAMPLE_BYTES = 400_000
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
DOUBLE = re.compile("[ÂÃÄÅÐÑ][\u0080-\u00bf\u0152-\u0192\u2013-\u2122]")
MAX_CONTROL_SHARE = 0.002
FEW_CONTROLS = 8  # so many stray control characters are still a table with slips in it

# How often the letters turn up, in parts of a thousand; anything not listed is rare.
RUSSIAN = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", (
    110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14, 12, 10, 9, 7, 6, 5, 4, 3,
    3, 1, 1), strict=True)) | {"№": 3, "«": 3, "»": 3, "–": 2, "—": 2, "€": 2}  # fmt: skip
WESTERN = {
    "é": 200, "ü": 120, "ä": 90, "ö": 90, "ß": 40, "ø": 70, "å": 60, "æ": 50, "è": 40, "ñ": 40, "ó": 60, "í": 50,
    "á": 50, "ç": 30, "ã": 20, "à": 20, "ê": 20, "ú": 20, "ô": 12, "î": 6, "ï": 6, "ë": 8, "â": 8, "û": 5, "õ": 8,
    "œ": 3, "’": 60, "‘": 10, "“": 15, "”": 15, "–": 30, "—": 10, "…": 5, "€": 20, "°": 12, "£": 6, "§": 3, "´": 6,
    "½": 3, "®": 4, "™": 4, "\xa0": 20, "«": 3, "»": 3, "ª": 2, "º": 4, "¿": 1, "·": 2, "š": 2, "ž": 2,
}  # fmt: skip
CENTRAL = {
    "ł": 60, "ą": 40, "ę": 45, "ó": 30, "ś": 30, "ż": 30, "ć": 20, "ń": 15, "ź": 5, "á": 40, "é": 40, "í": 40,
    "č": 30, "ř": 30, "š": 30, "ž": 30, "ě": 30, "ý": 25, "ů": 15, "ő": 12, "ű": 6, "ö": 20, "ü": 20, "ț": 5, "ş": 8,
    "ţ": 6, "ă": 15, "đ": 6, "ú": 10, "ť": 3, "ď": 2, "ň": 3, "–": 10, "„": 4, "”": 4, "€": 5, "\xa0": 5,
}  # fmt: skip
RARE = 0.05
IMPLAUSIBLE = 0.0005


@dataclass(frozen=True, slots=True)
class CodePage:
    """A single-byte encoding and how usual each letter is in the languages written in it."""

    codec: str
    title: str
    letters: dict[str, int]
    prior: float
    mixed_with_latin: bool


CODE_PAGES = (
    CodePage("cp1252", "CP1252 (Western)", WESTERN, 0.0, True),
    CodePage("cp1251", "CP1251 (Cyrillic)", RUSSIAN, -0.5, False),
    CodePage("koi8-r", "KOI8-R (Cyrillic)", RUSSIAN, -2.0, False),
    CodePage("cp866", "CP866 (Cyrillic, DOS)", RUSSIAN, -4.0, False),
    CodePage("cp1250", "CP1250 (Central European)", CENTRAL, -3.0, True),
    CodePage("iso8859-1", "Latin-1", WESTERN, -1.0, True),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was in, and remarks worth showing."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, source: str) -> Decoded:
    """The text of a file and how it was written.

    Raises:
        TableError: the bytes are not text at all.
    """
    found = _first_reading(data, source)
    text, lines = undo_double_encoding(found.text)
    if not lines:
        return found
    note = (
        f"UTF-8 that had been taken for CP1252 once before (as in 'CafÃ©') was put right in {counted(lines, 'line')}."
    )
    return Decoded(text, found.encoding, (*found.notes, note))


def undo_double_encoding(text: str) -> tuple[str, int]:
    """Lines such as "CafÃ©" as they were meant, and how many; a line is touched only if all of it fits."""
    if not DOUBLE.search(text):
        return text, 0
    lines = text.split("\n")
    mended = 0
    for number, line in enumerate(lines):
        if DOUBLE.search(line):
            try:
                lines[number] = line.encode("cp1252").decode("utf-8")
            except UnicodeError:
                continue
            mended += 1
    return "\n".join(lines), mended


def _first_reading(data: bytes, source: str) -> Decoded:
    for mark, codec, title in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec, title, source)
    codec = _wide_codec(data)
    if codec:
        return _marked(data, codec, "UTF-16 without byte-order mark", source)
    if len(CONTROL.findall(data[:SAMPLE_BYTES])) > max(FEW_CONTROLS, MAX_CONTROL_SHARE * min(len(data), SAMPLE_BYTES)):
        raise TableError(f"{source} is not a table: it holds binary data, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(data, source)
    return Decoded(_without_nul(text), "ASCII" if text.isascii() else "UTF-8")


def _marked(data: bytes, codec: str, title: str, source: str) -> Decoded:
    text = data.decode(codec, "replace")
    bad = text.count("\ufffd")
    if bad > max(2, len(text) // 50):
        if codec != "utf-8":
            raise TableError(f"{source} is marked as {title} but most of it cannot be read as that")
        mixed = _legacy(data, source)
        return Decoded(mixed.text, f"{title}, {mixed.encoding}", mixed.notes)
    if bad and codec == "utf-8":
        return _legacy(data, source)
    notes = (f"{bad} characters could not be read and are shown as \ufffd.",) if bad else ()
    return Decoded(_without_nul(text), title, notes)


def _without_nul(text: str) -> str:
    return text.replace("\x00", "") if "\x00" in text else text


def _wide_codec(data: bytes) -> str:
    """UTF-16 without a mark gives itself away: nearly every line end or separator has a zero byte beside it."""
    sample = data[: SAMPLE_BYTES & ~1]
    if len(sample) < 4 or sample.count(0) < len(sample) // 20:
        return ""
    ascii_low = sum(1 for low, high in zip(sample[::2], sample[1::2], strict=False) if high == 0 and low)
    ascii_high = sum(1 for high, low in zip(sample[::2], sample[1::2], strict=False) if high == 0 and low)
    codec = "utf-16-le" if ascii_low > ascii_high else "utf-16-be"
    text = sample.decode(codec, "replace")
    readable = sum(1 for char in text if char.isprintable() or char in "\r\n\t")
    usual = sum(1 for char in text if char in "\r\n\t" or " " <= char < "\u0600" or "\u2000" <= char < "\u20d0")
    return codec if readable > 0.98 * len(text) and usual > 0.9 * len(text) else ""


def _legacy(data: bytes, source: str) -> Decoded:
    lines = data.split(b"\n")
    wide: list[int] = []
    narrow: list[int] = []
    for number, line in enumerate(lines):
        if not line.isascii():
            (wide if _is_utf8(line) else narrow).append(number)
    page = best_code_page(b"\n".join(lines[number] for number in narrow))
    if len(wide) * 20 < len(narrow):
        narrow, wide = narrow + wide, []
    single = set(narrow)
    text = "\n".join(
        line.decode(page.codec, "replace") if number in single else line.decode("utf-8", "replace")
        for number, line in enumerate(lines)
    )
    if not wide:
        return Decoded(_without_nul(text), page.title)
    note = (
        f"Mixed encodings: {len(wide)} lines are UTF-8 and {len(narrow)} are {page.title} "
        f"(first on line {narrow[0] + 1}); each was read as what it is."
    )
    return Decoded(_without_nul(text), f"UTF-8 mixed with {page.title}", (note,))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def best_code_page(data: bytes) -> CodePage:
    """The code page in which the non-ASCII runs of `data` look most like words of its languages."""
    runs = Counter(re.findall(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?", data[:SAMPLE_BYTES]))
    return max(CODE_PAGES, key=lambda page: (_likelihood(runs, page), -CODE_PAGES.index(page)))


def _likelihood(runs: Counter[bytes], page: CodePage) -> float:
    """Mean log frequency of the letters, so that pages with few and with many letters compare fairly."""
    total = 0.0
    seen = 0
    scale = sum(page.letters.values())
    for run, count in runs.items():
        text = run.decode(page.codec, "replace")
        high = [char for char in text if not char.isascii()]
        neighbours = len(text) - len(high)
        for char in high:
            share = page.letters.get(char) or page.letters.get(char.lower())
            total += count * math.log(share / scale if share else _rarity(char) / scale)
        # Accented letters stand alone among Latin ones; Cyrillic words are all above ASCII.
        if page.mixed_with_latin:
            total -= count * 1.5 * max(0, len(high) - 2)
        else:
            total -= count * 2.0 * neighbours + count * 5.0 * (len(high) == 1)
        seen += count * len(high)
    return (total + page.prior) / max(seen, 1)


def _rarity(char: str) -> float:
    if char == "\ufffd" or not (char.isprintable() or char == "\xa0"):
        return IMPLAUSIBLE
    return RARE if char.isalpha() else RARE / 5
