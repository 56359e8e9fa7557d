"""Passwords: what one must be like, and the digests kept of it (argon2id; parameters of the library's makers)."""

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from planning.record_errors import RefusedError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST = 12
LONGEST = 200
AT_ONCE = BoundedSemaphore(2)
"""A digest takes 64 MB for a moment: never more than two at once in a process."""
COMMON = (
    "administrator", "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "пароль", "letmein", "welcome",
    "bailiwick", "trustno", "changeme", "default", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "qwerty",
    "qwertz", "azerty", "asdfgh", "zxcvbn", "yxcvbn", "йцукен", "qazwsx", "wsxedc", "edcrfv", "1qaz2wsx",
    "zaq12wsx", "3edc4rfv", "1q2w3e", "q1w2e3", "4r5t6y", "r4t5y6", "12345", "67890", "09876", "54321", "abcdefgh",
    "ijklmn", "abcdef", "abc123", "123abc", "iloveyou", "princess", "sunshine", "football", "baseball", "superman",
    "starwars", "whatever", "computer", "internet", "unbelievable", "samsung", "manchester", "united", "liverpool",
    "chelsea", "arsenal",
)  # fmt: skip
"""What the most used passwords of this length are made of; with these taken away little may be left."""


@cache
def hasher() -> "PasswordHash":
    """Argon2id, ready."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


def digest_of(password: str) -> str:
    """What is kept of a password."""
    with AT_ONCE:
        return hasher().hash(password)


def is_right(password: str, digest: str | None) -> bool:
    """Compare with a kept digest; without one it takes as long and is never right."""
    with AT_ONCE:
        right = hasher().verify(password[: LONGEST + 1], digest or nobodys_digest())
    return right and digest is not None


@cache
def nobodys_digest() -> str:
    """The digest of a password that nobody knows."""
    return hasher().hash(secrets.token_urlsafe(32))


def one_time_password() -> str:
    """A new password that is easy to read out: four groups of five letters and digits, 97 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def check_new_password(password: str, name: str) -> None:
    """Refuse what is easily guessed.

    Raises:
        RefusedError: too short, too long, the user's name, or made of what everybody takes.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RefusedError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.")
    left = password.casefold()
    for word in (name.casefold(), *COMMON):
        left = left.replace(word, "")
    if len(left) < SHORTEST // 2 or len(set(left)) < 4:
        raise RefusedError("This password is one of the first that somebody would try; take another.")
