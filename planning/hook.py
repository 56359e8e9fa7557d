"""Where events are delivered, and the secret that signs them."""

import base64
from dataclasses import dataclass

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where events go, and the secret that signs them (`whsec_` and base64)."""

    url: str
    secret: str

    def __post_init__(self) -> None:
        key_of(self.secret)


def key_of(secret: str) -> bytes:
    """The bytes of a secret.

    Raises:
        ValueError: not `whsec_` and 24 to 64 bytes in base64.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"expected {PREFIX} and 24 to 64 bytes of chance in base64")
    return key
