"""Where a document was written is forgotten in time: in the record, in its history, and never what was written."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Change, ChangeBatch, DocumentForm, Erasure, VisitDocument
from planning.positions import forget_positions
from planning.record import save_plan
from tests.small_plan import NOON, small_plan

document, change, batch, erased = (table_of(one) for one in (VisitDocument, Change, ChangeBatch, Erasure))
DAY = timedelta(days=1)


def test_positions_go_after_their_time_and_documents_stay(record, monkeypatch):
    monkeypatch.setattr("planning.positions.AT_ONCE", 2)
    save_plan(record, small_plan(), now=NOON)
    with record.write(Act("me", "visits", NOON)) as session:
        form = {"name": "shelf", "kind": "shelf", "edition": 1, "definition": {"title": "Shelf"}}
        session.add(DocumentForm(**form, made_at=NOON, made_by="me"))
        session.flush()
        for number, ago in enumerate((100, 91, 95, 89), start=1):
            where = {"lat": 50.0 + number, "lon": 10.0, "accuracy_m": 8.0}
            whose = {"form_id": 1, "visit_id": 1, "rep_id": 1, "made_by": "ruth", "external_id": f"d{number}"}
            moment = NOON - ago * DAY
            session.add(VisitDocument(**whose, **where, made_at=moment, received_at=moment, answers={"facings": 7}))
    with record.write(Act("me", "moved", NOON)) as session:
        session.execute(update(document).where(document.c.id == 1).values(lat=59.0))
    assert forget_positions(record, NOON - 90 * DAY, NOON) == 3
    assert forget_positions(record, NOON - 90 * DAY, NOON) == 0
    with record.read() as session:
        rows = session.execute(select(document).order_by(document.c.id)).all()
        assert [(row.lat, row.lon, row.accuracy_m) for row in rows] == [(None, None, None)] * 3 + [(54.0, 10.0, 8.0)]
        assert all(row.answers == {"facings": 7} and row.rep_id == 1 for row in rows)
        told = session.execute(select(change).where(change.c.table_name == "visit_document")).all()
        sides = [(row.row_id, side) for row in told for side in (row.before, row.after) if side]
        assert len(sides) >= 4 + 2 * 4
        for row_id, side in sides:
            assert (side["lat"] is None) == (row_id != 4), (row_id, side)
        why = "Positions from before 2026-08-25 forgotten"
        assert [row.made_by for row in session.execute(select(batch).where(batch.c.why == why))] == ["bailiwick"] * 2
        assert sorted(session.scalars(select(erased.c.row_id))) == [1, 2, 3]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_to_forget_is_no_act(record):
    with record.read() as session:
        before = session.execute(select(batch)).all()
    assert forget_positions(record, NOON, NOON) == 0
    with record.read() as session:
        assert session.execute(select(batch)).all() == before
