"""A file of accounts may say which type the visits of each site are; the record takes those that it knows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.columns import table_of
from crm.tables import Site
from planning.activity_types import add_type, edit_type
from planning.imports import import_rows
from tests.planning.test_import_ready import ACT, commit, staged
from tests.small_plan import MONDAY

HEADER = "id,lat,lon,Besuchsart\n"
site = table_of(Site)


def said(record, folder, text):
    """By id: what the row would do, and what is said of its type; and the run."""
    run = staged(record, folder, "accounts", HEADER + text)
    with record.read() as session:
        rows = import_rows(session, run, limit=10).rows
    return run, {
        row.external_id: (row.state, [one["note"] for one in row.reasons if one["field"] == "visit_type"])
        for row in rows
    }


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_types_are_known_by_code_or_name_and_others_are_refused_by_row_and_field(record, tmp_path):
    run, found = said(record, tmp_path, "k1,50,10,Audit\nk2,50.1,10,\n")
    assert found == {
        "k1": ("create", ["left out: the record has no types of visits yet"]),
        "k2": ("create", []),
    }, "a record without types takes the accounts"
    commit(record, run)
    with record.write(ACT) as session:
        add_type(session, {"code": "audit", "label": "Shelf audit", "channel": "visit"})
        add_type(session, {"code": "tasting", "label": "Tasting", "channel": "visit", "valid_to": MONDAY})
        add_type(session, {"code": "hotline", "label": "Hotline", "channel": "phone_call"})
    expected = ["expected the code or name of a type of visits that fall due: audit"]
    text = "k1,50,10,SHELF AUDIT\nk2,50.1,10,tasting\nk3,50.2,10,hotline\nk4,50.3,10,audti\nk5,50.4,10,audit\nk6,50.5,10,\n"
    run, found = said(record, tmp_path, text)
    assert found == {
        "k1": ("update", ["was nothing"]),
        **dict.fromkeys(("k2", "k3", "k4"), ("reject", expected)),
        "k5": ("create", []),
        "k6": ("create", []),
    }
    commit(record, run)
    with record.write(ACT) as session:
        assert session.scalars(select(site.c.visit_type).order_by(site.c.id)).all() == ["audit", None, "audit", None]
        edit_type(session, 1, 1, {"valid_to": MONDAY - timedelta(days=1)})
        add_type(session, {"code": "promo", "label": "Promotion", "channel": "visit"})
    again = said(record, tmp_path, "k1,50,10,audit\nk6,50.5,10,audit\n")[1]
    assert again["k1"] == ("unchanged", []), "what has a type that ended keeps it"
    assert again["k6"][0] == "reject"
