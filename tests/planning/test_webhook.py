"""Events reach another program in their order, signed, again until it has taken them, and nobody twice at a time."""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pydantic import ValidationError

from api.settings import Settings
from crm.act import Act
from planning.events import EventView, emit
from planning.hook import Hook
from planning.webhook import deliver, held, keep_delivering, message_id
from tests.small_plan import NOON

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    server = HTTPServer(("127.0.0.1", 0), Listener)
    server.heard, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def happen(record, *kinds):
    with record.write(Act("tests", "events", NOON)) as session:
        for number, kind in enumerate(kinds):
            emit(session, kind, "opportunity", number + 1, NOON, {"title": "Café"})


def test_events_are_delivered_in_order_signed_and_again_after_a_failure(record, listener):
    hook, moment = Hook(f"http://127.0.0.1:{listener.server_port}/in", SECRET), [NOON]

    def clock():
        return moment[0]

    happen(record, "old")
    assert deliver(record, hook, clock) == 0, "it begins with what happens from now on"
    happen(record, "a", "b", "c")
    listener.answers += [204, 302]
    assert deliver(record, hook, clock) == 1
    assert deliver(record, hook, clock) == 0 and len(listener.heard) == 2, "the other side rests"
    moment[0] += timedelta(seconds=11)
    listener.answers += [500]
    assert deliver(record, hook, clock) == 0
    moment[0] += timedelta(seconds=11)
    assert deliver(record, hook, clock) == 0 and len(listener.heard) == 3, "and longer after each failure"
    moment[0] += timedelta(seconds=10)
    assert deliver(record, hook, clock) == 2
    assert deliver(record, hook, clock) == 0
    names = [headers["webhook-id"] for headers, _ in listener.heard]
    assert [name.split("_")[:2] for name in names] == [["evt", str(number)] for number in (2, 3, 3, 3, 4)]
    assert names[1] == names[2] == names[3], "again is the same event"
    for headers, body in listener.heard:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{right}"
    said = json.loads(listener.heard[0][1])
    assert (said["type"], said["data"]["title"], said["data"]["subject_id"]) == ("a", "Café", 1)
    assert said["timestamp"] == NOON.isoformat()
    assert held(record, 1, NOON) and not held(record, 1, NOON), "one at a time"


def test_an_event_after_a_restore_is_not_taken_for_one_from_before():
    """The restored record gives an id again that the other side has seen."""
    lost = EventView(7, NOON, "opportunity.won", "opportunity", 1, 9, {})
    assert message_id(lost) == message_id(replace(lost, data={"title": "Café"}))
    assert message_id(lost) != message_id(replace(lost, at=NOON + timedelta(milliseconds=1)))


def test_a_fault_in_delivering_ends_it_for_a_while_only(record, monkeypatch, caplog):
    stopping, tries = threading.Event(), []

    def faulty(*given):
        tries.append(given)
        if len(tries) == 2:
            stopping.set()
        raise LookupError("a fault of the program")

    monkeypatch.setattr("planning.webhook.deliver", faulty)
    monkeypatch.setattr("planning.webhook.LOOK_S", 0.0)
    keep_delivering(record, Hook("http://127.0.0.1:9/in", SECRET), lambda: NOON, stopping)
    assert len(tries) == 2 and "a fault of the program" in caplog.text


def test_the_place_is_safe_and_the_secret_is_one():
    url, secret = "https://erp.example.org/in", SECRET
    assert Settings(webhook_url=url, webhook_secret=secret).webhook == Hook(url, secret)
    assert Settings(webhook_url="http://127.0.0.1:9/in", webhook_secret=secret).webhook is not None
    for wrong in (
        {"webhook_url": "http://erp.example.org/in", "webhook_secret": secret},
        {"webhook_url": "file:///etc/passwd", "webhook_secret": secret},
        {"webhook_url": url},
        {"webhook_url": url, "webhook_secret": "whsec_short"},
    ):
        with pytest.raises(ValidationError):
            Settings(**wrong)


def test_what_is_secret_in_an_address_is_in_no_log(record, caplog):
    hook = Hook("http://user:hunter2@127.0.0.1:9/in/T0PSECRET?token=x", SECRET)

    def refuse(*_):
        raise OSError("answered 500")

    deliver(record, hook, lambda: NOON)
    happen(record, "new")
    with caplog.at_level("WARNING"):
        assert deliver(record, hook, lambda: NOON, refuse) == 0
    assert "not taken by 127.0.0.1" in caplog.text
    assert not any(word in caplog.text for word in ("hunter2", "T0PSECRET", "token"))
