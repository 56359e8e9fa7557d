"""Several geocoders one after the other: the next is asked only about what the ones before left open."""

from collections.abc import Sequence
from dataclasses import replace

from geo.address import Address
from geo.address_position import metres
from geo.geocoder import Geocoder
from geo.located import Level, Located

ELSEWHERE_M = 2_000.0  # from a street's middle, or its nearest number, to the house: farther is another street


class GeocoderChain:
    """Answers with the first geocoder that is exact enough, else with the most exact answer of all.

    The order in use: pins set by hand, a region's index, a service on the internet, a gazetteer. Of equally exact
    answers the earlier geocoder's counts; a more exact one of a later geocoder that lies elsewhere than the street an
    earlier one found is a doubt.

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
                if known is None:
                    best[at] = answer
                elif known.level is answer.level is Level.NONE:
                    best[at] = replace(known, why="; ".join(dict.fromkeys(filter(None, (known.why, answer.why)))))
                elif not known.level.at_least(answer.level):
                    best[at] = _against(answer, known)
        return [found for found in best if found is not None]


def _against(answer: Located, before: Located) -> Located:
    """A later, more exact answer, with the street that an earlier geocoder found as its runner-up."""
    if answer.place is None or before.place is None or not before.level.at_least(Level.STREET):
        return answer
    apart_m = round(metres(answer.place, before.place), 1)
    if answer.runner_up_m is None:
        answer = replace(answer, runner_up=f"{before.source}: {before.why}", runner_up_m=apart_m)
    if apart_m <= ELSEWHERE_M or answer.level is Level.MANUAL:
        return answer
    doubt = f"{before.source} knows it {apart_m / 1000:,.1f} km away"
    return replace(answer, doubts=(*answer.doubts, doubt), why=f"{answer.why}. {doubt}")
