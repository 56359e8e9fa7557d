"""Plans invented for the maps: a city of accounts in clusters, or towns across a country."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon

from geo.outline import zone_outlines
from geo.place import Place
from maps.view import Accounts, Figures, PlanView, Route, RouteStop, Transfer, Zone

REPS = (
    "Anna Berg", "Boris Falk", "Clara Huber-Lindenstrauß", "David Kern", "Eva Lang", "Maximiliane von Hohenstein-Wolfsburg",
    "Óscar Núñez", "Jo Li", "Ирина Соколова", "Ngozi Okonkwo-Adichie", "Pierre Dubois", "Sofia Rossi", "Tom Baker",
    "Ulla Nyström", "Viktor Malý", "Wanda Nowak", "Xavier Pons", "Yara Haddad", "Zoë Visser", "Ada King", "Ben Ode",
    "Cem Aydın", "Dora Papp", "Emil Brandt", "Finn O’Brien",
)  # fmt: skip


def invented_plan(
    n: int = 400,
    zones: int = 10,
    days: int = 4,
    *,
    unplaced: int = 20,
    seed: int = 7,
    city: bool = True,
    name: Callable[[int], str] = "Shop number {}".format,
) -> PlanView:
    """A plan of plausible shape: accounts in clusters, zones around the centres that split them evenly."""
    dice = np.random.default_rng(seed)
    lat, lon = _city(dice, n) if city else _country(dice, n)
    seeds = _centres(lat, lon, zones, seed)
    squeeze = np.cos(np.radians(lat.mean()))
    zone = np.argmin(np.hypot(lat[:, None] - seeds[:, 0], (lon[:, None] - seeds[:, 1]) * squeeze), axis=1)
    outlines = _outlines(lat, lon, zone, zones)
    reps = [REPS[k % len(REPS)] for k in range(zones)]
    routes = _routes(dice, lat, lon, zone, seeds, days)
    parts = []
    for k in range(zones):
        count = int((zone == k).sum())
        service, drive = 132 * dice.uniform(0.9, 1.1), 34 * dice.uniform(0.7, 1.4)
        deviation = float(dice.normal(0, 0.02))
        now = Figures(count, count * 2, service, drive, service + drive, 172, deviation, count * 2400.0)
        was = Figures(
            count, count * 2, service, drive * 1.2, service * dice.uniform(0.7, 1.3), 172, float(dice.normal(0, 0.12))
        )
        parts.append(Zone(f"Territory {k + 1}", reps[k], outlines[k], now, as_is=was))
    extra = np.full(unplaced, np.nan)
    accounts = Accounts(
        ids=tuple(f"A{k:05d}" for k in range(n + unplaced)),
        names=tuple(name(k) for k in range(n + unplaced)),
        lat=np.append(lat, extra),
        lon=np.append(lon, extra),
        zone=np.append(zone, np.full(unplaced, -1)),
        status=("planned",) * n + ("unplaced",) * unplaced,
        why=(
            *(_why(k, zone, reps, lat, lon, seeds) for k in range(n)),
            *(f"Address known only to the {'city' if k % 3 else 'postcode'}" for k in range(unplaced)),
        ),
        visits_per_year=dice.choice([6.0, 12, 26], n + unplaced),
        minutes=dice.choice([20.0, 30, 45], n + unplaced),
        address=tuple(f"{1 + k % 180} Market Street, 9410{k % 10}" for k in range(n + unplaced)),
    )
    transfers = tuple(
        Transfer(
            k,
            reps[(zone[k] + 1) % zones],
            reps[zone[k]],
            f"relieves {reps[(zone[k] + 1) % zones]} by 3.5 hours a month",
        )
        for k in range(0, n, max(1, n // 9))
    )
    return PlanView(
        title="San Francisco food businesses, 10 reps" if city else "Germany, national team",
        accounts=accounts,
        zones=tuple(parts),
        routes=routes,
        transfers=transfers,
        starts_on=date(2026, 11, 23),
        weeks=4,
        notes=("Travel times are estimated from straight lines.", "Visits a year were not in the file: 12 assumed."),
        attribution="Accounts: invented",
    )


def _city(dice: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    cores = dice.uniform([37.715, -122.505], [37.805, -122.39], (24, 2))
    pick = dice.choice(24, n, p=(weight := dice.gamma(0.8, 1, 24)) / weight.sum())
    at = cores[pick] + dice.normal(0, [0.006, 0.0075], (n, 2)) * np.where(dice.random(n) < 0.3, 3, 1)[:, None]
    at = np.clip(at, [37.708, -122.513], [37.81, -122.38])
    same = dice.random(n) < 0.15
    at[same] = at[dice.integers(0, n, same.sum())]
    return at[:, 0], at[:, 1]


def _country(dice: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    border = Polygon(
        [
            (8.6, 54.8),
            (7, 53.5),
            (6, 51.5),
            (6.4, 49.6),
            (7.6, 47.7),
            (10, 47.5),
            (13, 47.7),
            (12.3, 50.2),
            (15, 51),
            (14.2, 53.9),
            (11, 54.2),
        ]
    )
    at = dice.uniform([5.9, 47.3], [15, 55], (n * 6, 2))
    cores = at[shapely.contains_xy(border, at)][: max(20, n // 40)]
    spread = cores[dice.integers(0, len(cores), n * 3)] + dice.normal(0, 0.22, (n * 3, 2))
    spread = spread[shapely.contains_xy(border, spread)][:n]
    return spread[:, 1], spread[:, 0]


def _centres(lat: np.ndarray, lon: np.ndarray, zones: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(zones, n_init=1, random_state=seed).fit(np.column_stack([lat, lon])).cluster_centers_


def _outlines(lat: np.ndarray, lon: np.ndarray, zone: np.ndarray, zones: int) -> list:
    return zone_outlines([Place(a, b) for a, b in zip(lat, lon, strict=True)], zone.astype(np.int32), zones)


def _routes(dice, lat, lon, zone, seeds, days) -> tuple[Route, ...]:
    routes = []
    for k in range(len(seeds)):
        members = dice.permutation(np.flatnonzero(zone == k))
        for day in range(days):
            stops = members[day * 9 : day * 9 + 9]
            if not len(stops):
                break
            stops = stops[np.argsort(np.arctan2(lat[stops] - seeds[k, 0], lon[stops] - seeds[k, 1]))]
            corners = np.vstack([seeds[k], np.column_stack([lat[stops], lon[stops]]), seeds[k]])
            steps = [[(a[0], a[1]), (b[0], a[1])] for a, b in itertools.pairwise(corners)]
            line = np.array([at for pair in steps for at in pair] + [tuple(seeds[k])])
            times = [(8 * 60 + 20 + 50 * q + 45 * (q > 4)) for q in range(len(stops))]
            routes.append(
                Route(
                    k,
                    date(2026, 11, 23) + timedelta(days=day // 5 * 7 + day % 5),
                    tuple(
                        RouteStop(int(stop), q + 1, f"{t // 60:02d}:{t % 60:02d}", f"{(t + 30) // 60:02d}:{(t + 30) % 60:02d}", 11.0)
                        for q, (stop, t) in enumerate(zip(stops, times, strict=True))
                    ),
                    line, starts="08:00", ends="16:40", lunch="12:30–13:15", drive_min=95,
                )
            )  # fmt: skip
    return tuple(routes)


def _why(k: int, zone: np.ndarray, reps: list[str], lat: np.ndarray, lon: np.ndarray, seeds: np.ndarray) -> str:
    far = np.hypot(lat[k] - seeds[zone[k], 0], lon[k] - seeds[zone[k], 1]) * 100
    return f"Nearest to the middle of {reps[zone[k]]}'s territory ({far:.1f} km), which stays within 5 % of its share of the work."


@pytest.fixture(scope="session")
def plan() -> PlanView:
    return invented_plan()


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., PlanView]:
    return invented_plan


class Opened:
    """A page in Chromium that cannot reach anything, with all it complained about and asked for."""

    def __init__(self, browser: Any, width: int, height: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.route("**/*", self._answer)

    def _answer(self, route: Any) -> None:
        if route.request.url.startswith("file:") and route.request.is_navigation_request():
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def open(self, path: Path) -> Any:
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-plan=ready]", state="attached", timeout=30_000)
        return self.page


@pytest.fixture
def open_map(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a saved page; afterwards nothing may have been asked for and nothing complained about."""
    opened: list[Opened] = []

    def open_page(html: str, width: int = 1280, height: int = 800) -> Opened:
        path = tmp_path / f"plan{len(opened)}.html"
        path.write_text(html, encoding="utf-8")
        opened.append(Opened(browser, width, height))
        opened[-1].open(path)
        return opened[-1]

    yield open_page
    for one in opened:
        one.page.close()
        assert one.asked == []
        assert one.complaints == []
