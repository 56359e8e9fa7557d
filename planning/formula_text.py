"""Text that looks like a formula: a mark before it when it is written, and exactly that mark off when it is read.

Spreadsheets take text that begins with = + - @ for a formula, and one apostrophe before it for "this is text". Text
that already looks marked gets one apostrophe more, so that whatever is written comes back as it was.
"""

import re

MARK = "'"
LOOKS_LIKE = re.compile(r"'*[=+\-@\t\r]")
MARKED = re.compile(r"''*[=+\-@\t\r]")


def harmless(text: str) -> str:
    """Text as a spreadsheet takes it for text; plain numbers with a sign stay as they are."""
    return MARK + text if LOOKS_LIKE.match(text) and not is_number(text) else text


def as_meant(text: str) -> str:
    """The text behind `harmless`, and behind what people mark by hand."""
    return text[1:] if MARKED.match(text) else text


def is_number(text: str) -> bool:
    """Whether it is one number, such as -5.2."""
    try:
        float(text)
    except ValueError:
        return False
    return True
