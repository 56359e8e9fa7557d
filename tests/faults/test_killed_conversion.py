"""A lead that is being converted when its process is killed: nothing of it is there, and it can be converted then."""

import signal
import subprocess
import sys
import time

from crm.act import Act
from planning.demo_pipeline import seed_pipeline
from planning.leads import Sale, add_lead, convert_lead, lead_by_id
from planning.new_clients import NewClient
from planning.once import Answer, Key, once
from planning.record_errors import RefusedError
from planning.viewer import everything
from tests.api_content import content
from tests.small_plan import NOON

ME = everything(NOON.date())
KEY = Key("one", "conversion")


def convert(database, lead_id):
    """A conversion as the API does it, under an Idempotency-Key."""

    def work(session):
        convert_lead(session, ME, lead_id, 1, Sale("Coffee", 1, 10.0, "EUR"), NewClient("Café", "c1"), now=NOON)
        return Answer(200, "done")

    return once(database, Act("me", "converted", NOON), KEY, work)


KILLED = """
import os, signal, sys
from crm.database import open_database
from planning import leads
from tests.faults.test_killed_conversion import convert
leads.emit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # client and sale are written, the lead's state is not
convert(open_database(sys.argv[1]), int(sys.argv[2]))
"""


def test_a_conversion_that_is_killed_in_the_middle_leaves_nothing(record, record_url):
    seed_pipeline(record, seed=1, now=NOON, share=0.0)
    with record.write(Act("me", "a lead", NOON)) as session:
        lead = add_lead(session, ME, "web", "asked", {"company": "Café"}, now=NOON)
    before = content(record)
    killed = subprocess.run([sys.executable, "-c", KILLED, record_url, str(lead)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert content(record) == before
    until_s = time.monotonic() + 10
    while True:
        try:
            assert convert(record, lead).body == "done"
            break
        except RefusedError:  # PostgreSQL has not noticed yet that the other is dead
            assert time.monotonic() < until_s
            time.sleep(0.05)
    with record.read() as session:
        done = lead_by_id(session, lead)
    assert (done.state, done.opportunity_id is not None) == ("converted", True)
