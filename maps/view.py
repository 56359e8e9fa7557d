"""What a plan map shows: plain values, checked when made, free of any solver or record.

Rows point at each other by position: ``zone`` counts :attr:`PlanView.zones`, ``account`` counts the rows of
:attr:`PlanView.accounts`. Whoever makes a plan fills a :class:`PlanView`; :mod:`maps.drawing` draws it.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geo.place import Place

PLANNED, UNPLACED = "planned", "unplaced"
BASE_KINDS = ("water", "street", "road", "border", "account")
"""What the offline background is made of, from below to above."""


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Every account of the plan, one row each, those without a usable place included.

    Attributes:
        ids, names: as the user knows them; any text.
        lat, lon: WGS84 degrees, float64; NaN where nothing is known.
        zone: position in :attr:`PlanView.zones`, -1 for none.
        status: ``planned`` (drawn on the map) or ``unplaced`` (listed with its reason).
        why: one plain sentence: why this territory, or why no place.
        visits_per_year: visits agreed for a year.
        minutes: length of one visit.
        rep: name of the present owner as the card shows it; empty takes the name of the zone's rep.
        address: one line for the card; may be empty.
        value: money a year; NaN where unknown.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    zone: NDArray[np.int32]
    status: tuple[str, ...]
    why: tuple[str, ...]
    visits_per_year: NDArray[np.float64]
    minutes: NDArray[np.float64]
    rep: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    value: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for name in ("lat", "lon", "visits_per_year", "minutes", "value"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, _frozen(given, np.float64))
        object.__setattr__(self, "zone", _frozen(self.zone, np.int32))
        n = len(self.ids)
        for name in ("names", "lat", "lon", "zone", "status", "why", "visits_per_year", "minutes"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"{name} must have {n} rows like ids, got {len(getattr(self, name))}")
        for name in ("rep", "address"):
            if len(getattr(self, name)) not in (0, n):
                raise ValueError(f"{name} must be empty or have {n} rows, got {len(getattr(self, name))}")
        if self.value is not None and len(self.value) != n:
            raise ValueError(f"value must be None or have {n} rows, got {len(self.value)}")
        if wrong := set(self.status) - {PLANNED, UNPLACED}:
            raise ValueError(f"status must be {PLANNED!r} or {UNPLACED!r}, got {sorted(wrong)}")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """True for the rows that get a point on the map: planned, with a place."""
        planned = np.array([status == PLANNED for status in self.status], dtype=bool)
        return planned & np.isfinite(self.lat) & np.isfinite(self.lon)

    @property
    def unplaced(self) -> NDArray[np.intp]:
        """Rows listed with their reason instead of drawn."""
        return np.flatnonzero(~self.drawn)


@dataclass(frozen=True, slots=True)
class Figures:
    """Workload of one rep over the plan's weeks.

    Attributes:
        accounts, visits: how many; visits are those of the plan's weeks.
        service_h, drive_h, workload_h, capacity_h: hours over the plan's weeks.
        deviation: workload ÷ the rep's share of the total − 1; 0.05 is five per cent above.
        value: money a year; None where unknown.
    """

    accounts: int
    visits: int
    service_h: float
    drive_h: float
    workload_h: float
    capacity_h: float
    deviation: float
    value: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One territory and the rep who works it.

    Attributes:
        outline: EPSG:4326.
        label: where the name is written; None takes a point well inside the outline.
        figures: workload now.
        as_is: the same rep's workload before the plan, for the before and after ticks; None when not known.
    """

    name: str
    rep: str
    outline: Polygon | MultiPolygon
    figures: Figures
    label: Place | None = None
    as_is: Figures | None = None


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One visit of a day; ``arrive`` and ``depart`` as shown, for example ``09:40``."""

    account: int
    sequence: int
    arrive: str
    depart: str
    drive_min: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One rep's day.

    Attributes:
        line: (n, 2) latitude, longitude in driving order, from the start of the day to its end.
        starts, ends, lunch: times as shown; empty when there is none.
    """

    zone: int
    date: date
    stops: tuple[RouteStop, ...]
    line: NDArray[np.float64]
    starts: str = ""
    ends: str = ""
    lunch: str = ""
    drive_min: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", _frozen(np.reshape(self.line, (-1, 2)), np.float64))


