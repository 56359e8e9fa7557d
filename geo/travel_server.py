"""A routing server named in one word: `osrm+http://localhost:5000`, `valhalla+https://routes.example.org`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from geo.travel_http import RoutingServer
from geo.travel_osrm_server import OsrmServerTimes
from geo.travel_road import RoadTimes
from geo.travel_valhalla import ValhallaTimes

SERVERS: Mapping[str, Callable[[RoutingServer], RoadTimes]] = MappingProxyType(
    {"osrm": OsrmServerTimes, "valhalla": ValhallaTimes}
)


def server_times(address: str) -> RoadTimes:
    """Travel times by car from a server.

    Raises:
        ValueError: the address names no kind of server, or is not http or https.
    """
    kind, plus, url = address.partition("+")
    if not plus or kind not in SERVERS:
        known = " or ".join(f"{name}+http://…" for name in SERVERS)
        raise ValueError(f"a routing server must be given as {known}, got {address!r}")
    return SERVERS[kind](RoutingServer(url))
