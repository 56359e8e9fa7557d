"""The street of each site in one way of writing, to be found by an index: brought up to date at the end of every act
that touched sites, undoing included.

The databases cannot do it: SQLite folds ASCII letters only, PostgreSQL by the language it was set up with, and neither
knows that "STRASSE" is "Straße".
"""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, select
from sqlmodel import Session

from crm.bulk import insert_columns
from crm.columns import table_of
from crm.often import Often
from crm.tables_accounts import Site, SiteStreet

site, written = table_of(Site), table_of(SiteStreet)

IDS_AT_ONCE = 5_000
MOST_LETTERS = 200
"""Letters of a line that are compared: an entry of PostgreSQL's indexes has an end."""
AFTER = b"\xff"
"""Greater than any letter: all that is kept is ASCII."""

ADDRESSES = select(site.c.id, site.c.line, site.c.city, written.c.street, written.c.city).outerjoin(
    written, written.c.site_id == site.c.id
)
OF_THESE = ADDRESSES.where(site.c.id.in_(bindparam("ids", expanding=True)))
IN_A_ROW = Often(ADDRESSES.where(site.c.id.between(bindparam("first"), bindparam("last"))))


def street_form(text: str) -> bytes:
    """Small ASCII letters, single spaces: "УЛ.  ЛЕНИНА" is "ул. Ленина", and "STRASSE" is "Straße"."""
    from geo.address_fold import plain

    return " ".join(plain(text).split()).encode("ascii", "ignore")[:MOST_LETTERS]


def expect(session: Session, forms: Mapping[str, bytes]) -> None:
    """Have the act of this session take these forms of lines and cities, worked out before others had to wait."""
    session.info["street_forms"] = forms


def begins_with(street: str) -> ColumnElement[bool]:
    """A condition on `site_street`: the line begins so, whichever way both are written; the index on streets serves."""
    form = street_form(street)
    return and_(written.c.street >= form, written.c.street < form + AFTER)


def lies_in(city: str) -> ColumnElement[bool]:
    """A condition on `site_street`: the city is called so."""
    return written.c.city == street_form(city)


def follow_addresses(session: Session, sites: Sequence[int]) -> None:
    """Write the streets anew of those of these sites, which an act touched, whose line or city is another one now.

    `sites` are in order.
    """
    forms = Forms(session.info.pop("street_forms", {}))
    for some in batched(sites, IDS_AT_ONCE):
        in_a_row = some[-1] - some[0] < len(some)  # as those of an import are
        rows: Sequence[Any] = (
            IN_A_ROW.rows(session, first=some[0], last=some[-1])
            if in_a_row
            else session.execute(OF_THESE, {"ids": some}).all()
        )
        write_streets(session, rows, forms)


class Forms(dict[str, bytes]):
    """Forms by text; one that is not there is worked out."""

    def __missing__(self, text: str) -> bytes:
        form = self[text] = street_form(text)
        return form


def write_streets(session: Session, rows: Sequence[Any], forms: Mapping[str, bytes]) -> None:
    """Put into the table what differs there of these rows: site, line, city, and what is kept (None: nothing)."""
    gone, new = [], []
    for site_id, line, city, kept_street, kept_city in rows:
        form = forms[line], forms[city]
        if form == (kept_street, kept_city):
            continue
        if kept_street is not None:
            gone.append(site_id)
        if form[0]:
            new.append((site_id, *form))
    if gone:
        session.execute(delete(written).where(written.c.site_id.in_(gone)))
    if new:
        insert_columns(session, written, dict(zip(("site_id", "street", "city"), zip(*new, strict=True), strict=True)))
