"""Several geocoders one after the other: the next is asked only about what the ones before left open."""

from collections.abc import Sequence

from geo.address import Address
from geo.geocoder import Geocoder
from geo.located import Level, Located


class GeocoderChain:
    """Answers with the first geocoder that is exact enough, else with the most exact answer of all.

    For example pins set by hand, a region's index, a service on the internet, a gazetteer. Of equally exact answers
    the earlier geocoder's counts.

    Args:
        geocoders: in the order of trust.
        enough: an answer of this level or better ends the search.
    """

    def __init__(self, geocoders: Sequence[Geocoder], *, enough: Level = Level.INTERPOLATED) -> None:
        if not geocoders:
            raise ValueError("geocoders must not be empty")
        self.geocoders = tuple(geocoders)
        self.enough = enough

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order."""
        best: list[Located | None] = [None] * len(addresses)
        for geocoder in self.geocoders:
            open_rows = [at for at, found in enumerate(best) if found is None or not found.level.at_least(self.enough)]
            if not open_rows:
                break
            answers = geocoder.geocode([addresses[at] for at in open_rows])
            for at, answer in zip(open_rows, answers, strict=True):
                known = best[at]
                if known is None or not known.level.at_least(answer.level):
                    best[at] = answer
        return [found for found in best if found is not None]
