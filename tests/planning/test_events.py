"""Events are numbered in the order in which they can be seen."""

from threading import Thread

from sqlmodel import Session

from crm.act import Act, entered
from planning.events import emit, list_events
from tests.small_plan import NOON

ACT = Act("tests", "an event", NOON)


def seen(record):
    with record.read() as session:
        return [(one.id, one.kind) for one in list_events(session, limit=10)]


def say(record, kind):
    with record.write(ACT) as session:
        emit(session, kind, "task", 1, NOON)


def test_nobody_gets_a_later_number_before_the_earlier_one_can_be_seen(record):
    with Session(record.writing) as slow, slow.begin():
        with entered(slow, ACT):
            emit(slow, "first", "task", 1, NOON)
            assert seen(record) == []
        thread = Thread(target=say, args=(record, "second"))
        thread.start()
        thread.join(0.3)  # the second waits: it would be read, and the first passed over
        assert thread.is_alive() and seen(record) == []
    thread.join(30)
    assert [kind for _, kind in seen(record)] == ["first", "second"]


def test_an_act_that_is_rolled_back_says_nothing(record):
    try:
        with record.write(ACT) as session:
            emit(session, "never", "task", 1, NOON)
            raise ValueError
    except ValueError:
        pass
    say(record, "then")
    assert [kind for _, kind in seen(record)] == ["then"]
