"""Redirects of outer services are followed on the host that the settings name, and nowhere else (SSRF)."""

from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request


class SameHostOnly(HTTPRedirectHandler):
    """Follows a redirect only on the same host."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        new, old = urlsplit(newurl), urlsplit(req.full_url)
        if new.hostname != old.hostname or new.scheme not in (old.scheme, "https"):
            fp.close()
            raise URLError(f"it redirects to another host ({new.hostname})")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
