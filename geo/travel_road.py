"""What travel times from real roads offer beyond `TravelTimes`."""

from collections.abc import Sequence
from typing import Protocol

from geo.place import Place
from geo.travel import TravelTimes
from geo.travel_leg import Leg
from geo.travel_snap import Snap


class RoadTimes(TravelTimes, Protocol):
    """Travel times that know the roads: where a place meets them and how one gets from stop to stop."""

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not; a place without a road has -1 in every matrix."""
        ...

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        ...
