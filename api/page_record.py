"""What the scripts of all pages of the record need to know."""

from collections.abc import Iterable
from typing import Any

from fastapi import Request
from sqlmodel import Session

from api.words import catalogue, language_of
from planning.codes import list_codes
from planning.viewer import Viewer


def record_facts(request: Request, session: Session, viewer: Viewer, lists: Iterable[str]) -> dict[str, Any]:
    """Where the application is, in which words, who looks at it when, and the codes of some lists."""
    language = language_of(request.headers.get("accept-language", ""))
    wanted = tuple(lists)
    codes: dict[str, list[list[str]]] = {name: [] for name in wanted}
    for one in list_codes(session):
        if one.active and one.list_name in codes:
            codes[one.list_name].append([one.code, one.label])
    return {
        "root": request.scope.get("root_path", ""),
        "language": language.replace("_", "-"),
        "words": catalogue(language),
        "me": viewer.name,
        "role": viewer.role,
        "rep": viewer.rep_id,
        "office": viewer.sees_all,
        "today": viewer.day.isoformat(),
        "codes": codes,
    }
