"""A geocoding service on the internet, asked politely and never twice."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from geopy.adapters import AdapterHTTPError, get_retry_after
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeopyError,
)
from geopy.location import Location

from geo.address import Address
from geo.address_position import metres
from geo.geocoder_cache import AnswerCache, cache_key
from geo.geocoder_fields import field_scores
from geo.geocoder_services import Service
from geo.located import Level, Located
from geo.place import Place

LONGEST_WAIT_S = 120.0  # a service that wants a longer pause is left alone that long
LONGEST_REST_S = 900.0
LONGEST_QUERY = 300  # characters; no address is longer, and no service is sent more
ALIKE_M = 250.0  # answers so close together are one
UNANSWERED = (GeopyError, LookupError, TypeError, AttributeError, ValueError)  # also an answer that geopy trips over
MOST_UNKNOWN = 2  # a question that ended the program so often without an answer is not sent again


@dataclass(slots=True)
class Tally:
    """What became of the questions of one run: `again` counts those sent before by a program that was killed."""

    remembered: int = 0
    asked: int = 0
    again: int = 0
    failed: int = 0
    given_up: int = 0

    def __str__(self) -> str:
        parts = [f"{self.asked:,} requests", f"{self.remembered:,} answers remembered"]
        if self.again:
            parts.append(
                f"{self.again:,} asked a second time, since an earlier run was killed before it had the answer"
            )
        if self.failed:
            parts.append(f"{self.failed:,} without an answer, to be asked again next time")
        if self.given_up:
            parts.append(f"{self.given_up:,} left alone, since the program ended each time they were asked")
        return ", ".join(parts)


class OnlineGeocoder:
    """One of geopy's services with a memory, a pace and patience.

    Every answer is kept at once, also "not found": a run that is killed goes on where it stopped. All processes that
    share the cache ask one at a time and share the service's pace. What is being asked is written down before it is
    sent; a run that was killed between asking and keeping the answer has one question whose outcome nobody knows, and
    only that one is asked again, once, and counted in `tally.again`.

    A refusal is retried after the time it names (Retry-After), other failures after doubling pauses. After `give_up`
    failures in a row every process leaves the service alone for a while, ever longer, then tries once; what is not
    asked meanwhile comes back at level `none` and is not remembered.

    Args:
        now, sleep: the clock, replaced in tests.
    """

    def __init__(
        self,
        service: Service,
        cache: AnswerCache,
        *,
        tries: int = 3,
        give_up: int = 5,
        rest_s: float = 60.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service, self._cache = service, cache
        self._tries, self._give_up, self._rest_s = tries, give_up, rest_s
        self._now, self._sleep = now, sleep
        self.tally = Tally()

    @property
    def title(self) -> str:
        """The service and its host."""
        return self._service.title

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order."""
        return [self._one(address) for address in addresses]

    def _one(self, address: Address) -> Located:
        asked = _query(address)
        if not asked:
            return self._none("no address is given")
        if len(asked) > LONGEST_QUERY:
            return self._none(f"{len(asked):,} characters are no address; nothing was asked")
        key = cache_key(address)
        known = self._recall(key)
        if known:
            return known
        try:
            with self._cache.turn(self._service.key):
                return self._recall(key) or self._in_turn(address, asked, key)
        except TimeoutError as error:
            self.tally.failed += 1
            return self._none(str(error))

    def _recall(self, key: str) -> Located | None:
        found = self._cache.recall(self._service.key, key, self._now())
        self.tally.remembered += found is not None
        return found

    def _in_turn(self, address: Address, asked: str, key: str) -> Located:
        """Ask, as the only one who does; or say why not."""
        _, failures, shut_until = self._cache.pace(self._service.key)
        if self._now() < shut_until:
            self.tally.failed += 1
            until = datetime.fromtimestamp(shut_until, UTC)
            return self._none(
                f"{self._service.name} failed {failures} times in a row and is left alone until {until:%H:%M} UTC"
            )
        unknown = self._cache.marked(self._service.key, key)
        if unknown >= MOST_UNKNOWN:
            self.tally.given_up += 1
            return self._none(f"asked {unknown} times, and each time the program ended before it had an answer")
        self.tally.again += unknown > 0
        try:
            found = self._ask(address, asked, key, 1 if failures >= self._give_up else self._tries)
        except UNANSWERED as error:
            return self._failed(failures + 1, error)
        self._cache.keep(self._service.key, key, found, self._now())
        if failures:
            self._cache.count_failures(self._service.key, 0, 0.0)
        return found

    def _ask(self, address: Address, asked: str, key: str, tries: int) -> Located:
        """The service's answer, after as many tries as are allowed."""
        for attempt in range(tries):
            self._wait_for_pace()
            self._cache.mark(self._service.key, key, self._now() + self._service.seconds)
            self.tally.asked += 1
            try:
                return self._located(address, self._service.geocoder.geocode(asked, exactly_one=False))
            except GeocoderQueryError:
                return self._none(f"{self._service.name} takes this for no address")
            except UNANSWERED as error:
                self._cache.unmark(self._service.key, key)
                pause_s = _retry_after_s(error) or max(self._service.seconds, 1.0) * 2**attempt
                self._cache.put_off(self._service.key, self._now() + pause_s)
                if attempt + 1 == tries or pause_s > LONGEST_WAIT_S or _is_final(error):
                    raise
        raise GeocoderServiceError("no try is allowed")

    def _wait_for_pace(self) -> None:
        next_at, _, _ = self._cache.pace(self._service.key)
        if (pause_s := next_at - self._now()) > 0:
            self._sleep(pause_s)

    def _failed(self, failures: int, error: Exception) -> Located:
        """Count a failure; the service rests after too many, at once when it will not answer us at all."""
        self.tally.failed += 1
        beyond = failures - self._give_up
        wait_s = _retry_after_s(error) or 0.0
        if beyond >= 0 or wait_s > LONGEST_WAIT_S or _is_final(error):
            rest_s = max(min(self._rest_s * 2.0 ** max(beyond, 0), LONGEST_REST_S), wait_s)
            failures = max(failures, self._give_up)
            self._cache.count_failures(self._service.key, failures, self._now() + rest_s)
        else:
            self._cache.count_failures(self._service.key, failures, 0.0)
        says = str(error) if isinstance(error, GeopyError) and str(error) else type(error).__name__
        return self._none(f"{self._service.name} does not answer: {says}")

    def _located(self, address: Address, found: Any) -> Located:
        """The first of the service's answers; in doubt where another is as exact elsewhere, or the number differs."""
        locations: list[Location] = list(found or ())
        if not locations:
            return self._none("not found")
        level, score = self._service.exactness(locations[0])
        place = _place(locations[0])
        others = [(metres(place, _place(each)), each) for each in locations[1:]]
        away_m, other = next(((m, each) for m, each in others if m > ALIKE_M), (None, None))
        doubts: tuple[str, ...] = ()
        scores = field_scores(address, locations[0].address or "")
        if other is not None and self._service.exactness(other)[0].at_least(level):
            doubts = (f"{other.address or 'another place'} fits as well",)
        elif scores.get("number") == 0.0 and level.at_least(Level.INTERPOLATED):
            doubts = ("the answer has another house number",)
        if doubts and level.at_least(Level.STREET):
            level = Level.STREET
        return Located(
            place=place,
            level=level,
            score=round(score * (0.8 if doubts else 1.0), 3),
            source=self._source(),
            why=". ".join([locations[0].address or "found", *doubts]),
            scores=scores,
            runner_up=(other.address or "") if other is not None else "",
            runner_up_m=round(away_m, 1) if away_m is not None else None,
            doubts=doubts,
            attribution=self._service.attribution,
        )

    def _source(self) -> str:
        day = datetime.fromtimestamp(self._now(), UTC)
        return f"{self._service.title}, asked {day:%Y-%m-%d}"

    def _none(self, why: str) -> Located:
        return Located(None, Level.NONE, 0.0, self._service.title, why)


def _query(address: Address) -> str:
    """An address on one line, without control characters."""
    fields = (address.line, address.city, address.postcode, address.region, address.country)
    text = ", ".join(field.strip() for field in fields if field.strip())
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _place(location: Location) -> Place:
    return Place(lat=location.latitude, lon=location.longitude)


def _retry_after_s(error: Exception) -> float | None:
    """How long the service asks us to wait: of a 429 as geopy read it, of any other answer by its header."""
    if isinstance(error, GeocoderRateLimited):
        return float(error.retry_after) if error.retry_after else None
    cause = error.__cause__
    if isinstance(cause, AdapterHTTPError) and cause.headers:
        return get_retry_after(cause.headers) or None
    return None


def _is_final(error: Exception) -> bool:
    """Whether asking again is pointless: wrong key, no right, quota used up."""
    if isinstance(error, GeocoderRateLimited):
        return False
    return isinstance(error, GeocoderAuthenticationFailure | GeocoderInsufficientPrivileges | GeocoderQuotaExceeded)
