"""Secrets that have to be read again, sealed with a key of the installation that is not in the database."""

import base64
from hashlib import sha256

PLAIN, SEALED = "0:", "1:"


class BrokenSealError(Exception):
    """The key is another one than that of the time of writing, or the text was changed."""


def seal(secret: bytes, key: str | None) -> str:
    """Text for the database; readable there where the installation has no key."""
    if key is None:
        return PLAIN + base64.b64encode(secret).decode()
    from cryptography.fernet import Fernet

    return SEALED + Fernet(_key(key)).encrypt(secret).decode()


def unseal(text: str, key: str | None) -> bytes:
    """The secret again.

    Raises:
        BrokenSealError: see there.
    """
    if text.startswith(PLAIN):
        return base64.b64decode(text.removeprefix(PLAIN))
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Fernet(_key(key or "")).decrypt(text.removeprefix(SEALED).encode())
    except (InvalidToken, ValueError) as error:
        raise BrokenSealError("the key of the installation is another one than at the time of writing") from error


def _key(key: str) -> bytes:
    return base64.urlsafe_b64encode(sha256(b"bailiwick secrets\0" + key.encode()).digest())
