"""The one way in which geocoding services are reached: bounded in time and size, never led to another host."""

import threading
from collections.abc import Callable, Mapping
from http.client import HTTPException
from queue import SimpleQueue
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable
from orjson import JSONDecodeError, loads

from geo.same_host import SameHostOnly

MOST_BYTES = 4_000_000


class BoundedAdapter(BaseSyncAdapter):  # type: ignore[misc]
    """geopy's HTTP client with a limit on the whole answer's time and size.

    geopy's own limits the pause between two bytes only, so that a service which sends one byte a second is waited for
    without end; and its messages may hold the URL, and with it the key.
    """

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._opener = build_opener(HTTPSHandler(context=ssl_context), ProxyHandler(proxies), SameHostOnly())

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return loads(text)
        except JSONDecodeError as error:
            start = " ".join(text[:60].split())
            raise GeocoderParseError(f"its answer is not JSON; it begins “{start}”") from error

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        try:
            return _within(timeout, lambda: self._read(url, timeout, headers))
        except HTTPError as error:
            error.close()
            fields = {name.lower(): value for name, value in error.headers.items()}
            raise AdapterHTTPError(f"HTTP {error.code}", status_code=error.code, headers=fields, text="") from None
        except TimeoutError:
            raise GeocoderTimedOut(f"no whole answer within {timeout:g} s") from None
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise GeocoderTimedOut(f"no whole answer within {timeout:g} s") from None
            raise GeocoderUnavailable(f"it cannot be reached: {error.reason}") from None
        except (OSError, HTTPException) as error:
            raise GeocoderUnavailable(f"it cannot be reached: {type(error).__name__}") from None

    def _read(self, url: str, timeout: float, headers: Mapping[str, str]) -> str:
        with self._opener.open(Request(url, headers=dict(headers)), timeout=timeout) as page:
            data = page.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise GeocoderServiceError(f"its answer is longer than {MOST_BYTES:,} bytes")
            return str(data.decode(page.headers.get_content_charset() or "utf-8", errors="replace"))


def _within(timeout: float, work: Callable[[], str]) -> str:
    """Do `work` in at most so many seconds, however slowly bytes drip in; what takes longer is left to end by itself.

    Raises:
        TimeoutError: it took longer.
    """
    result: SimpleQueue[str | BaseException] = SimpleQueue()
    done = threading.Event()

    def run() -> None:
        try:
            result.put(work())
        except BaseException as error:
            result.put(error)
        done.set()

    threading.Thread(target=run, daemon=True).start()
    if not done.wait(timeout):
        raise TimeoutError
    found = result.get()
    if isinstance(found, BaseException):
        raise found
    return found