@dataclass(frozen=True, slots=True)
class Transfer:
    """One account that changes hands, and why; reps by name."""

    account: int
    from_rep: str
    to_rep: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class BaseLine:
    """A line of the offline background, (n, 2) latitude, longitude; ``kind`` is one of `BASE_KINDS`.

    A ``border`` is one of a territory; an ``account`` is a dot, a line of hardly any length.
    """

    line: NDArray[np.float64]
    kind: str = "road"

    def __post_init__(self) -> None:
        if self.kind not in BASE_KINDS:
            raise ValueError(f"kind must be one of {', '.join(BASE_KINDS)}, got {self.kind!r}")
        object.__setattr__(self, "line", _frozen(np.reshape(self.line, (-1, 2)), np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class MarkedLine:
    """A line drawn over the territories, (n, 2) latitude, longitude.

    ``kind`` is ``barrier``, or ``before`` for the border of a territory as it was.
    """

    line: NDArray[np.float64]
    kind: str = "barrier"

    def __post_init__(self) -> None:
        if self.kind not in ("barrier", "before"):
            raise ValueError(f"kind must be barrier or before, got {self.kind!r}")
        object.__setattr__(self, "line", _frozen(np.reshape(self.line, (-1, 2)), np.float64))


@dataclass(frozen=True, slots=True)
class Tiles:
    """A raster tile source, asked only when set: ``https://…/{z}/{x}/{y}.png`` and the credit it requires."""

    url: str
    attribution: str
    max_zoom: int = 19


@dataclass(frozen=True, slots=True, eq=False)
class PlanView:
    """All that one plan map shows.

    Attributes:
        notes: sentences for the reader, such as that travel times are estimated.
        proof: sentences on how good and how sure the plan is.
        attribution: credit for the data, plain text.
        basemap: lines drawn under the zones when no tiles are set.
        lines: lines drawn over the zones.

    Raises:
        ValueError: a zone or account is pointed at that is not there, or a planned account has no zone.
    """

    title: str
    accounts: Accounts
    zones: tuple[Zone, ...]
    routes: tuple[Route, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    starts_on: date | None = None
    weeks: int = 0
    notes: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    attribution: str = ""
    basemap: tuple[BaseLine, ...] = field(default=(), repr=False)
    lines: tuple[MarkedLine, ...] = field(default=(), repr=False)
    tiles: Tiles | None = None

    def __post_init__(self) -> None:
        zones, accounts = len(self.zones), len(self.accounts)
        zone, drawn = self.accounts.zone, self.accounts.drawn
        if np.any((zone < -1) | (zone >= zones)):
            raise ValueError(f"accounts.zone must be -1 or below {zones}")
        if np.any(zone[drawn] < 0):
            first = int(np.flatnonzero(drawn & (zone < 0))[0])
            raise ValueError(f"account {self.accounts.ids[first]!r} is planned but belongs to no zone")
        for route in self.routes:
            if not 0 <= route.zone < zones:
                raise ValueError(f"route of {route.date} points at zone {route.zone} of {zones}")
            if any(not 0 <= stop.account < accounts for stop in route.stops):
                raise ValueError(f"route of {route.date} stops at an account that is not there")
        if any(not 0 <= transfer.account < accounts for transfer in self.transfers):
            raise ValueError("a transfer names an account that is not there")


def _frozen[T: np.generic](values: object, kind: type[T]) -> NDArray[T]:
    """A read-only copy, so that the caller's array stays the caller's."""
    copy = np.array(values, dtype=kind)
    copy.setflags(write=False)
    return copy
