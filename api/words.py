"""The words of pages, through gettext: `_("Sign out")` in code, `{{ _("Sign out") }}` in templates.

Catalogues lie in `api/locale/LANGUAGE/LC_MESSAGES/bailiwick.mo`; where there is none for what a browser asks for, the
words are those of the source, English.
"""

from functools import cache
from gettext import NullTranslations, find, translation
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "bailiwick"


@cache
def words_of(language: str) -> NullTranslations:
    """The words of a language such as "de" or "pt_BR"."""
    return translation(DOMAIN, LOCALE, [language], fallback=True)


def catalogue(language: str) -> dict[str, str]:
    """The words of a language for scripts; empty where the source's own are spoken."""
    known = getattr(words_of(language), "_catalog", {})
    return {key: text for key, text in known.items() if isinstance(key, str) and key}


def language_of(accept: str) -> str:
    """The first language of an Accept-Language header that there is a catalogue for; "en" otherwise."""
    for part in accept.split(",")[:10]:
        code = part.partition(";")[0].strip().replace("-", "_")
        if code.isascii() and code.replace("_", "").isalnum():
            if code.partition("_")[0].casefold() == "en":
                return "en"
            if find(DOMAIN, LOCALE, [code]):
                return code
    return "en"
