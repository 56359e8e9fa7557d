"""How often somebody may ask: so many requests a minute, and far fewer imports and solves an hour.

Buckets that fill steadily (token buckets), in the memory of a process: with several API processes each has its own.
"""

import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address

from fastapi import Depends, Request

from api.problems import TooManyError
from api.signed_in import SignedInUser

MOST_BUCKETS = 100_000
"""Beyond that, those that are full again are forgotten."""


@dataclass
class Rate:
    """At most `most` at once, and `per_s` a second in the long run, for each one who asks."""

    most: float
    per_s: float
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, who: str, now_s: float) -> float:
        """Take one; returns 0, or the seconds to wait when there is none left."""
        with self.lock:
            left, at_s = self.buckets.get(who, (self.most, now_s))
            left = min(self.most, left + max(0.0, now_s - at_s) * self.per_s)
            if left < 1:
                self.buckets[who] = left, now_s
                return (1 - left) / self.per_s
            if len(self.buckets) >= MOST_BUCKETS:
                full_s = self.most / self.per_s
                self.buckets = {name: one for name, one in self.buckets.items() if now_s - one[1] < full_s}
            self.buckets[who] = left - 1, now_s
            return 0.0


@lru_cache(maxsize=4096)
def counted_as(address: str) -> str:
    """Whom an address is counted for: of IPv6 the network of 64 bits, of which anybody has as many as they like."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found, 64), strict=False))


def an_hour(most: int) -> Rate:
    """So many an hour, all at once if need be."""
    return Rate(float(most), most / 3600)


def limited(name: str, what: str) -> Callable[[Request, SignedInUser], Awaitable[None]]:
    """A dependency that takes one from the user's bucket `name` of the application.

    It answers 429 with `Retry-After` when the bucket is empty.
    """

    async def allowed(request: Request, user: SignedInUser) -> None:
        rate: Rate = request.app.state.rates[name]
        if wait_s := rate.take(str(user.viewer.user_id), time.monotonic()):
            raise TooManyError(f"That were too many {what} in a short time: try again in {wait_s:.0f} s.", wait_s)

    return allowed


SOLVES = Depends(limited("solve", "computations"))
"""For what a solver has to work on."""
IMPORTS = Depends(limited("import", "imports"))
"""For files that have to be read."""
