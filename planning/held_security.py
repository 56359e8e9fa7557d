"""Certificates of a cluster of our own that lie in no file, so that none is left behind when a process is killed.

OpenSSL reads certificates from paths only. Dask writes them to a temporary folder for that, in every process of the
cluster; a process that is killed meanwhile leaves the folder with the key in it. On Linux a path can name memory.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed.security import Security


class HeldSecurity(Security):  # type: ignore[misc, unused-ignore]
    """Dask's `Security` for certificates that are held as text (`HeldSecurity.temporary()`)."""

    def _get_tls_context(self, tls: dict[str, Any], purpose: Any) -> Any:
        with as_path(tls["cert"]) as cert, as_path(tls["key"]) as key:
            changed = tls | {"cert": cert, "key": key}
            return super()._get_tls_context(changed, purpose)  # type: ignore[no-untyped-call, unused-ignore]


@contextmanager
def as_path(text: str) -> Iterator[str]:
    """A path under which the text can be read for now; the text itself where the system has no files in memory."""
    if sys.platform != "linux" or not os.path.isdir("/proc/self/fd"):
        yield text
        return
    held = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        with os.fdopen(held, "w", closefd=False) as file:
            file.write(text)
        yield f"/proc/self/fd/{held}"
    finally:
        os.close(held)
