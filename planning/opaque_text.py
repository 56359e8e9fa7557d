"""Text that a client keeps and gives back without looking into it, such as where the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def opaque(text: str) -> str:
    """ASCII text in letters, digits, hyphens and underscores only: it needs no quoting in a query."""
    return urlsafe_b64encode(text.encode("ascii")).decode().rstrip("=")


def revealed(given: str) -> str:
    """What was written so.

    Raises:
        ValueError: nothing was.
    """
    return urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4)).decode("ascii")
