"""The map as the server sends it, in a real browser: nothing from outside, nothing against its policy."""

import socket
import threading
import time
from dataclasses import replace

import pytest
import uvicorn

from api.app import create_app
from api.settings import Settings
from crm.act import Act
from crm.tables import Role
from maps import render_plan_map
from planning.output_map import plan_view
from planning.record import save_plan
from planning.users import NewUser, add_user
from tests.journeys.signing_in import sign_in
from tests.small_plan import NOON, small_plan


@pytest.fixture
def server(record, record_url):
    """Address of a running server whose plan has a map, and paul's first password; an account's name is hostile."""
    small = small_plan()
    hostile = replace(small.accounts[0], name="</script><img src=x onerror=alert(1)>")
    result = small_plan(accounts=(hostile, *small.accounts[1:]))
    save_plan(record, result, now=NOON, page=render_plan_map(plan_view(result)))
    with record.write(Act("tests", "a user", NOON)) as session:
        _, made = add_user(session, NewUser("paul", Role.PLANNER), now=NOON)
    app = create_app(Settings(database_url=record_url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=live.run, kwargs={"sockets": [free]})
        thread.start()
        while not live.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{free.getsockname()[1]}", made
        live.should_exit = True
        thread.join()


def test_the_served_map_asks_nobody_else_and_breaks_no_policy(server, browser):
    server, one_time = server
    page = browser.new_page()
    complaints, asked, dialogs = [], [], []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, server, "paul", one_time)
    page.wait_for_selector(".leaflet-container canvas, .leaflet-container svg")
    page.mouse.move(400, 300)
    page.mouse.click(400, 300)
    page.wait_for_timeout(300)
    assert page.url == f"{server}/map"
    assert complaints == [] and dialogs == []
    outside = [url for url in asked if not url.startswith((server, "data:", "blob:"))]
    assert outside == []
    page.close()
