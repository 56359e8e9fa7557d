"""The map in Chromium: CPU of the main thread for loading, panning, zooming, a lasso and a recolouring.

`--size N` accounts (default 100,000), in clusters over 40 territories. Rows are gestures; `cost` is milliseconds of
the page's main thread (thread time by the browser's own Performance domain, median of five; `load` is one cold start
each of three), `reference` the budget. The lasso's answer is checked against numpy, the other gestures against the
number of accounts the layer holds.

`border` is the manager's page served from a record of these accounts (up to 200,000): a corner is moved until the table
shows the new work; processor time of page and server together. `html` is the size of that page in bytes.

Beside it the same accounts by plain Folium: `Marker` (at most 2,000), `GeoJson` on a canvas, `FastMarkerCluster`.
They ask for files of other hosts; `--instances DIR` names a folder in which those are found by their last name
(npm packages leaflet.markercluster and leaflet.awesome-markers, unpacked). Leaflet itself is ours. A peer that lacks
a file is named and left out.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from folium.plugins import FastMarkerCluster
from numpy.typing import NDArray
from playwright.sync_api import Browser, CDPSession, Page, Route, TimeoutError, sync_playwright

from benchmarks.chromium import chromium_path
from benchmarks.contract import OURS, Options, Row
from benchmarks.map_served import border_costs
from maps import PointCloud, ZoneLayer
from maps.assets import ASSETS
from maps.page import OfflineMap
from maps.page import Page as HtmlPage

BUDGETS_MS = {"load": 250.0, "pan": 40.0, "zoom": 150.0, "lasso": 80.0, "recolour": 50.0, "border": 300.0}
PAN_OF_A_MILLION_MS = 200.0
MOST_SERVED, PAGE_BYTES = 200_000, 15_000
ZONES, REPEATS, LOADS, MARKERS, PATIENCE_MS = 40, 5, 3, 2_000, 90_000
EXTENT = (6.0, 47.3, 15.0, 55.0)
NORTH, WEST, SOUTH, EAST = 53.50123, 8.01234, 49.01234, 12.51234  # of the lasso; no account lies on it


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Clustered places and the territory of each."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    zone: NDArray[np.intp]
    outlines: list[Any]


def run(options: Options) -> Iterator[Row]:
    accounts = generated(int(options.size or 100_000), options.seed)
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield from our_rows(browser, accounts, Path(folder))
        if len(accounts.lat) <= MOST_SERVED:
            yield from served_rows(browser, accounts)
        for name, draw in PEERS.items():
            yield from peer_rows(browser, accounts, Path(folder), name, draw, options.instances)
        browser.close()


def generated(n: int, seed: int) -> Accounts:
    dice = np.random.default_rng(seed)
    west, south, east, north = EXTENT
    cores = dice.uniform((south, west), (north, east), (120, 2))
    at = cores[dice.integers(0, len(cores), n)] + dice.normal(0, 0.25, (n, 2))
    at = np.clip(at, (south, west), (north, east)).astype(np.float32).astype(np.float64)
    seeds = dice.uniform((south, west), (north, east), (ZONES, 2))
    cells = shapely.voronoi_polygons(shapely.MultiPoint(seeds[:, ::-1]), extend_to=shapely.box(*EXTENT))
    outlines = [cell.intersection(shapely.box(*EXTENT)) for cell in cells.geoms]
    zone = np.zeros(n, dtype=np.intp)
    for number, outline in enumerate(outlines):
        zone[shapely.contains_xy(outline, at[:, 1], at[:, 0])] = number
    return Accounts(at[:, 0], at[:, 1], zone, outlines)


def our_rows(browser: Browser, accounts: Accounts, folder: Path) -> Iterator[Row]:
    began = time.perf_counter()
    page = HtmlPage("Benchmark")
    whole = OfflineMap(page, EXTENT)
    ZoneLayer(accounts.outlines, [f"Territory {k + 1}" for k in range(ZONES)]).add_to(whole)
    cloud = PointCloud(accounts.lat, accounts.lon, accounts.zone)
    cloud.add_to(whole)
    path = folder / "ours.html"
    path.write_text(page.render(), encoding="utf-8")
    ready = f"window.{cloud.get_name()} && {cloud.get_name()}.n"
    loads = []
    for _ in range(LOADS):
        tab = Tab(browser, path, ready, ())
        loads.append(tab.thread_ms())
        if len(loads) < LOADS:
            tab.page.close()
    yield row("load", OURS, accounts, statistics.median(loads), tab.held(cloud.get_name()), began)
    for gesture, act in gestures(whole.get_name(), cloud.get_name(), accounts).items():
        cost, fault = tab.median_ms(act)
        yield row(gesture, OURS, accounts, cost, fault, began)
    tab.page.close()


def served_rows(browser: Browser, accounts: Accounts) -> Iterator[Row]:
    """The manager's page on a record of these accounts."""
    began = time.perf_counter()
    costs, size, fault = border_costs(browser, accounts)
    cost = statistics.median(costs) if costs else 0.0
    yield row("border", OURS, accounts, cost, fault, began)
    small = size <= PAGE_BYTES
    why = f"bytes of the manager's page, {PAGE_BYTES} wanted"
    yield Row("html", len(accounts.lat), float(size), float(PAGE_BYTES), small, why, 0.0, 0.0, method=OURS)


