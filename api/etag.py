"""The version of one thing as its ETag, so that any HTTP client can send it back as If-Match."""

from collections.abc import Callable
from functools import wraps
from typing import Protocol

from fastapi import Response

DESCRIBED = {"ETag": {"description": "The version, in quotes, for If-Match.", "schema": {"type": "string"}}}
"""The header in the description of such a route."""


class Versioned(Protocol):
    """An answer that says its version."""

    @property
    def version(self) -> int: ...

    def model_dump_json(self) -> str: ...


def etag(version: int) -> dict[str, str]:
    """The header of a version."""
    return {"ETag": f'"{version}"'}


def with_etag[**P](read: Callable[P, Versioned]) -> Callable[P, Response]:
    """A handler whose answer carries its version as ETag; to be written under the route's own decorator.

    It is what If-Match is compared with, a validator of the thing rather than of every figure beside it: no answer may
    be kept (`Cache-Control: no-store`), and If-None-Match is not looked at.
    """

    @wraps(read)
    def tagged(*args: P.args, **kwargs: P.kwargs) -> Response:
        made = read(*args, **kwargs)
        return Response(made.model_dump_json(), headers=etag(made.version), media_type="application/json")

    return tagged
