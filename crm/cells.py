"""Text that a spreadsheet may open: what it would take for a formula is marked as text, and can be read back exactly.

A cell that begins with = + - @, a tab or a line break is calculated by spreadsheets, whatever the file meant (CSV
injection, https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe before it stops that. To read the text
back, one apostrophe is taken off wherever one was put: so texts that begin with an apostrophe get one as well.
"""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "|", "%", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text as it is safe in a spreadsheet."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def original(text: str) -> str:
    """The text behind a neutral one."""
    return text[1:] if text.startswith("'") else text
