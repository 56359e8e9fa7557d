"""Where somebody was when they wrote a document is kept for a while and then forgotten, in the ledger too.

The document stays, and so does that its position was taken away: as an erasure in an act of its own.
"""

from datetime import datetime

from sqlalchemy import insert, select, update

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Erasure, VisitDocument
from planning.erasure import blank

document, erased = table_of(VisitDocument), table_of(Erasure)
AT_ONCE = 500
"""Documents of one act."""
BY = "bailiwick"


def forget_positions(database: Database, before: datetime, now: datetime) -> int:
    """Take the position out of documents that were written before a moment; returns of how many."""
    count = 0
    old = select(document.c.id).where(document.c.lat.is_not(None), document.c.made_at < before)
    while True:
        with database.read() as session:
            if session.execute(old.limit(1)).first() is None:
                return count
        with database.write(Act(BY, f"Positions from before {before.date().isoformat()} forgotten", now)) as session:
            ids = list(session.scalars(old.order_by(document.c.id).limit(AT_ONCE)))
            batch = {"table_name": document.name, "batch_id": session.info["batch_id"]}
            session.execute(insert(erased), [{"row_id": one} | batch for one in ids])
            nowhere = {"lat": None, "lon": None, "accuracy_m": None, "version": document.c.version + 1}
            session.execute(update(document).where(document.c.id.in_(ids)).values(nowhere))
            blank(session, document.name, ids)
        count += len(ids)