def gestures(map_name: str, cloud: str, accounts: Accounts) -> dict[str, Callable[["Tab"], str]]:
    """Each does one gesture and says what is wrong with its outcome."""
    ring = ", ".join(
        f"L.latLng({lat}, {lon})" for lat, lon in ((NORTH, WEST), (NORTH, EAST), (SOUTH, EAST), (SOUTH, WEST))
    )
    inside = (accounts.lat < NORTH) & (accounts.lat > SOUTH) & (accounts.lon > WEST) & (accounts.lon < EAST)
    wanted = int(inside.sum())

    def lasso(tab: Tab) -> str:
        found = tab.page.evaluate(
            f"(() => {{ const p = {cloud}.inside([{ring}]); {cloud}.select(p); return p.length }})()"
        )
        return "" if found == wanted else f"lasso found {found} accounts, numpy {wanted}"

    def recolour(tab: Tab) -> str:
        tab.page.evaluate(
            f"{cloud}.setGroups(Array.from({{length: 500}}, (_, k) => [k, ({cloud}.group[k] + 1) % {ZONES}]))"
        )
        return tab.held(cloud) if cloud_size(tab, cloud) == len(accounts.lat) else "accounts were lost"

    return {
        "pan": lambda tab: pan(tab, map_name),
        "zoom": lambda tab: zoom(tab, map_name),
        "lasso": lasso,
        "recolour": recolour,
    }


def cloud_size(tab: "Tab", cloud: str) -> int:
    return int(tab.page.evaluate(f"{cloud}.n"))


def pan(tab: "Tab", map_name: str) -> str:
    tab.page.evaluate(f"void {map_name}.panBy([{tab.side * 160}, {tab.side * 60}], {{animate: false}})")
    tab.side = -tab.side
    return ""


def zoom(tab: "Tab", map_name: str) -> str:
    tab.page.evaluate(f"void {map_name}.{'zoomIn' if tab.side > 0 else 'zoomOut'}(1)")
    tab.side = -tab.side
    return ""


class Tab:
    """A page in Chromium with its thread clock."""

    def __init__(self, browser: Browser, path: Path, ready: str, folders: Sequence[Path]) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.route("http*://**/*", lambda route: self._serve(route, folders))
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.side = 1
        self.clock: CDPSession = self.page.context.new_cdp_session(self.page)
        self.clock.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(path.as_uri(), wait_until="commit")
        self.page.wait_for_function(f"() => !!({ready})")
        self.settle()

    def _serve(self, route: Route, folders: Sequence[Path]) -> None:
        name = route.request.url.split("?")[0].rsplit("/", 1)[-1]
        for folder in (*folders, ASSETS / "vendor" / "leaflet"):
            for path in sorted(folder.rglob(name)):
                return route.fulfill(path=path)
        return route.abort()

    def settle(self) -> None:
        """Wait until animations are over and two frames were drawn."""
        self.page.wait_for_timeout(450)
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def thread_ms(self) -> float:
        metrics = self.clock.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    def median_ms(self, act: Callable[["Tab"], str]) -> tuple[float, str]:
        costs, faults = [], []
        for _ in range(REPEATS):
            began = self.thread_ms()
            faults.append(act(self))
            self.settle()
            costs.append(self.thread_ms() - began)
        return statistics.median(costs), next(filter(None, faults), "")

    def held(self, cloud: str) -> str:
        counted = self.page.evaluate(f"{cloud}.lat.length === {cloud}.n && {cloud}.group.length === {cloud}.n")
        return "" if counted else "accounts were lost"


