"""Code lists and reps from a file: what other files refer to by name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Code, Rep, RowState
from planning.import_decision import Decision, Once, changes, differing, reject, rejected_row
from planning.import_fields import Field, Rows, Setting, looks_like, number, text, whole_number
from planning.import_people import matching

code, rep = table_of(Code), table_of(Rep)

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
REP_FIELDS: Mapping[str, Field] = {
    "id": Field(
        "id | rep id | employee id | external id | personalnummer | medarbejdernr | ид | табельный номер", text
    ),
    "name": Field(
        "name | rep | sales rep | sales agent | agent | salesperson | vertreter | mitarbeiter | saelger | имя | фио | "
        "торговый представитель | nom | nombre | vendedor",
        text,
        "a name",
        required=True,
    ),
    "time_zone": Field("time zone | timezone | tz | zeitzone | tidszone | часовой пояс | fuseau horaire", text),
    "home_lat": Field("home lat | lat | latitude | breite | широта", number, "degrees", looks=looks_like(number)),
    "home_lon": Field(
        "home lon | lon | lng | longitude | lange | долгота", number, "degrees", looks=looks_like(number)
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


def decide_reps(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do to the reps; one without an id goes by the name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    decisions = [rejected_row(row) for row in rows.rejected]
    ids = [row.values.get("id", row.values["name"]) for row in rows.rows]
    known = {row.external_id: row for row in matching(session, rep, rep.c.external_id, ids)}
    once = Once()
    for row, external in zip(rows.rows, ids, strict=True):
        if again := once.again(external, row.line):
            decisions.append(again)
            continue
        zone = row.values.get("time_zone", "UTC")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # names that are no file name either
            decisions.append(reject(row.line, external, "time_zone", zone, "an IANA time zone such as Europe/Berlin"))
            continue
        lat, lon = row.values.get("home_lat"), row.values.get("home_lon")
        if (lat is None) != (lon is None) or abs(lat or 0) > 90 or abs(lon or 0) > 180:
            decisions.append(reject(row.line, external, "home_lat", lat, "latitude and longitude together, in degrees"))
            continue
        said = {name: row.values[name] for name in ("name", "time_zone", "home_lat", "home_lon") if name in row.values}
        if lat is not None:
            said["home_assumed"] = False
        if external in known:
            decisions.append(compared("rep", external, row.line, said, known[external]))
            continue
        new = {"external_id": external, "time_zone": "UTC", "home_lat": None, "home_lon": None, "home_assumed": False}
        decisions.append(Decision(RowState.CREATE, row.line, external, {"rep": {**new, **said}}, {}))
    return decisions


def compared(table: str, external: str, line: int, said: Mapping[str, Any], before: Any) -> Decision:
    """What a row changes of a row of the record."""
    new = {name: value for name, value in differing(said, before._mapping).items()}
    state = RowState.UPDATE if new else RowState.UNCHANGED
    writes = {table: new} if new else {}
    targets = {table: (before.id, before.version)}
    return Decision(state, line, external, writes, targets, tuple(changes(new, before._mapping)), before.id)
