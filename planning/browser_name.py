"""What a browser says of itself, in two words: enough to know one's own again, too little to follow anybody by."""

from collections.abc import Sequence

BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox")),
    *(("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome")),
    ("Safari/", "Safari"),
)
"""What only this browser says, those that call themselves by several names before those they borrow from."""
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"), ("Windows", "Windows")),
    *(("Macintosh", "Mac"), ("Linux", "Linux")),
)
"""Android says Linux, too. An iPad that asks for the pages of a desktop says Macintosh, and cannot be told from one."""


def browser_name(user_agent: str) -> str:
    """The kind of browser and of system behind a User-Agent header, such as "Firefox, Windows"; empty where unknown.

    No version and no model: those together would tell one device from most others.
    """
    found = (first_of(BROWSERS, user_agent), first_of(SYSTEMS, user_agent))
    return ", ".join(name for name in found if name)


def first_of(names: Sequence[tuple[str, str]], text: str) -> str:
    """The name of the first mark that a text holds."""
    return next((name for mark, name in names if mark in text), "")
