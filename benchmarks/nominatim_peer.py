"""geopy with a real Nominatim on the same addresses, where one is up (BAILIWICK_NOMINATIM_URL)."""

import os
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from geopy.exc import GeopyError

from benchmarks.messy_addresses import Messy
from geo.geocoder_services import open_service
from geo.great_circle import great_circle_m
from geo.place import Place

VARIABLE = "BAILIWICK_NOMINATIM_URL"
METHOD = "geopy + Nominatim"


def nominatim_metres(asked: Sequence[Messy]) -> tuple[list[float], float, float] | None:
    """Metres off for every spelling (infinite without an answer), with CPU and wall seconds; None without a server.

    Only a server of one's own will do: the public one forbids such a run.
    """
    url = urlsplit(os.environ.get(VARIABLE, ""))
    if not url.hostname:
        return None
    domain = url.netloc + url.path.rstrip("/")
    service = open_service("nominatim", options={"domain": domain, "scheme": url.scheme}, seconds=0, timeout_s=30)
    metres = []
    cpu, wall = time.process_time(), time.perf_counter()
    for messy in asked:
        try:
            found = service.geocoder.geocode(messy.line)
        except GeopyError:
            found = None
        if not found:
            metres.append(float("inf"))
            continue
        place = Place(lat=found.latitude, lon=found.longitude)
        metres.append(float(great_circle_m([place], messy.known.places).min()))
    return metres, time.process_time() - cpu, time.perf_counter() - wall
