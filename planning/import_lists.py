"""Code lists from a file: what other files refer to by name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Code, RowState
from planning.import_decision import Decision, Once, compared, rejected_row
from planning.import_fields import Field, Rows, Setting, text, whole_number

code = table_of(Code)

CODE_FIELDS: Mapping[str, Field] = {
    "list": Field(
        "list | list name | code list | liste | список | lista", text, "the name of a code list", required=True
    ),
    "code": Field(
        "code | id | key | value | product | name | kode | schlussel | код | продукт | codigo",
        text,
        "a code",
        required=True,
    ),
    "label": Field("label | title | description | bezeichnung | name | titel | название | libelle | etiqueta", text),
    "position": Field(
        "position | order | sort | reihenfolge | порядок | ordre | orden", whole_number, "a whole number"
    ),
}


def decide_codes(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do to the code lists."""
    decisions = [rejected_row(row) for row in rows.rejected]
    known: dict[tuple[str, str], Any] = {(row.list_name, row.code): row for row in session.execute(select(code))}
    last: dict[str, int] = {}
    for list_name, _ in known:
        last[list_name] = max(last.get(list_name, 0), *(r.position for (of, _), r in known.items() if of == list_name))
    once = Once()
    for row in rows.rows:
        key = row.values["list"], row.values["code"]
        if again := once.again("\x1f".join(key), row.line):
            decisions.append(again)
            continue
        said = {name: row.values[name] for name in ("label", "position") if name in row.values}
        before = known.get(key)
        if before is None:
            last[key[0]] = last.get(key[0], 0) + 1
            new = {
                "list_name": key[0],
                "code": key[1],
                "label": key[1],
                "position": last[key[0]],
                "active": True,
                **said,
            }
            decisions.append(Decision(RowState.CREATE, row.line, key[1], {"code": new}, {}))
        else:
            decisions.append(compared("code", key[1], row.line, said, before))
    return decisions
