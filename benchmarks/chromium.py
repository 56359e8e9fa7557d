"""The Chromium that measures the map."""

import os
import shutil


def chromium_path() -> str:
    """`BAILIWICK_CHROMIUM`, else the system's.

    Raises:
        FileNotFoundError: there is none.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("BAILIWICK_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        raise FileNotFoundError("no Chromium found: apt-get install chromium, or set BAILIWICK_CHROMIUM")
    return path
