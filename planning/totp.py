"""Codes that change every half minute (TOTP, RFC 6238 upon RFC 4226), as telephones and password managers make them."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD_S = 30
DIGITS = 6
SECRET_BYTES = 20


def new_secret() -> bytes:
    """160 bits of chance, as long as the digest (RFC 4226, 4)."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // PERIOD_S


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a half minute."""
    mac = hmac.digest(secret, step.to_bytes(8), "sha1")
    begin = mac[-1] & 15
    number = int.from_bytes(mac[begin : begin + 4]) & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The half minute whose code this is: the present one, or one before or after, since clocks differ; else None."""
    present, found = step_at(now), None
    for step in (present - 1, present, present + 1):
        if step >= 0 and hmac.compare_digest(code_of(secret, step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret as people type it: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def as_link(secret: bytes, user: str, host: str) -> str:
    """The secret as a link that such programs open and a QR code holds."""
    text = as_text(secret).replace(" ", "")
    more = urlencode({"secret": text, "issuer": f"Bailiwick {host}"}, quote_via=quote)
    return f"otpauth://totp/{quote(f'Bailiwick {host}:{user}')}?{more}"
