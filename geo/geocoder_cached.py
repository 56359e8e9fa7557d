"""A geocoder whose answers are kept."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from geo.address import Address
from geo.errors import GeocoderCacheError
from geo.geocoder import Geocoder
from geo.geocoder_cache import AnswerCache, cache_key
from geo.located import Located

LONGEST_KEPT = 1_000  # characters; what is longer is no address worth keeping


class CachedGeocoder:
    """Asks another geocoder only what it has not answered before, in this run or an earlier one.

    Args:
        provider: names the geocoder and its data exactly; other data must have another name, so that nothing kept is
            ever stale.
        now: the clock, replaced in tests.
    """

    def __init__(
        self, geocoder: Geocoder, cache: AnswerCache, *, provider: str, now: Callable[[], float] = time.time
    ) -> None:
        self._geocoder, self._cache, self._provider, self._now = geocoder, cache, provider, now

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order."""
        keys = [cache_key(address) for address in addresses]
        found = {key: self._cache.recall(self._provider, key, self._now()) for key in dict.fromkeys(keys)}
        wanted = {key: address for key, address in zip(keys, addresses, strict=True) if found[key] is None}
        fresh = self._geocoder.geocode(list(wanted.values()))
        answers = {key: known for key, known in found.items() if known is not None}
        for key, answer in zip(wanted, fresh, strict=True):
            answers[key] = answer
            if len(key) <= LONGEST_KEPT:
                with suppress(GeocoderCacheError):  # an answer that cannot be kept is an answer all the same
                    self._cache.keep(self._provider, key, answer, self._now())
        return [answers[key] for key in keys]
