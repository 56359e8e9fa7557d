"""Accounts found by parts of words: the text that is read first leaves out none that has them."""

import pytest
from sqlalchemy import delete, event, func, select, text, update

from crm import open_database, upgrade
from crm.account_texts import neighbours, text_form
from crm.act import Act
from crm.columns import table_of
from crm.ledger import entries, take_back
from crm.tables import Account, AccountName, AccountText, ActKind, Site
from geo.address_fold import fold
from planning.account_search import Wanted
from planning.account_words import has_word, ids_by_words
from planning.record_rows import insert_all
from planning.viewer import everything
from tests.small_plan import NOON

ALL = everything(NOON.date())
account, site, written = table_of(Account), table_of(Site), table_of(AccountText)
FIRMS = (
    ("k1", "Müller Straßenbau", "Straße der Arbeit 5", "KÖLN"),
    ("k2", "İstanbul Çiçek", "ISPARTA 1", "ığdır"),
    ("k3", "ΣΊΣΥΦΟΣ ΑΕ", "Οδός Ερμού 3", "Αθήνα"),
    ("K4", "О'Нил & Sons 100%", "ул. Ленина", "МОСКВА"),
    ("k5", "a_b\\c/d", "", "東京都"),
    ("k6", "ǅungla ŒUVRE ﬁx Straẞe", "Große Gasse", "kelvin K"),
)
WORDS = (
    "müll",
    "MÜLLER",
    "strasse",
    "STRASSE",
    "straße",
    "ße",
    "isparta",
    "ıs",
    "İST",
    "ist",
    "iğ",
    "IĞDIR",
    "σίσυφος",
)
WORDS += (
    "ΣΥΦΟΣ",
    "ς",
    "о'нил",
    "o'neil",
    "100%",
    "%",
    "_",
    "a_b",
    "\\",
    "/d",
    "東京",
    "京",
    "ǆ",
    "œuvre",
    "fix",
    "ﬁ",
    "k4",
)
WORDS += ("K4", "k", "K", "ленина", "ЛЕНИНА", "москва", "zz", "ss", "neuer", "NAME", "ẞ", "ό", "é", "\u0307", "-")


@pytest.fixture
def firms(record):
    with record.write(Act("tests", "firms", NOON)) as session:
        keys = insert_all(
            session, Account, [{"external_id": n, "name": name, "created_at": NOON} for n, name, *_ in FIRMS]
        )
        rows = [{"account_id": key, "line": f[2], "city": f[3]} for key, f in zip(keys, FIRMS, strict=True)]
        insert_all(session, Site, rows)
        other = {"account_id": keys[0], "kind": "former", "name": "Ein neuer Name", "key": fold("Ein neuer Name")}
        insert_all(session, AccountName, [other | {"version": 1}])
    return record


def test_no_account_that_has_a_word_is_left_out(firms):
    with firms.read() as session:
        for word in WORDS:
            exact = list(session.scalars(select(account.c.id).where(has_word(word)).order_by(account.c.id)))
            assert ids_by_words(session, ALL, word, Wanted(), None, after=0, limit=99)[0] == exact, word
        assert ids_by_words(session, ALL, "Straße köln 5", Wanted(), None, after=0, limit=9) == ([1], None)


def test_the_text_follows_the_account_its_names_and_its_sites(firms):
    def found(word):
        with firms.read() as session:
            return ids_by_words(session, ALL, word, Wanted(), None, after=0, limit=9)[0]

    with firms.write(Act("tests", "moved", NOON)) as session:
        batch = session.info["batch_id"]
        session.execute(update(account).where(account.c.id == 1).values(name="Maier"))
        session.execute(update(site).where(site.c.id == 1).values(account_id=2))
        session.execute(delete(table_of(AccountName)))
    assert (found("Müller"), found("neuer"), found("köln"), found("KÖLN"), found("maier")) == ([], [], [2], [2], [1])
    with firms.read() as session:
        assert session.scalar(select(written.c.words).where(written.c.account_id == 1)) == "k1\nmaier"
    with firms.write(Act("tests", "undo", NOON, ActKind.UNDO, undoes=batch)) as session:
        take_back(session, entries(session, batch))
    assert (found("Müller"), found("neuer"), found("köln"), found("maier")) == ([1], [1], [1], [])
    with firms.write(Act("tests", "gone", NOON)) as session:
        session.execute(delete(site).where(site.c.account_id == 5))
        session.execute(delete(account).where(account.c.id == 5))
    with firms.read() as session:
        assert session.scalar(select(func.count()).select_from(written)) == len(FIRMS) - 1


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_only_texts_are_read_for_a_word_that_nobody_has(firms):
    asked = []
    with firms.read() as session:
        event.listen(firms.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
        assert ids_by_words(session, ALL, "zzz", Wanted(), None, after=0, limit=9) == ([], None)
        statement, given = asked[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        steps = [row[-1] for row in plan]
    assert steps[0].startswith("SEARCH account_text USING INTEGER PRIMARY KEY")
    assert not [step for step in steps if "SCAN" in step or "TEMP B-TREE" in step]


def test_texts_of_accounts_that_were_there_are_written_by_the_upgrade(firms, record_url):
    kept = select(written).order_by(written.c.account_id)
    with firms.read() as session:
        before = session.execute(kept).all()
    firms.close()
    upgrade(record_url, "0045")
    upgrade(record_url)
    database = open_database(record_url)
    with database.read() as session:
        assert session.execute(kept).all() == before
        assert session.scalar(text("SELECT words FROM account_text WHERE account_id = 1")).startswith("k1\nmüller")
    database.close()


def test_letters_that_a_database_takes_for_one_are_one():
    assert text_form("İSTANBUL") == text_form("istanbul") == text_form("Istanbul") == text_form("ıstanbul")
    assert text_form("ΣΑΣ") == text_form("σας")
    assert text_form("Straẞe") == text_form("STRASSE")


def test_accounts_far_from_each_other_are_not_read_with_all_between():
    assert list(neighbours([1, 2, 52, 103, 900])) == [[1, 2, 52], [103], [900]]
    assert [len(some) for some in neighbours(range(12_000))] == [5000, 5000, 2000]
