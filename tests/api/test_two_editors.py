"""Two editors at once, on both databases: no update is lost, and the ledger tells exactly what is there."""

import threading

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from crm.act import Act
from crm.columns import table_of
from crm.ledger import UndoConflictError, entry
from crm.tables import Account, ActKind, Change
from planning.edits import edit_account
from planning.history import undo
from planning.once import Answer, Key, once
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.viewer import everything
from tests.small_plan import NOON

account, change = table_of(Account), table_of(Change)
ALL = everything(NOON.date())
VALUES = st.one_of(st.none(), st.floats(-1e15, 1e15, allow_nan=False))
NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
EDITS = st.fixed_dictionaries({}, optional={"name": NAMES, "value": VALUES, "segment": NAMES}).filter(bool)


class TwoEditors(RuleBasedStateMachine):
    """Each editor remembers the version of each account it last read, and what the record should hold is kept here."""

    record = None

    def __init__(self):
        super().__init__()
        self.wanted = self.stored()
        self.seen = [dict(self.wanted), dict(self.wanted)]
        self.batches = []

    def stored(self):
        with self.record.read() as session:
            return {row["id"]: dict(row) for row in session.execute(select(account)).mappings()}

    def act(self, who, **more):
        return Act(by=f"editor {who}", why="test", at=NOON, **more)

    @rule(who=st.integers(0, 1), row=st.integers(1, 3))
    def look(self, who, row):
        self.seen[who][row] = self.stored()[row]

    @rule(who=st.integers(0, 1), row=st.integers(1, 3), values=EDITS)
    def edit(self, who, row, values):
        read = self.seen[who][row]["version"]
        try:
            with self.record.write(self.act(who)) as session:
                edit_account(session, ALL, row, read, values)
        except StaleError as error:
            assert error.version == self.wanted[row]["version"] != read
            return
        assert self.wanted[row]["version"] == read
        self.wanted[row] |= values | {"version": read + 1}
        self.batches.append(session.info["batch_id"])

    @rule(data=st.data())
    def take_back(self, data):
        if not self.batches:
            return
        batch = data.draw(st.sampled_from(self.batches))
        before = self.stored()
        try:
            with self.record.write(self.act(0, kind=ActKind.UNDO, undoes=batch)) as session:
                undo(session, ALL, batch)
        except (UndoConflictError, RefusedError):
            assert self.stored() == before
            return
        self.batches.append(session.info["batch_id"])
        with self.record.read() as session:
            (row,) = session.scalars(select(change.c.row_id).where(change.c.batch_id == batch))
            undone = entry(session.execute(select(change).where(change.c.batch_id == batch)).mappings().one())
        changed = {name: value for name, value in undone.before.items() if undone.after[name] != value}
        self.wanted[row] |= {**changed, "version": before[row]["version"] + 1}

    @invariant()
    def the_record_is_as_wanted(self):
        assert self.stored() == self.wanted

    @invariant()
    def the_ledger_replayed_is_the_record(self):
        rows = {}
        with self.record.read() as session:
            accounts = select(change).where(change.c.table_name == "account").order_by(change.c.id)
            for row in session.execute(accounts).mappings():
                made = entry(row)
                assert made.before == rows.get(made.row_id)
                rows[made.row_id] = made.after
        assert rows == self.stored()


def test_no_update_is_lost_and_the_ledger_is_complete(record):
    with record.write(Act("tester", "three accounts", NOON)) as session:
        session.add_all([Account(external_id=f"a{n}", name=f"Account {n}", created_at=NOON) for n in range(3)])
    machine = type("Machine", (TwoEditors,), {"record": record})
    limits = settings(
        max_examples=12,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)


def test_editors_at_the_same_moment_lose_nothing(record):
    with record.write(Act("tester", "an account", NOON)) as session:
        session.add(Account(external_id="a", name="0", created_at=NOON))

    def count_up(who):
        done = 0
        while done < 10:
            with record.read() as session:
                row = session.execute(select(account.c.name, account.c.version)).one()
            try:
                with record.write(Act(who, "counting", NOON)) as session:
                    edit_account(session, ALL, 1, row.version, {"name": str(int(row.name) + 1)})
                done += 1
            except StaleError:
                continue

    threads = [threading.Thread(target=count_up, args=(f"editor {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with record.read() as session:
        assert tuple(session.execute(select(account.c.name, account.c.version)).one()) == ("30", 31)


def test_the_same_request_at_the_same_moment_is_done_once(record):
    def work(session):
        session.add(Account(external_id="a", name="a", created_at=NOON))
        session.flush()
        return Answer(200, "made")

    answers = []

    def ask():
        try:
            answers.append(once(record, Act("tester", "test", NOON), Key("k", "f"), work))
        except RefusedError as error:  # PostgreSQL: the first one is still at it
            answers.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == Answer(200, "made") or isinstance(answer, RefusedError) for answer in answers)
    with record.read() as session:
        assert session.scalars(select(account.c.id)).all() == [1]


def test_undoing_what_is_not_there_is_an_answer(record):
    with pytest.raises(MissingError), record.write() as session:
        undo(session, ALL, 99)