def markers(accounts: Accounts, whole: folium.Map) -> int:
    for lat, lon in zip(accounts.lat[:MARKERS], accounts.lon[:MARKERS], strict=True):
        folium.Marker((float(lat), float(lon))).add_to(whole)
    return min(MARKERS, len(accounts.lat))


def geojson(accounts: Accounts, whole: folium.Map) -> int:
    points = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]},
        }
        for lat, lon in zip(accounts.lat.tolist(), accounts.lon.tolist(), strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": points}
    folium.GeoJson(collection, marker=folium.CircleMarker(radius=3)).add_to(whole)
    return len(points)


def clusters(accounts: Accounts, whole: folium.Map) -> int:
    places = np.column_stack([accounts.lat, accounts.lon]).tolist()
    FastMarkerCluster(places).add_to(whole)  # type: ignore[no-untyped-call]
    return len(accounts.lat)


PEERS: dict[str, Callable[[Accounts, folium.Map], int]] = {
    "folium.Marker": markers,
    "folium.GeoJson": geojson,
    "FastMarkerCluster": clusters,
}
NEEDED = {"FastMarkerCluster": ("leaflet.markercluster.js", "leaflet.awesome-markers.js")}


def peer_rows(
    browser: Browser,
    accounts: Accounts,
    folder: Path,
    name: str,
    draw: Callable[[Accounts, folium.Map], int],
    folders: Sequence[Path],
) -> Iterator[Row]:
    began = time.perf_counter()
    lacking = [file for file in NEEDED.get(name, ()) if not any(any(place.rglob(file)) for place in folders)]
    if lacking:
        print(f"map: {name} left out: no {', '.join(lacking)} in the folders of --instances")
        return
    whole = folium.Map(tiles=None, prefer_canvas=True, location=(51.15, 10.5), zoom_start=6, maxZoom=19)
    n, name_of_map = draw(accounts, whole), whole.get_name()
    path = folder / f"{name}.html"
    whole.save(path)
    loaded = f"window.{whole.get_name()} && document.readyState === 'complete'"
    try:
        tab = Tab(browser, path, loaded, folders)
    except TimeoutError:
        why, wall_s = f"not drawn after {PATIENCE_MS / 1000:.0f} s", time.perf_counter() - began
        yield Row("load", n, None, BUDGETS_MS["load"], False, why, 0.0, wall_s, method=name)
        return
    fault = next(iter(tab.errors), "")
    yield row("load", name, accounts, tab.thread_ms(), fault, began, n)
    for gesture, act in {"pan": lambda tab: pan(tab, name_of_map), "zoom": lambda tab: zoom(tab, name_of_map)}.items():
        cost = tab.median_ms(act)[0]
        yield row(gesture, name, accounts, cost, fault, began, n)
    tab.page.close()


def row(
    gesture: str, method: str, accounts: Accounts, cost: float, fault: str, began: float, n: int | None = None
) -> Row:
    many = gesture == "pan" and len(accounts.lat) >= 1_000_000
    return Row(
        gesture,
        len(accounts.lat) if n is None else n,
        cost,
        PAN_OF_A_MILLION_MS if many else BUDGETS_MS[gesture],
        not fault,
        fault or "ms of main-thread CPU",
        cost / 1000,
        time.perf_counter() - began,
        method=method,
    )
