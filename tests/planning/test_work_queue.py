"""The pull queue: lease, return, completion, theft after expiry; one item never goes to two."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from crm.act import Act
from crm.database import open_database
from crm.tables import ItemState, Rep
from planning.record_errors import MissingError, RefusedError
from planning.work_queue import (
    NewItem,
    add_items,
    complete,
    find_items,
    get_queue,
    give_back,
    make_queue,
    pull,
    renew,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ACT = Act("tester", "test", NOW)


@pytest.fixture
def line(record):
    """A queue of an hour's lease with six items, and three reps; item 6 is urgent."""
    with record.write(ACT) as session:
        session.add_all([Rep(external_id=name, name=name) for name in ("Ann", "Bo", "Cy")])
        number = make_queue(session, "Calls", lease_s=3600, most_leased=3)
        new = [NewItem(f"i{n}", f"Item {n}", priority=-1 if n == 6 else 0) for n in range(1, 7)]
        assert add_items(session, number, new, now=NOW) == (6, 0)
    return record


def act(record, do, *args, **more):
    with record.write(ACT) as session:
        return do(session, *args, **more)


def counts(record, now=NOW):
    with record.read() as session:
        view = get_queue(session, 1, now=now)
    return view.waiting, view.leased, view.done


def test_items_come_by_priority_then_age_and_one_after_the_other(line):
    got = [act(line, pull, 1, rep, now=NOW)[0].external_id for rep in (1, 2, 3, 1)]
    assert got == ["i6", "i1", "i2", "i3"]
    assert counts(line) == (2, 4, 0)


def test_a_lease_ends_when_the_clock_says_so_and_then_another_may_take_it(line):
    held = act(line, pull, 1, 1, now=NOW)[0]
    assert held.lease_until == NOW + timedelta(hours=1) and held.lease == 1
    just_before = NOW + timedelta(seconds=3599)
    assert act(line, pull, 1, 2, now=just_before)[0].external_id == "i1"
    after = NOW + timedelta(seconds=3600)
    assert counts(line, after)[0] == 5
    taken = act(line, pull, 1, 2, now=after)[0]
    assert (taken.id, taken.rep_id, taken.lease) == (held.id, 2, 2)
    for do, more in ((give_back, {}), (renew, {"now": after}), (complete, {"now": after, "outcome": ""})):
        with pytest.raises(RefusedError, match="does not hold item 6 by lease 1: another lease has begun"):
            act(line, do, held.id, 1, 1, **more)


def test_what_is_late_but_not_taken_may_still_be_completed_once(line):
    held = act(line, pull, 1, 1, now=NOW)[0]
    late = NOW + timedelta(hours=5)
    done = act(line, complete, held.id, 1, 1, now=late, outcome="sold")
    assert (done.state, done.done_at, done.outcome, done.rep_id, done.lease_until) == ("done", late, "sold", 1, None)
    with pytest.raises(RefusedError, match="it is done"):
        act(line, complete, held.id, 1, 1, now=late, outcome="sold")
    assert act(line, pull, 1, 2, now=late + timedelta(days=9))[0].external_id == "i1"


def test_what_is_returned_waits_at_its_old_place(line):
    held = act(line, pull, 1, 1, now=NOW)[0]
    back = act(line, give_back, held.id, 1, held.lease)
    assert (back.state, back.rep_id, back.lease_until) == ("waiting", None, None)
    again = act(line, pull, 1, 2, now=NOW)[0]
    assert (again.id, again.lease) == (held.id, 2)


def test_a_renewed_lease_lasts_its_whole_time_from_then_on(line):
    held = act(line, pull, 1, 1, now=NOW)[0]
    later = NOW + timedelta(minutes=50)
    assert act(line, renew, held.id, 1, 1, now=later).lease_until == later + timedelta(hours=1)
    assert act(line, pull, 1, 2, now=NOW + timedelta(minutes=70))[0].external_id == "i1"


def test_nobody_holds_more_than_the_queue_allows_but_expired_leases_do_not_count(line):
    assert len(act(line, pull, 1, 1, now=NOW, count=9)) == 3
    with pytest.raises(RefusedError, match="Rep 1 holds 3 items, as many as 'Calls' allows"):
        act(line, pull, 1, 1, now=NOW)
    assert [each.external_id for each in act(line, pull, 1, 1, now=NOW + timedelta(hours=1))] == ["i6"]


def test_an_empty_queue_gives_nothing_and_what_is_not_there_is_said(line):
    for rep in (1, 2):
        act(line, pull, 1, rep, now=NOW, count=3)
    assert act(line, pull, 1, 3, now=NOW) == ()
    for wrong in ((2, 1), (1, 9)):
        with pytest.raises(MissingError, match=r"There is no (queue 2|rep 9)"):
            act(line, pull, *wrong, now=NOW)
    with pytest.raises(MissingError, match="no work item 99"):
        act(line, give_back, 99, 1, 1)
    with pytest.raises(RefusedError, match="There is a queue 'Calls' already"):
        act(line, make_queue, "Calls", lease_s=5)


def test_the_same_work_is_never_in_a_queue_twice(line):
    new = [NewItem("i6", "again"), NewItem("i7", "new"), NewItem("i7", "new")]
    assert act(line, add_items, 1, new, now=NOW) == (1, 2)
    with pytest.raises(MissingError, match="There is no account 5"):
        act(line, add_items, 1, [NewItem("i8", "x", account_id=5)], now=NOW)
    with line.read() as session:
        page = find_items(session, 1, limit=4)
        assert [each.id for each in page.items] == [1, 2, 3, 4] and page.after == 4
        rest = find_items(session, 1, state=ItemState.WAITING, after=4, limit=4)
        assert [each.external_id for each in rest.items] == ["i5", "i6", "i7"] and rest.after is None


def test_eight_who_pull_at_once_share_the_items_without_a_double(record, record_url):
    people, items = 8, 60
    with record.write(ACT) as session:
        session.add_all([Rep(external_id=f"R{n}", name=f"R{n}") for n in range(people)])
        make_queue(session, "Calls", lease_s=3600)
        add_items(session, 1, [NewItem(f"i{n}", "x") for n in range(items)], now=NOW)
    got: Counter[str] = Counter()
    faults = []

    def work(rep_id):
        own = open_database(record_url)
        try:
            while held := patiently(own, pull, 1, rep_id, now=NOW):
                got[held[0].external_id] += 1
                if held[0].id % 3 == 0 and held[0].lease == 1:  # some come back once, and must be handed out again
                    patiently(own, give_back, held[0].id, rep_id, 1)
                else:
                    patiently(own, complete, held[0].id, rep_id, held[0].lease, now=NOW, outcome="")
        except BaseException as error:
            faults.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(n + 1,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with record.read() as session:
        page = find_items(session, 1, limit=items)
    assert {each.state for each in page.items} == {"done"}
    assert all(got[each.external_id] == each.lease == (2 if each.id % 3 == 0 else 1) for each in page.items)


def patiently(database, do, *args, **more):
    """Ask again when SQLite's only writer is somebody else for too long, as a client does after a 503."""
    while True:
        try:
            return act(database, do, *args, **more)
        except OperationalError as error:
            assert "locked" in str(error)
