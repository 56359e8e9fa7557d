"""Asking a routing server over HTTP: JSON in, JSON out, with patience that ends."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from geo.errors import RoutingError
from geo.same_host import SameHostOnly

TOO_MANY, UNAVAILABLE = 429, 503
LONGEST_WAIT_S = 60.0
MOST_BYTES = 64_000_000  # a table of 100 places has some 200,000
SHOWN = 200  # characters of a server's answer in a complaint


@dataclass(frozen=True, slots=True)
class RoutingServer:
    """A routing server and how long to bear with it.

    A server that is busy (429, 503) or does not answer is asked again `tries` times in all, after the time it names in
    `Retry-After` or else after 1, 2, 4 … seconds, never more than a minute. `sleep` is passed in for tests.

    Raises:
        ValueError: `url` is not http or https.
    """

    url: str
    timeout_s: float = 30.0
    tries: int = 3
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).netloc:
            raise ValueError(f"a routing server's address must begin with http:// or https://, got {self.url!r}")

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """The server's answer to a path, or to a JSON body sent there; errors it reports in JSON are answers too.

        Raises:
            RoutingError: no answer in time, or one that is not JSON.
        """
        for attempt in range(self.tries):
            last = attempt == self.tries - 1
            try:
                return self._asked(path, body)
            except HTTPError as error:
                if error.code not in (TOO_MANY, UNAVAILABLE) or last:
                    return self._reported(error)
                self.sleep(_wait_s(error.headers.get("Retry-After", ""), attempt))
            except (URLError, TimeoutError, OSError, HTTPException) as error:
                if last:
                    raise RoutingError(f"routing server {self.url} does not answer: {error}") from error
                self.sleep(_wait_s("", attempt))
        raise RoutingError(f"routing server {self.url} was not asked: tries must be 1 or more, got {self.tries}")

    def _asked(self, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "bailiwick"}
        request = Request(f"{self.url.rstrip('/')}/{path}", data=data, headers=headers)
        with build_opener(SameHostOnly()).open(request, timeout=self.timeout_s) as answer:
            text = answer.read(MOST_BYTES + 1)
            if len(text) > MOST_BYTES:
                raise RoutingError(f"routing server {self.url} sends more than {MOST_BYTES:,} bytes")
            return self._parsed(text)

    def _reported(self, error: HTTPError) -> dict[str, Any]:
        text = error.read(MOST_BYTES)
        if error.code in (TOO_MANY, UNAVAILABLE) or not text.lstrip().startswith(b"{"):
            raise RoutingError(
                f"routing server {self.url} answered {error.code} {error.reason}: {_shown(text)}"
            ) from error
        return self._parsed(text)

    def _parsed(self, text: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise RoutingError(
                f"routing server {self.url} answered something other than JSON: {_shown(text)}"
            ) from error
        return answer if isinstance(answer, dict) else {"answer": answer}


def _wait_s(retry_after: str, attempt: int) -> float:
    named = float(retry_after) if retry_after.strip().isdigit() else 2.0**attempt
    return min(named, LONGEST_WAIT_S)


def _shown(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:SHOWN]
